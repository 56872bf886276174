/*
 * What signals of the catalogue are in a simulated month.
 *
 * What always holds: windows are put together as alerts do it live, by @riwayat/alerting; a request counts when it begins,
 * a sample at its minute. Times to answer are within 2 %, because quantiles are of buckets that wide.
 */
import {
  type Accumulator,
  Distinct,
  type Input,
  type RequestCounts,
  type RequestSignal,
  type Rule,
  requestWindow,
  type Sample,
  sampleWindow,
  Total,
  valuesAt,
} from '@riwayat/alerting';
import { totalMemory } from '../memory/questions.ts';
import { stretchesOf } from '../memory/settings.ts';
import { type MonthRun, SAMPLE_SECONDS } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { parseStart, startOfDay } from '../workload/calendar.ts';
import { ACTIONS, endpointOf } from '../workload/endpoints.ts';

const PERCENT = 100;
const MS_PER_SECOND = 1_000;
const MICROS_PER_MS = 1_000;
const FIRST_SERVER_ERROR = 500;
const UNAUTHORISED = 401;
/** Each is 2 % wider than the one before. */
const BUCKETS_PER_OCTAVE = 32;

const REQUEST_SIGNALS = [
  'response_time',
  'response_time_p95',
  'response_time_p99',
  'error_rate',
  'throughput',
  'cache_hit_ratio',
] as const satisfies readonly RequestSignal[];
const SAMPLE_SIGNALS = [
  'memory_used',
  'cpu_used',
  'disk_free',
  'database_connections',
  'database_pool_used',
  'queue_length',
] as const;

export const SIMULATED_SIGNALS = [
  ...REQUEST_SIGNALS,
  'concurrent_users',
  'silence',
  'security_incidents (only: failed-logins or rate-limited)',
  ...SAMPLE_SIGNALS,
];

/** Whether a month has what a rule is about. */
export function isSimulated({ signal, only: { incident } }: Pick<Rule, 'signal' | 'only'>): boolean {
  return signal === 'security_incidents'
    ? incident === 'failed-logins' || incident === 'rate-limited'
    : SIMULATED_SIGNALS.includes(signal);
}

interface Request extends RequestCounts {
  readonly endpoint: string;
  readonly status: number;
  readonly person: string;
}

interface Value extends Sample {
  readonly value: number;
}

/** Signals of one month. */
export class MonthSignals {
  readonly #run: MonthRun;
  readonly #scenario: Scenario;
  readonly #begins: number;
  readonly #requests: readonly Request[];

  /** @throws {StartDateError} */
  constructor(run: MonthRun, scenario: Scenario) {
    this.#run = run;
    this.#scenario = scenario;
    this.#begins = startOfDay(parseStart(scenario.start)) / MICROS_PER_MS;
    this.#requests = [...requestsOf(run, this.#begins)];
  }

