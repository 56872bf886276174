import type { Rupiah } from '@riwayat/billing';
import type { ActivityQueries, SessionPlace, UsageQueries } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { requirePermission } from '../identity/guard.ts';
import { pageOf, pageQuery } from '../lists/page.ts';
import { usageSession, userList } from './activity-schema.ts';
import type { UsageCosts } from './costs.ts';
import { BUSIEST_PEOPLE, idsOf, restOf } from './detailed.ts';
import type { LogIns } from './log-ins.ts';
import { daysOf, type QuestionOptions, questionOf } from './question.ts';
import type { UsageReads } from './reads.ts';
import { usageQuery } from './schema.ts';

const MS_PER_MINUTE = 60_000;
const MICROSECONDS_PER_MS = 1_000;

export interface PeopleRoutesOptions extends QuestionOptions {
  readonly usage: UsageQueries;
  readonly activity: ActivityQueries;
  readonly costs: UsageCosts;
  readonly reads: UsageReads;
  readonly logIns: LogIns;
  /** Names of the tenant's people by user id; ids it does not know are absent. */
  readonly names: (tenantId: string, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** What single people use, and in which sessions. */
export const peopleRoutes: FastifyPluginAsyncZod<PeopleRoutesOptions> = async (app, options) => {
  const { usage, activity, costs, reads, logIns, names } = options;
  const common = {
    config: { usage: { tenant: 'platform' as const } },
    onRequest: requirePermission('people:read'),
  };
  const described = { tags: ['usage'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/tenant/usage/users',
    {
      ...common,
      schema: {
        ...described,
        summary: 'What the busiest people used in a period, with their log-ins and their cost',
        querystring: usageQuery,
        response: { 200: userList, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { scope, period, read } = await questionOf(request, request.query, 'users', options);
      const { tenantId } = scope;
      await reads.write(read);
      const [people, total] = await Promise.all([
        usage.users(scope, period, BUSIEST_PEOPLE),
        costs.totalOf(tenantId, period),
      ]);
      const ids = idsOf(people);
      const [activities, known, lastLogIns, shares] = await Promise.all([
        activity.of(scope, period, ids),
        names(tenantId, ids),
        logIns.lastOf(tenantId, ids),
        total === undefined ? undefined : costs.sharedBy(tenantId, period, total, 'user'),
      ]);
      const activityOf = new Map(activities.map((one) => [one.userId, one]));
      reply.header('cache-control', 'private, no-store');
      return {
        period: daysOf(period),
        total_cost: total === undefined ? null : rupiahNumber(total),
        users: people.map(({ userId, userRole, calls, bytesIn, bytesOut }) => {
          const did = activityOf.get(userId);
          return {
            user_id: userId,
            name: known.get(userId) ?? null,
            role: userRole,
            last_login: lastLogIns.get(userId)?.toISOString() ?? null,
            sessions: did?.sessions ?? 0,
            session_duration: (did?.sessionMs ?? 0) / MS_PER_MINUTE,
            api_calls: calls,
            data_transfer_bytes: bytesIn + bytesOut,
            cost: shares === undefined ? null : rupiahNumber(shares.get(userId) ?? 0n),
            active_endpoints: [...(did?.endpoints ?? [])],
          };
        }),
        other_users: { cost: restOf(total, shares, ids) },
      };
    },
  );

  app.get(
    '/api/v1/tenant/usage/sessions',
    {
      ...common,
      schema: {
        ...described,
        summary: 'Sessions with requests in a period, the one used last first',
        querystring: usageQuery.safeExtend(pageQuery.shape),
        response: {
          200: pageOf(usageSession).meta({ id: 'UsageSessionPage' }),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const { limit, cursor } = request.query;
      const after = cursor === undefined ? undefined : placeOf(cursor);
      const { scope, period, read } = await questionOf(request, request.query, 'sessions', options);
      const { tenantId } = scope;
      await reads.write(read);
      const [found, total] = await Promise.all([
        activity.sessions(scope, period, limit + 1, after),
        costs.totalOf(tenantId, period),
      ]);
      const shown = found.slice(0, limit);
      const [known, begun, all] = await Promise.all([
        names(tenantId, idsOf(shown)),
        logIns.sessionsOf(
          tenantId,
          shown.map(({ sessionId }) => sessionId),
        ),
        costs.weightOf(tenantId, period),
      ]);
      const last = found.length > limit ? shown.at(-1) : undefined;
      reply.header('cache-control', 'private, no-store');
      return {
        data: shown.map((session) => {
          const { sessionId, userId, userRole, firstSeen, lastSeen, calls, bytes, weight } = session;
          const origin = begun.get(sessionId);
          return {
            session_id: sessionId,
            user_id: userId,
            name: known.get(userId) ?? null,
            role: userRole,
            device: origin?.device ?? null,
            network: origin?.network ?? null,
            login_time: (origin?.begunAt ?? instantOf(firstSeen)).toISOString(),
            last_activity: instantOf(lastSeen).toISOString(),
            duration: (lastSeen - firstSeen) / MICROSECONDS_PER_MS / MS_PER_MINUTE,
            api_calls: calls,
            data_transfer_bytes: bytes,
            cost: total === undefined ? null : rupiahNumber(shareOf(total, weight, all)),
          };
        }),
        next_cursor: last === undefined ? null : cursorOf(last),
      };
    },
  );
};

/** A share of a cost, rounded by itself, halves up. */
function shareOf(total: Rupiah, weight: bigint, all: bigint): Rupiah {
  return all === 0n ? 0n : (2n * total * weight + all) / (2n * all);
}

function instantOf(microseconds: number): Date {
  return new Date(microseconds / MICROSECONDS_PER_MS);
}

const place = z.tuple([z.int().nonnegative(), z.string().min(1)]);

function cursorOf({ lastSeen, sessionId }: SessionPlace): string {
  return Buffer.from(JSON.stringify([lastSeen, sessionId])).toString('base64url');
}

function placeOf(cursor: string): SessionPlace {
  try {
    const [lastSeen, sessionId] = place.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString()));
    return { lastSeen, sessionId };
  } catch (error) {
    throw problem('invalid-request', {
      errors: [{ path: 'query.cursor', message: 'must be the next_cursor of a page of this same list' }],
      cause: error,
    });
  }
}
