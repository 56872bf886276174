/*
 * The reads of what single people did: their sessions, where they went.
 *
 * What always holds: as for UsageQueries; and a person is found under the id that the application knows and under the
 * pseudonym that may be stored in its place. These come from raw rows, which alone know of sessions: a question is of a
 * span that the caller bounds.
 */
import { z } from 'zod';
import { exact } from '../metering/rows.ts';
import { WEIGHT_OF_REQUESTS } from '../metering/weights.ts';
import type { Pseudonyms } from '../privacy/pseudonyms.ts';
import type { Select, Store } from '../store/store.ts';
import { minuteRange, type TimeRange } from './range.ts';
import { whole } from './rows.ts';
import type { TenantScope } from './tenant-scope.ts';

/** What was done in one session, within the span. */
export interface SessionUsage {
  readonly sessionId: string;
  /** As it is stored. */
  readonly userId: string;
  readonly userRole: string;
  /** Starts of the first and the latest request, epoch microseconds. */
  readonly firstSeen: number;
  readonly lastSeen: number;
  readonly calls: number;
  readonly bytes: number;
  /** What its requests weigh in the cost; see `metering/weights.ts`. */
  readonly weight: bigint;
}

/** Where a page of sessions begins: after this one. */
export type SessionPlace = Pick<SessionUsage, 'lastSeen' | 'sessionId'>;

/** What one person did. */
export interface PersonActivity {
  /** As it is stored. */
  readonly userId: string;
  readonly sessions: number;
  /** From each session's first request to its latest one, all together: milliseconds. */
  readonly sessionMs: number;
  /** Route templates, most called first. */
  readonly endpoints: readonly string[];
}

/** What one person asked of one endpoint. */
export interface PersonEndpoint {
  readonly endpoint: string;
  readonly calls: number;
  readonly bytes: number;
}

/** How many people called an endpoint. */
export interface EndpointPeople {
  readonly endpoint: string;
  readonly method: string;
  readonly people: number;
}

const MICROSECONDS_PER_MS = 1_000;
const ENDPOINTS_OF_PERSON = 5;

const sessionRow = z.object({
  sessionId: z.string(),
  userId: z.string(),
  userRole: z.string(),
  firstSeen: whole,
  lastSeen: whole,
  calls: whole,
  bytes: whole,
  weight: exact,
});
const stayRow = z.object({ userId: z.string(), sessions: whole, length: whole });
const visitedRow = z.object({ userId: z.string(), endpoint: z.string() });
const personEndpointRow = z.object({ endpoint: z.string(), calls: whole, bytes: whole });
const endpointPeopleRow = z.object({ endpoint: z.string(), method: z.string(), people: whole });

const IN_SPAN = `tenant_id = {tenant:String} AND ts >= toDateTime({from:UInt32}, 'UTC') AND ts < toDateTime({to:UInt32}, 'UTC')`;

/** What people of a tenant did. */
export class ActivityQueries {
  readonly #store: Pick<Store, 'select'>;
  readonly #pseudonyms: Pseudonyms;

  constructor(store: Pick<Store, 'select'>, pseudonyms: Pseudonyms) {
    this.#store = store;
    this.#pseudonyms = pseudonyms;
  }

