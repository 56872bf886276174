import type { Collector, CollectorStatus } from '@riwayat/collector';
import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

const MS_PER_SECOND = 1_000;
/** A segment of 50,000 rows takes some 30 ms embedded; a server that hangs is left after 30 s. */
const INSERT_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30];
const BREAKER_STATES = ['closed', 'half-open', 'open'] as const;
const SPOOL_STATES = ['ok', 'failing', 'full'] as const;
const LANES = ['requests', 'events', 'rejected', 'samples'] as const;

export type MeasuredCollector = Pick<Collector, 'ledger' | 'live' | 'onInsert' | 'status'>;

/** Adds what a collector tells of itself to a registry: read when scraped, but for the time that inserts take. */
export function observeCollector(registry: Registry, collector: MeasuredCollector): void {
  countLines(registry, () => collector.status());
  measureSpool(registry, () => collector.status());
  measureInserts(registry, collector);
  new Gauge({
    name: 'riwayat_ledger_difference_rows',
    help: 'Rows that were taken in and are not accounted for, in two looks; anything but 0 is an error',
    registers: [registry],
    collect() {
      this.set(collector.ledger.status().differenceRows);
    },
  });
  new Gauge({
    name: 'riwayat_rollup_difference_rows',
    help: 'Rows by which rollups differ from raw rows, in two looks; repair-rollups rebuilds them',
    registers: [registry],
    collect() {
      this.set(collector.ledger.status().rollupDifferenceRows);
    },
  });
  new Gauge({
    name: 'riwayat_live_subscribers',
    help: 'Live sockets that get a message each second',
    registers: [registry],
    collect() {
      this.set(collector.live.subscribers);
    },
  });
}

/** What became of the lines of each lane; accepted = stored + rejected + lost + in the spool, always. */
function countLines(registry: Registry, status: () => CollectorStatus): void {
  const counters = {
    accepted: 'Lines taken in since the process started, with those it found in the spool',
    stored: 'Lines that ClickHouse has',
    rejected: 'Lines that the encoder or ClickHouse refused',
    duplicates: 'Events that had come before, and were not taken again',
    lost: 'Lines for which there was no room; anything above 0 is data lost',
  } as const;
  for (const name of ['accepted', 'stored', 'rejected', 'duplicates', 'lost'] as const) {
    new Counter({
      name: `riwayat_records_${name}_total`,
      help: counters[name],
      labelNames: ['lane'] as const,
      registers: [registry],
      collect() {
        const { lanes } = status();
        this.reset();
        for (const lane of LANES) {
          this.inc({ lane }, lanes[lane][name]);
        }
      },
    });
  }
  new Gauge({
    name: 'riwayat_records_in_spool',
    help: 'Lines waiting to be stored',
    labelNames: ['lane'] as const,
    registers: [registry],
    collect() {
      const { lanes } = status();
      for (const lane of LANES) {
        this.set({ lane }, lanes[lane].inSpool);
      }
    },
  });
}

function measureSpool(registry: Registry, status: () => CollectorStatus): void {
  const gauges: [name: string, help: string, read: (status: CollectorStatus) => number][] = [
    ['riwayat_spool_bytes', 'Bytes waiting to be stored', (now) => now.spoolBytes],
    ['riwayat_spool_quota_bytes', 'Bytes that may wait to be stored', (now) => now.quotaBytes],
    [
      'riwayat_spool_oldest_age_seconds',
      'Age of the oldest line waiting to be stored',
      (now) => now.oldestUnsentAgeMs / MS_PER_SECOND,
    ],
    ['riwayat_store_up', '1 while ClickHouse takes inserts', (now) => (now.store === 'up' ? 1 : 0)],
    [
      'riwayat_inserts_in_flight',
      'Inserts that ClickHouse has not answered yet',
      (now) => now.insertsInFlight,
    ],
    ['riwayat_identities', 'Identities of events by which duplicates are known', (now) => now.identities],
  ];
  for (const [name, help, read] of gauges) {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(read(status()));
      },
    });
  }
  oneOf(registry, 'riwayat_spool_state', 'Whether the spool takes lines', SPOOL_STATES, () => status().spool);
  oneOf(
    registry,
    'riwayat_breaker_state',
    'Whether inserts are tried: closed, all; half-open, one; open, none for now',
    BREAKER_STATES,
    () => status().breaker,
  );
}

function measureInserts(registry: Registry, collector: Pick<Collector, 'onInsert' | 'status'>): void {
  const duration = new Histogram({
    name: 'riwayat_insert_duration_seconds',
    help: 'Time that one try of an insert takes',
    labelNames: ['table', 'outcome'] as const,
    buckets: INSERT_BUCKETS_SECONDS,
    registers: [registry],
  });
  collector.onInsert(({ table, durationMs, ok }) => {
    duration.observe({ table, outcome: ok ? 'stored' : 'failed' }, durationMs / MS_PER_SECOND);
  });
  new Counter({
    name: 'riwayat_insert_retries_total',
    help: 'Tries of inserts beyond each one’s first',
    registers: [registry],
    collect() {
      this.reset();
      this.inc(collector.status().retries);
    },
  });
}

/** A gauge for each state, 1 for the one that holds. */
function oneOf<State extends string>(
  registry: Registry,
  name: string,
  help: string,
  states: readonly State[],
  current: () => State,
): void {
  new Gauge({
    name,
    help,
    labelNames: ['state'] as const,
    registers: [registry],
    collect() {
      const now = current();
      for (const state of states) {
        this.set({ state }, state === now ? 1 : 0);
      }
    },
  });
}
