import { type LedgerHour, type LedgerReads, tenantScope } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_SPAN_MS = 24 * HOUR_MS;
const LONGEST_SPAN_MS = 31 * 24 * HOUR_MS;
/** The store's instants end in 2299, and a year of five digits is no instant of RFC 3339. */
const LATEST_MS = Date.UTC(2200, 0);

const counts = {
  accepted: z.int().describe('Taken in: acknowledged, or recorded by the application itself'),
  duplicates: z.int().describe('Not taken: it had come before'),
  rejected: z.int().describe('Not taken: it was not valid. By the hour it came in'),
  refused: z.int().describe('Of the accepted, what the store would not take; kept, with the reason'),
  in_spool: z.int().describe('Of the accepted, what is still to be stored'),
  stored: z.int().describe('Of the accepted, what the store has: counted there, not here'),
  difference: z
    .int()
    .describe('accepted − stored − refused − in_spool; 0, but for a moment while an hour is being stored'),
};

const ledgerBody = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    total: z.object(counts),
    hours: z.array(z.object({ hour: z.iso.datetime().describe('Its beginning, UTC'), ...counts })),
  })
  .meta({ id: 'Ledger' });

const ledgerQuery = z.object({
  from: z.iso.datetime({ offset: true }).optional().describe('Default: a day before "to"'),
  to: z.iso.datetime({ offset: true }).optional().describe('Default: now'),
});

export interface LedgerRoutesOptions {
  readonly ledger: Pick<LedgerReads, 'hours'>;
  readonly now: () => Date;
}

/** Whether everything that was taken in of a tenant is stored, hour by hour. */
export const ledgerRoutes: FastifyPluginAsyncZod<LedgerRoutesOptions> = async (app, { ledger, now }) => {
  app.get(
    '/api/v1/tenant/ledger',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('ledger:read'),
      schema: {
        tags: ['ledger'],
        summary: 'What was taken in, and what is stored of it, by hour',
        description: 'By the hour in which things happened. Hours in which nothing came are left out.',
        security: [{ bearer: [] }],
        querystring: ledgerQuery,
        response: { 200: ledgerBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const scope = tenantScope(principalOf(request).tenantId);
      const range = span(request.query, now());
      const hours = (await ledger.hours(scope, range)).map((hour) => ({
        hour: hour.hour.toISOString(),
        ...described(hour),
      }));
      reply.header('cache-control', 'private, no-store');
      return {
        from: range.from.toISOString(),
        to: range.to.toISOString(),
        total: total(hours),
        hours,
      };
    },
  );
};

type Counts = Record<keyof typeof counts, number>;

function described({
  accepted,
  duplicates,
  rejected,
  refused,
  inSpool,
  stored,
  difference,
}: LedgerHour): Counts {
  return { accepted, duplicates, rejected, refused, in_spool: inSpool, stored, difference };
}

function total(hours: readonly Counts[]): Counts {
  const sum = (of: keyof Counts): number => hours.reduce((all, hour) => all + hour[of], 0);
  return {
    accepted: sum('accepted'),
    duplicates: sum('duplicates'),
    rejected: sum('rejected'),
    refused: sum('refused'),
    in_spool: sum('in_spool'),
    stored: sum('stored'),
    difference: sum('difference'),
  };
}

/** Whole hours, because that is what is counted by: the one that `from` lies in to the end of the one of `to`. */
function span(query: z.infer<typeof ledgerQuery>, now: Date): { from: Date; to: Date } {
  const end = query.to === undefined ? now.getTime() : Date.parse(query.to);
  const start = query.from === undefined ? end - DEFAULT_SPAN_MS : Date.parse(query.from);
  if (start >= end || end - start > LONGEST_SPAN_MS || start < 0 || end > LATEST_MS) {
    throw problem('invalid-request', {
      errors: [
        {
          path: 'query.from',
          message: 'must be before "to", by 31 days at most, and both from 1970 to 2200',
        },
      ],
    });
  }
  return {
    from: new Date(Math.floor(start / HOUR_MS) * HOUR_MS),
    to: new Date(Math.ceil(end / HOUR_MS) * HOUR_MS),
  };
}