  /** The ids that a person may be stored under. */
  idsOf({ tenantId }: TenantScope, userId: string): readonly string[] {
    return [userId, this.#pseudonyms.of(tenantId, 'user', userId)];
  }

  /**
   * Sessions with a request in the span, the one used last first.
   *
   * @param limit rows, 1 or more
   * @param after the last one of the page before
   */
  async sessions(
    scope: TenantScope,
    range: TimeRange,
    limit: number,
    after?: SessionPlace,
  ): Promise<SessionUsage[]> {
    return this.#select(scope, range, {
      sql: `SELECT session_id AS sessionId, argMax(user_id, ts) AS userId, argMax(user_role, ts) AS userRole,
              toUnixTimestamp64Micro(min(ts)) AS firstSeen, toUnixTimestamp64Micro(max(ts)) AS lastSeen,
              count() AS calls, sum(bytes_in) + sum(bytes_out) AS bytes, ${WEIGHT_OF_REQUESTS} AS weight
            FROM {{database}}.requests WHERE ${IN_SPAN} AND session_id != ''
            GROUP BY session_id
            ${after === undefined ? '' : 'HAVING (lastSeen, sessionId) < ({lastSeen:Int64}, {sessionId:String})'}
            ORDER BY lastSeen DESC, sessionId DESC LIMIT {limit:UInt32}`,
      params: { limit, ...(after && { lastSeen: String(after.lastSeen), sessionId: after.sessionId }) },
      row: sessionRow,
      label: 'usage.sessions',
    });
  }

  /** What some people did; who did nothing in the span is left out. @param userIds as they are stored */
  async of(scope: TenantScope, range: TimeRange, userIds: readonly string[]): Promise<PersonActivity[]> {
    if (userIds.length === 0) {
      return [];
    }
    const [stays, visited] = await Promise.all([
      this.#select(scope, range, {
        sql: `SELECT userId, count() AS sessions, sum(length) AS length FROM (
                SELECT user_id AS userId, toUnixTimestamp64Micro(max(ts)) - toUnixTimestamp64Micro(min(ts)) AS length
                FROM {{database}}.requests
                WHERE ${IN_SPAN} AND user_id IN {users:Array(String)} AND session_id != ''
                GROUP BY user_id, session_id)
              GROUP BY userId`,
        params: { users: userIds },
        row: stayRow,
        label: 'usage.stays',
      }),
      this.#select(scope, range, {
        sql: `SELECT user_id AS userId, endpoint FROM {{database}}.requests
              WHERE ${IN_SPAN} AND user_id IN {users:Array(String)}
              GROUP BY user_id, endpoint ORDER BY count() DESC, endpoint
              LIMIT ${ENDPOINTS_OF_PERSON} BY userId`,
        params: { users: userIds },
        row: visitedRow,
        label: 'usage.visited',
      }),
    ]);
    const stayOf = new Map(stays.map((stay) => [stay.userId, stay]));
    const endpointsOf = new Map<string, string[]>();
    for (const { userId, endpoint } of visited) {
      endpointsOf.set(userId, [...(endpointsOf.get(userId) ?? []), endpoint]);
    }
    return [...endpointsOf].map(([userId, endpoints]) => ({
      userId,
      sessions: stayOf.get(userId)?.sessions ?? 0,
      sessionMs: (stayOf.get(userId)?.length ?? 0) / MICROSECONDS_PER_MS,
      endpoints,
    }));
  }

  /** What one person asked of each endpoint, most called first. @param userIds under which the person is stored */
  async endpointsOf(
    scope: TenantScope,
    range: TimeRange,
    userIds: readonly string[],
  ): Promise<PersonEndpoint[]> {
    return this.#select(scope, range, {
      sql: `SELECT endpoint, count() AS calls, sum(bytes_in) + sum(bytes_out) AS bytes FROM {{database}}.requests
            WHERE ${IN_SPAN} AND user_id IN {users:Array(String)}
            GROUP BY endpoint ORDER BY calls DESC, endpoint`,
      params: { users: userIds },
      row: personEndpointRow,
      label: 'usage.endpoints_of_person',
    });
  }

  /** How many different people called each endpoint. */
  async peopleByEndpoint(scope: TenantScope, range: TimeRange): Promise<EndpointPeople[]> {
    return this.#select(scope, range, {
      sql: `SELECT endpoint, method, uniqExact(user_id) AS people FROM {{database}}.requests
            WHERE ${IN_SPAN} AND user_id != '' GROUP BY endpoint, method`,
      params: {},
      row: endpointPeopleRow,
      label: 'usage.people_by_endpoint',
    });
  }

  #select<T>(scope: TenantScope, range: TimeRange, select: Select<T>): Promise<T[]> {
    const { from, to } = minuteRange(range);
    return this.#store.select({
      ...select,
      params: { ...select.params, tenant: scope.tenantId, from, to },
    });
  }
}
