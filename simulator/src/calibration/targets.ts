import { documented, type FigureId } from '../figures/figures.ts';
import { type MemoryOfRun, memoryQuestions, totalMemory } from '../memory/questions.ts';
import { USER_CLASSES } from '../population/user-class.ts';
import type { ALERTS, Background, Count, MonthRun, State } from '../run/month-run.ts';
import { ACTIONS, type Action, endpointOf } from '../workload/endpoints.ts';

type Measure = (run: MonthRun) => number;

const MINUTES_PER_DAY = 1440;
const SECONDS_PER_DAY = 86_400;
const MINUTES_PER_HOUR = 60;
const PERCENT = 100;
const BYTES_PER_MEGABYTE = 1_000_000;

/** Stretches of days, counted from 0, the second not included. */
type Stretch = readonly [from: number, until: number];
const MONTH: Stretch = [0, Number.POSITIVE_INFINITY];
const WEEK_3: Stretch = [14, 21];
const LAST: Stretch = [21, 30];

/** Day 12, 19:45, with the hour before and after it. */
const PEAK_INSTANT = 11 * MINUTES_PER_DAY + 19 * MINUTES_PER_HOUR + 45;
const PEAK_FROM = PEAK_INSTANT - MINUTES_PER_HOUR;
const PEAK_UNTIL = PEAK_INSTANT + MINUTES_PER_HOUR;

const FIRST_ERROR = 400;
const FIRST_SERVER_ERROR = 500;
const MISS = 1;
const HIT = 2;

const UPLOADS = ACTIONS.filter((action) => endpointOf(action).kind === 'upload');

/**
 * How each documented output is measured on a run of the documented month, in the figure's unit:
 *
 * - the state at the peak is its highest sample within an hour of day 12, 19:45;
 * - a route's latency is the mean over the month of answers without an error; that of days 22 to 30 is over all
 *   answers, as a client's mean is;
 * - the error rate is the share of answers that the server failed (5xx);
 * - a hit ratio is of the pages that were looked up in the cache;
 * - memory is measured as `memory/questions.ts` says.
 *
 * Requests are inputs and are not among them; nor are detection time and availability, which the model has no state for.
 */
export const measures: ReadonlyMap<FigureId, Measure> = new Map<FigureId, Measure>([
  ...[...memoryQuestions].map(([id, question]): [FigureId, Measure] => [
    id,
    (run) => question(memoryOfRun(run)),
  ]),
  [
    'memory.browsers.peak',
    ({ sessionsOf }) =>
      documented('memory.user.browser') * highest(sessionsOf.browser, 0, sessionsOf.browser.length),
  ],
  ['peak.concurrent-users', atPeak('users')],
  ['peak.sessions', atPeak('sessions')],
  ['peak.database-connections', atPeak('connections')],
  ['peak.uploads', atPeak('uploads')],
  ['peak.jobs-queued', atPeak('queued-jobs')],
  ['latency.courses', latencyOf('courses.list', 'courses.search')],
  ['latency.mentors', latencyOf('mentors.list')],
  ['latency.login', latencyOf('login')],
  ['latency.sessions-list', latencyOf('sessions.list')],
  ['latency.booking', latencyOf('booking')],
  ['latency.verification', latencyOf('payment.verify')],
  ['latency.upload', latencyOf(...UPLOADS)],
  ['latency.days-22-30', meanLatency],
  ['errors.days-22-30', errorRate],
  ['cache.week-3', hitRatio(WEEK_3)],
  ['cache.week-4', hitRatio(LAST)],
  ['cache.browsers', hitRatio(MONTH, USER_CLASSES.indexOf('browser'))],
  [
    'connections.week-4',
    ({ state }) => highest(state.connections, LAST[0] * MINUTES_PER_DAY, LAST[1] * MINUTES_PER_DAY),
  ],
  ['verifications.days-22-30', done('verifications')],
  ['uploads.days-22-30', done('uploads')],
  ['uploads.days-22-30.size', (run) => done('uploadBytes')(run) / BYTES_PER_MEGABYTE],
  ['messages.days-22-30', done('messages')],
  ['jobs.days-22-30', done('jobs')],
  ['security.rate-limited', counted('rate-limited')],
  ['security.rejected-uploads', counted('rejected-uploads')],
  ['security.lockouts', counted('lockouts')],
  ['security.token-renewals', counted('token-renewals')],
  ['security.session-timeouts', counted('session-timeouts')],
  ['alerts.memory', alerts('memory')],
  ['alerts.cpu', alerts('cpu')],
  ['alerts.connections', alerts('connections')],
  ['alerts.latency', alerts('response-time')],
  ['alerts.disk', alerts('disk')],
  ['alerts.security', alerts('security')],
]);

