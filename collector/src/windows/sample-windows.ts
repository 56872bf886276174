/*
 * What instances of the application used in spans of time up to now.
 *
 * What always holds: only who runs the platform can ask; what could not be measured is left out, and is never 0.
 */
import { z } from 'zod';
import type { Store } from '../store/store.ts';
import { whole } from '../usage/rows.ts';
import type { PlatformScope } from '../usage/tenant-scope.ts';
import { cutSpans, type Span } from './spans.ts';

/** What of a sample is measured, as SQL, and when it was. */
export const MEASURES = {
  /** Percent: of the process's own limit; where it has none, of what the host has, by whomever it is used. */
  memory_used: {
    value:
      '100 * if(memory_limit < host_memory_total OR host_memory_total = 0, rss / memory_limit, host_memory_used / host_memory_total)',
    isMeasured: 'memory_limit > 0',
  },
  /** Percent: of the cores that the process may use, or of all of the host's, whichever are busier. */
  cpu_used: { value: '100 * greatest(cpu, host_cpu)', isMeasured: 'true' },
  /** Percent of the file system that data is kept on. */
  disk_free: { value: '100 * disk_free / disk_total', isMeasured: 'disk_total > 0' },
  /** Open ones. */
  database_connections: { value: 'toFloat64(database_connections)', isMeasured: 'true' },
  /** Percent of those that there may be; in use, not merely open. */
  database_pool_used: { value: '100 * database_busy / database_pool', isMeasured: 'database_pool > 0' },
  queue_length: { value: 'toFloat64(queue_depth)', isMeasured: 'true' },
  /** Milliseconds, at the 99th percentile of a sample's five seconds. */
  event_loop_lag: { value: 'event_loop_lag_p99 / 1000', isMeasured: 'true' },
} as const;

export type Measure = keyof typeof MEASURES;

const SAMPLE_MEASURES = Object.keys(MEASURES).filter((key): key is Measure => key in MEASURES);

/** Of the samples of one span. */
interface Measured {
  readonly mean: number;
  readonly maximum: number;
  readonly minimum: number;
  readonly last: number;
}

export interface WindowOfSamples {
  readonly instance: string;
  /** Place among the spans asked for. */
  readonly span: number;
  /** What was measured in none of the samples is left out. */
  readonly measures: Readonly<Partial<Record<Measure, Measured>>>;
}

/** An instance that gave a sample of late. */
export interface SeenInstance {
  readonly instance: string;
  readonly lastAt: Date;
  /** It ended, and said so. */
  readonly ended: boolean;
}

const MICROSECONDS_PER_MS = 1_000;

const number = z.number().nullable();
const figures = z.tuple([whole, number, number, number, number]);
const samplesRow = z.object({ instance: z.string(), span: whole, figures: z.array(figures) });
const instanceRow = z.object({ instance: z.string(), last: whole, ended: whole });

/** Reads windows of samples. */
export class SampleWindows {
  readonly #store: Pick<Store, 'select'>;

  constructor(store: Pick<Store, 'select'>) {
    this.#store = store;
  }

  /**
   * What each instance used in each span that it gave samples of.
   *
   * @throws {RangeError} for no span; {StoreError}
   */
  async samples(_scope: PlatformScope, spans: readonly Span[]): Promise<WindowOfSamples[]> {
    const { inSpans, piece, spansOf, params } = cutSpans(spans);
    const tuples = SAMPLE_MEASURES.map((measure) => {
      const { isMeasured } = MEASURES[measure];
      const of = (aggregate: string): string => `${aggregate}If(${measure}_value, ${isMeasured})`;
      return `(countIf(${isMeasured}), ${of('avg')}, ${of('max')}, ${of('min')}, argMaxIf(${measure}_value, ts, ${isMeasured}))`;
    });
    const values = SAMPLE_MEASURES.map((measure) => `${MEASURES[measure].value} AS ${measure}_value`);
    const rows = await this.#store.select({
      sql: `SELECT toString(samples.instance) AS instance, span, [${tuples.join(', ')}] AS figures
            FROM (
              SELECT *, ${values.join(', ')}, arrayJoin(${spansOf(piece)}) AS span
              FROM {{database}}.resource_samples WHERE ${inSpans}) AS samples
            GROUP BY instance, span`,
      params,
      row: samplesRow,
      label: 'windows.samples',
    });
    return rows.map(({ instance, span, figures: all }) => ({
      instance,
      span,
      measures: Object.fromEntries(
        SAMPLE_MEASURES.flatMap((measure, place) => {
          const [count = 0, mean, maximum, minimum, last] = all[place] ?? [];
          return count === 0 ? [] : [[measure, { mean, maximum, minimum, last }]];
        }),
      ),
    }));
  }

  /**
   * The instances that gave a sample after one instant, and up to another.
   *
   * @throws {RangeError} when the span ends before it begins; {StoreError}
   */
  async instances(_scope: PlatformScope, span: Span): Promise<SeenInstance[]> {
    const { inSpans, params } = cutSpans([span]);
    const rows = await this.#store.select({
      sql: `SELECT toString(samples.instance) AS instance, toUnixTimestamp64Micro(max(ts)) AS last, toUInt8(argMax(samples.ended, ts)) AS ended
            FROM {{database}}.resource_samples AS samples WHERE ${inSpans} GROUP BY instance ORDER BY instance`,
      params,
      row: instanceRow,
      label: 'windows.instances',
    });
    return rows.map(({ instance, last, ended }) => ({
      instance,
      lastAt: new Date(Math.floor(last / MICROSECONDS_PER_MS)),
      ended: ended === 1,
    }));
  }
}
