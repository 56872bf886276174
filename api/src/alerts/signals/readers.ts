import type { Collector } from '@riwayat/collector';
import type { Prices } from '../../billing/prices.ts';
import type { Database } from '../../postgres/database.ts';
import { Agreements } from './agreements.ts';
import { peopleSignals } from './people-signals.ts';
import type { SignalReader } from './reader.ts';
import { requestSignals } from './request-signals.ts';
import { securitySignal } from './security-signal.ts';
import { SilenceSignal } from './silence-signal.ts';

export interface SignalReadersParts {
  readonly collector: Pick<Collector, 'windows'>;
  readonly database: Database;
  readonly prices: Prices;
}

/** Whoever reads signals: one that fails leaves the others as they are. */
export function signalReaders({ collector, database, prices }: SignalReadersParts): SignalReader[] {
  const { windows } = collector;
  const agreements = new Agreements(database, prices);
  return [
    requestSignals(windows),
    peopleSignals(windows, agreements),
    new SilenceSignal(windows),
    securitySignal(windows, database),
  ];
}