const memories = new WeakMap<MonthRun['memory'], MemoryOfRun>();

/** The sum of a run's parts is the same for all questions. */
function memoryOfRun({ memory }: MonthRun): MemoryOfRun {
  const known = memories.get(memory) ?? { parts: memory, total: totalMemory(memory) };
  memories.set(memory, known);
  return known;
}

function atPeak(state: State): Measure {
  return (run) => highest(run.state[state], PEAK_FROM, PEAK_UNTIL);
}

function counted(count: Count): Measure {
  return ({ counts }) => counts[count];
}

function alerts(kind: (typeof ALERTS)[number]): Measure {
  return (run) => run.alerts.filter((alert) => alert.kind === kind).length;
}

/** Background work of days 22 to 30. */
function done(work: keyof Background): Measure {
  return ({ background }) => background[work].subarray(...LAST).reduce((sum, count) => sum + count, 0);
}

function latencyOf(...actions: readonly Action[]): Measure {
  const wanted = Uint8Array.from(ACTIONS, (action) => (actions.includes(action) ? 1 : 0));
  return ({ trace, answers }) => {
    let sum = 0;
    let count = 0;
    for (let i = 0; i < trace.action.length; i += 1) {
      if (wanted[trace.action[i] ?? 0] === 1 && (answers.status[i] ?? 0) < FIRST_ERROR) {
        sum += answers.milliseconds[i] ?? 0;
        count += 1;
      }
    }
    return sum / count;
  };
}

function meanLatency(run: MonthRun): number {
  const [from, until] = requestsOf(run, LAST);
  let sum = 0;
  for (let i = from; i < until; i += 1) {
    sum += run.answers.milliseconds[i] ?? 0;
  }
  return sum / (until - from);
}

function errorRate(run: MonthRun): number {
  const [from, until] = requestsOf(run, LAST);
  let errors = 0;
  for (let i = from; i < until; i += 1) {
    errors += (run.answers.status[i] ?? 0) >= FIRST_SERVER_ERROR ? 1 : 0;
  }
  return (PERCENT * errors) / (until - from);
}

/** Percent of the lookups of a stretch, of one class or of all. */
function hitRatio(stretch: Stretch, userClass?: number): Measure {
  return (run) => {
    const { trace, answers } = run;
    const [from, until] = requestsOf(run, stretch);
    let hits = 0;
    let misses = 0;
    for (let i = from; i < until; i += 1) {
      const of = trace.people[trace.sessions.person[trace.session[i] ?? 0] ?? 0];
      if (userClass === undefined || of === userClass) {
        hits += answers.cache[i] === HIT ? 1 : 0;
        misses += answers.cache[i] === MISS ? 1 : 0;
      }
    }
    return (PERCENT * hits) / (hits + misses);
  };
}

/** Range of the requests of a stretch; they are sorted by time. */
function requestsOf({ trace }: MonthRun, [from, until]: Stretch): [from: number, until: number] {
  return [firstFrom(trace.at, from * SECONDS_PER_DAY), firstFrom(trace.at, until * SECONDS_PER_DAY)];
}

/** The first request at or after an instant, by bisection. */
function firstFrom(at: Float64Array, instant: number): number {
  let low = 0;
  let high = at.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((at[middle] ?? 0) < instant) {
      low = middle + 1;
    } else {
      high = middle;
    }
  }
  return low;
}

function highest(samples: Float32Array, from: number, until: number): number {
  return samples
    .subarray(from, until)
    .reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY);
}
