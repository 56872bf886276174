import type { Collector } from '@riwayat/collector';
import { isPlatform } from './questions.ts';
import type { SignalReader } from './reader.ts';

const MS_PER_SECOND = 1_000;

export interface CollectorSignalsOptions {
  readonly collector: Pick<Collector, 'status' | 'ledger'>;
  /** Name of this process. */
  readonly instance: string;
}

/**
 * Whether what is taken in gets stored, as the process that evaluates sees it: without the store, which may be what is
 * wrong. Another instance that cannot store anything does not store its samples either, and is silent.
 */
export function collectorSignals({ collector, instance }: CollectorSignalsOptions): SignalReader {
  return {
    signals: ['spool_age', 'ledger_difference'],
    async read(questions) {
      const { oldestUnsentAgeMs } = collector.status();
      const { differenceRows, lookedAt } = collector.ledger.status();
      return questions.map(({ tenantId, input }) => {
        if (!isPlatform(tenantId)) {
          return [];
        }
        return input.signal === 'spool_age'
          ? [{ subject: instance, value: oldestUnsentAgeMs / MS_PER_SECOND }]
          : [{ subject: '', value: lookedAt === undefined ? null : differenceRows }];
      });
    },
  };
}
