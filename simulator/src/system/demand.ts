import type { Parameters } from '../calibration/parameter.ts';
import { ACTIONS, type Action, endpointOf } from '../workload/endpoints.ts';
import { systemParameter } from './parameters.ts';

/** What a request asks of the stack, counted. Times follow from it by rules that all endpoints share. */
interface Work {
  readonly queries: number;
  /** Rows joined, over all queries. */
  readonly rows: number;
  /** Rows changed. */
  readonly writes: number;
  /** Passwords hashed. */
  readonly passwords?: number;
}

/** Of a page that is in the cache, what is looked up all the same: nothing, or what is free of a mentor's time. */
const CACHED: Work = { queries: 0, rows: 0, writes: 0 };
/** Mentor, user, courses, slots and reviews joined: the documented first bottleneck. */
const CACHED_DETAIL: Work = { queries: 3, rows: 260, writes: 0 };

/**
 * Assumptions, as the document gives times only: the queries that such an endpoint needs in a Laravel application of
 * some ten tables, rows as many as the lists are long, the joins over all their tables.
 */
const WORK: Readonly<Record<Action, Work>> = {
  'register.check': { queries: 2, rows: 2, writes: 0 },
  'register.rejected': { queries: 2, rows: 2, writes: 0 },
  register: { queries: 3, rows: 4, writes: 4, passwords: 1 },
  'register.verify': { queries: 3, rows: 3, writes: 2 },
  login: { queries: 3, rows: 6, writes: 1, passwords: 1 },
  'login.failed': { queries: 2, rows: 2, writes: 1, passwords: 1 },
  'token.refresh': { queries: 1, rows: 1, writes: 1 },
  logout: { queries: 1, rows: 1, writes: 1 },
  'profile.view': { queries: 3, rows: 8, writes: 0 },
  'profile.update': { queries: 3, rows: 8, writes: 2 },
  'profile.photo': { queries: 3, rows: 4, writes: 2 },
  'courses.list': { queries: 3, rows: 40, writes: 0 },
  'courses.search': { queries: 3, rows: 30, writes: 0 },
  'course.detail': { queries: 6, rows: 280, writes: 0 },
  'mentors.list': { queries: 4, rows: 60, writes: 0 },
  'mentor.detail': { queries: 6, rows: 280, writes: 0 },
  'sessions.list': { queries: 4, rows: 100, writes: 0 },
  'session.start': { queries: 5, rows: 12, writes: 3 },
  'session.end': { queries: 6, rows: 12, writes: 4 },
  'own.profile': { queries: 4, rows: 60, writes: 0 },
  'schedule.set': { queries: 5, rows: 40, writes: 4 },
  'course.create': { queries: 5, rows: 20, writes: 6 },
  'bookings.list': { queries: 4, rows: 100, writes: 0 },
  booking: { queries: 8, rows: 50, writes: 6 },
  proof: { queries: 4, rows: 8, writes: 2 },
  review: { queries: 5, rows: 20, writes: 2 },
  'payments.list': { queries: 4, rows: 120, writes: 0 },
  'payment.verify': { queries: 12, rows: 125, writes: 8 },
  'users.list': { queries: 3, rows: 120, writes: 0 },
};

/** Share of each part that is work of a core; the rest waits for the disk or the network. Assumptions. */
const CPU_OF_REQUEST = 0.8;
const CPU_OF_DATABASE = 0.5;
const MS = 1000;

/** Mean times by action, an entry each in the order of `ACTIONS`, seconds. The database's part is for untuned queries. */
export interface Demands {
  /** Of PHP: on a core, and waited for. */
  readonly cpu: Float64Array;
  readonly wait: Float64Array;
  /** Of the database, of which {@link DATABASE_CPU} on a core. */
  readonly database: Float64Array;
  /** Of the database when the page is in the cache. */
  readonly databaseOfHit: Float64Array;
  /** Of putting files away. */
  readonly storage: Float64Array;
}

/** Share of the database's time that is work of a core. */
export const DATABASE_CPU = CPU_OF_DATABASE;

/** The mean service demands that these parameters make of every endpoint's work. */
export function demandsOf(parameters: Parameters): Demands {
  const request = systemParameter(parameters, 'system.application.request') / MS;
  const password = systemParameter(parameters, 'system.application.password') / MS;
  const query = systemParameter(parameters, 'system.database.query') / MS;
  const row = systemParameter(parameters, 'system.database.row') / MS;
  const write = systemParameter(parameters, 'system.database.write') / MS;
  const file = systemParameter(parameters, 'system.storage.file') / MS;
  const database = (work: Work): number => query * work.queries + row * work.rows + write * work.writes;
  const cached = (action: Action): Work => {
    const { page } = endpointOf(action);
    return page === 'course' || page === 'mentor' ? CACHED_DETAIL : CACHED;
  };
  const byAction = (value: (action: Action) => number): Float64Array => Float64Array.from(ACTIONS, value);
  return {
    cpu: byAction((action) => request * CPU_OF_REQUEST + password * (WORK[action].passwords ?? 0)),
    wait: byAction(() => request * (1 - CPU_OF_REQUEST)),
    database: byAction((action) => database(WORK[action])),
    databaseOfHit: byAction((action) => database(cached(action))),
    storage: byAction((action) => (endpointOf(action).kind === 'upload' ? file : 0)),
  };
}
