import { billingMonth, dayAt, decimal, monthAt, type Plan } from '@riwayat/billing';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Pricing } from '../billing/pricing.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { recordedUptime } from './recorded.ts';
import { percentNumber, shareUp, type Uptime } from './uptime.ts';

const MS_PER_SECOND = 1_000;
/** Named one by one, the newest; of others only how long they lasted. */
const MOST_INCIDENTS = 100;

const month = z
  .string()
  .regex(/^20\d\d-(0[1-9]|1[0-2])$/, 'must be a month of this century: YYYY-MM')
  .describe('The running month unless given; kept for 13 months');
const monthQuery = z.object({ month: month.optional() });
const count = z.int().nonnegative();

const uptimeFields = {
  known_from: z.iso
    .datetime()
    .nullable()
    .describe('Since when it was watched in the month; null: not at all'),
  known_to: z.iso.datetime().nullable().describe('Until when it is known'),
  measured: z.number().nullable().describe('Share of the minutes that count, percent, rounded down'),
  minutes_up: count,
  minutes_down: count.describe('In which no instance answered'),
  minutes_of_maintenance: count.describe('Announced; they do not count'),
  incidents: z
    .array(z.object({ from: z.iso.datetime(), to: z.iso.datetime(), seconds: count }))
    .describe(`At most ${MOST_INCIDENTS}, newest first`),
};

const slaBody = z
  .object({
    month: z.string(),
    timezone: z.string(),
    plan: z
      .object({ key: z.string(), name: z.object({ id: z.string(), en: z.string() }) })
      .nullable()
      .describe('The plan of the last day that is known; null without a contract'),
    promised: z.number().nullable().describe('What the plan promises, percent; null: nothing'),
    kept: z.boolean().nullable().describe('Whether the promise is kept so far; null without one'),
    ...uptimeFields,
  })
  .meta({
    id: 'ServiceLevel',
    examples: [
      {
        month: '2026-11',
        timezone: 'Asia/Jakarta',
        plan: { key: 'starter', name: { id: 'Starter', en: 'Starter' } },
        promised: 99.5,
        kept: true,
        known_from: '2026-10-31T17:00:00.000Z',
        known_to: '2026-11-30T17:00:00.000Z',
        measured: 99.9699,
        minutes_up: 43_157,
        minutes_down: 13,
        minutes_of_maintenance: 30,
        incidents: [{ from: '2026-11-11T07:02:00.000Z', to: '2026-11-11T07:15:00.000Z', seconds: 780 }],
      },
    ],
  });

const uptimeBody = z
  .object({
    month: z.string(),
    inside: z
      .object(uptimeFields)
      .describe('As the instances see themselves: what service levels are judged by'),
    outside: z.object(uptimeFields).describe('As the public address answers'),
  })
  .meta({ id: 'Uptime' });

export interface UptimeRoutesOptions {
  readonly database: Database;
  readonly pricing: Pick<Pricing, 'agreementOf'>;
  readonly tenants: TenantDirectory;
  readonly now: () => Date;
}

/** How much of a month the platform was there, and what was promised of it. */
export const uptimeRoutes: FastifyPluginAsyncZod<UptimeRoutesOptions> = async (
  app,
  { database: { db }, pricing, tenants, now },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['operations'], security: [{ bearer: [] }], querystring: monthQuery };

  app.get(
    '/api/v1/tenant/sla',
    {
      config,
      onRequest: requirePermission('sla:read'),
      schema: {
        ...common,
        summary: 'How much of a month the service was there, beside what the plan promises',
        response: { 200: slaBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const tenant = await tenants.find(tenantId);
      if (tenant === undefined) {
        throw problem('tenant-unknown');
      }
      const { timezone } = tenant;
      const span = billingMonth(request.query.month ?? monthAt(now(), timezone), timezone);
      const [uptime, agreement] = await Promise.all([
        recordedUptime(db, { view: 'inside', span, now: now() }),
        pricing.agreementOf(tenantId),
      ]);
      const lastKnown = new Date((uptime.known?.to ?? span.from).getTime() - 1);
      const plan = agreement?.planOn(dayAt(uptime.known === undefined ? span.from : lastKnown, timezone));
      reply.header('cache-control', 'private, no-store');
      return {
        month: span.month,
        timezone,
        plan: plan === undefined ? null : { key: plan.key, name: plan.name },
        promised: plan?.uptime === undefined ? null : Number(plan.uptime),
        kept: isKept(plan, uptime),
        ...uptimeJson(uptime),
      };
    },
  );

  app.get(
    '/api/v1/platform/uptime',
    {
      config,
      onRequest: requirePermission('platform:uptime'),
      schema: {
        ...common,
        summary: 'How much of a month the platform was there, from inside and from outside',
        description: 'The month is one of UTC.',
        response: { 200: uptimeBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const span = billingMonth(request.query.month ?? monthAt(now(), 'UTC'), 'UTC');
      const [inside, outside] = await Promise.all([
        recordedUptime(db, { view: 'inside', span, now: now() }),
        recordedUptime(db, { view: 'outside', span, now: now() }),
      ]);
      reply.header('cache-control', 'private, no-store');
      return { month: span.month, inside: uptimeJson(inside), outside: uptimeJson(outside) };
    },
  );
};

function isKept(plan: Plan | undefined, uptime: Uptime): boolean | null {
  const share = shareUp(uptime);
  return plan?.uptime === undefined || share === undefined ? null : share.gte(decimal(plan.uptime));
}

function uptimeJson(uptime: Uptime) {
  const { known, minutesUp, minutesDown, minutesOfMaintenance, incidents } = uptime;
  const share = shareUp(uptime);
  return {
    known_from: known?.from.toISOString() ?? null,
    known_to: known?.to.toISOString() ?? null,
    measured: share === undefined ? null : percentNumber(share),
    minutes_up: minutesUp,
    minutes_down: minutesDown,
    minutes_of_maintenance: minutesOfMaintenance,
    incidents: incidents
      .slice(-MOST_INCIDENTS)
      .reverse()
      .map(({ from, to }) => ({
        from: from.toISOString(),
        to: to.toISOString(),
        seconds: (to.getTime() - from.getTime()) / MS_PER_SECOND,
      })),
  };
}
