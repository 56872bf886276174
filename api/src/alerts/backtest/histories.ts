import type { Collector } from '@riwayat/collector';
import type { Prices } from '../../billing/prices.ts';
import type { Database } from '../../postgres/database.ts';
import { Agreements } from '../signals/agreements.ts';
import type { SignalHistory } from './history.ts';
import { peopleHistory } from './people-history.ts';
import { requestHistory } from './request-history.ts';
import { sampleHistory } from './sample-history.ts';
import { securityHistory } from './security-history.ts';
import { silenceHistory } from './silence-history.ts';

export interface SignalHistoriesParts {
  readonly collector: Pick<Collector, 'history' | 'sampleHistory'>;
  readonly database: Database;
  readonly prices: Prices;
}

/** Whatever signals were, as far as it is kept. */
export function signalHistories({ collector, database, prices }: SignalHistoriesParts): SignalHistory[] {
  const { history, sampleHistory: samples } = collector;
  return [
    requestHistory(history),
    peopleHistory(history, new Agreements(database, prices)),
    silenceHistory(history),
    sampleHistory(samples),
    securityHistory(history, database),
  ];
}