  /** Each minute of the month, epoch milliseconds. */
  get instants(): number[] {
    return Array.from(this.#run.state.cpu, (_, minute) => this.#instantOf(minute));
  }

  /** What an input is at each of the instants; null: there is no data. */
  values(input: Input): (number | null)[] {
    const { signal, only, statistic = 'mean' } = input;
    const requests = this.#requests.filter(
      ({ endpoint }) => only.endpoint === undefined || endpoint === only.endpoint,
    );
    if (isOneOf(REQUEST_SIGNALS, signal)) {
      return this.#read(requests, input, requestWindow(signal, input, middleOf));
    }
    if (isOneOf(SAMPLE_SIGNALS, signal)) {
      return this.#read(
        this.#samples(this.#sampled(signal)),
        input,
        sampleWindow(statistic, ({ value }: Value) => value),
      );
    }
    switch (signal) {
      case 'concurrent_users':
        return this.#read(requests, input, new Distinct(({ person }: Request) => [person]));
      case 'silence': {
        const forEver = { window: Number.POSITIVE_INFINITY, ago: 0 };
        const last = this.#read(
          requests,
          forEver,
          sampleWindow('last', ({ at }: Request) => at),
        );
        return last.map((before, minute) =>
          before === null ? null : (this.#instantOf(minute) - before) / MS_PER_SECOND,
        );
      }
      case 'security_incidents':
        return only.incident === 'failed-logins'
          ? this.#read(
              requests.filter(({ status }) => status === UNAUTHORISED),
              input,
              new Total(() => 1),
            )
          : this.#read(
              this.#samples(this.#run.counted.refused),
              input,
              new Total(({ value }: Value) => value),
            );
      default:
        throw new RangeError(`A simulated month has no ${signal}.`);
    }
  }

  #read<S extends Sample>(
    samples: readonly S[],
    span: Pick<Input, 'window' | 'ago'>,
    accumulator: Accumulator<S>,
  ): (number | null)[] {
    return [...valuesAt(samples, this.instants, span, accumulator)];
  }

  #samples(column: ArrayLike<number>): Value[] {
    return Array.from(column, (value, minute) => ({ at: this.#instantOf(minute), value }));
  }

  #instantOf(minute: number): number {
    return this.#begins + minute * SAMPLE_SECONDS * MS_PER_SECOND;
  }

  #sampled(signal: (typeof SAMPLE_SIGNALS)[number]): ArrayLike<number> {
    const { state, memory } = this.#run;
    switch (signal) {
      case 'memory_used':
        return this.#shareOf(totalMemory(memory), ({ limit }) => limit);
      case 'database_pool_used':
        return this.#shareOf(state['busy-workers'], ({ connectionPool }) => connectionPool);
      case 'cpu_used':
        return state.cpu.map((share) => PERCENT * share);
      case 'disk_free':
        return state.disk.map((used) => PERCENT * (1 - used / this.#scenario.server.diskGb));
      case 'database_connections':
        return this.#run.counted.mostConnections;
      case 'queue_length':
        return state['queued-jobs'];
    }
  }

  /** Percent of what there was at the time. */
  #shareOf(
    column: Float32Array,
    whole: (settings: ReturnType<typeof stretchesOf>[number]['settings']) => number,
  ): Float64Array {
    const shares = new Float64Array(column.length);
    for (const { from, until, settings } of stretchesOf(this.#scenario, column.length)) {
      for (let minute = from; minute < until; minute += 1) {
        shares[minute] = (PERCENT * (column[minute] ?? 0)) / whole(settings);
      }
    }
    return shares;
  }
}

function* requestsOf({ trace, answers }: MonthRun, begins: number): Generator<Request> {
  for (let request = 0; request < trace.at.length; request += 1) {
    const action = ACTIONS[trace.action[request] ?? 0];
    if (action === undefined) {
      throw new RangeError(`Request ${request} is of no action.`);
    }
    const status = answers.status[request] ?? 0;
    const cache = answers.cache[request] ?? 0;
    const duration = answers.milliseconds[request] ?? 0;
    yield {
      at: begins + (trace.at[request] ?? 0) * MS_PER_SECOND,
      calls: 1,
      answers: 1,
      errors: status >= FIRST_SERVER_ERROR ? 1 : 0,
      duration,
      lookups: cache === 0 ? 0 : 1,
      hits: cache === 2 ? 1 : 0,
      latency: [[Math.round(BUCKETS_PER_OCTAVE * Math.log2(Math.max(1, duration))), 1]],
      endpoint: endpointOf(action).path,
      status,
      person: String(trace.sessions.person[trace.session[request] ?? 0] ?? 0),
    };
  }
}

/** Of a bucket, milliseconds. */
function middleOf(bucket: number): number {
  return 2 ** (bucket / BUCKETS_PER_OCTAVE);
}

function isOneOf<T extends string>(some: readonly T[], one: string): one is T {
  return some.some((known) => known === one);
}
