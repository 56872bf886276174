import { RefusedCursorError, type RefusedRows, tenantScope } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';

const DEFAULT_LIMIT = 50;
const LARGEST_LIMIT = 200;

const rejectedBody = z
  .object({
    rejected: z.array(
      z.object({
        rejected_at: z.iso.datetime(),
        reason: z.string().describe('What is wrong with it, and what to do'),
        line: z.string().describe('What of it may be kept; the first 4,000 characters'),
        source: z.string().describe('Who sent it; empty: this application'),
        event_id: z.string(),
      }),
    ),
    next: z.string().nullable().describe('For the next page; null: this is the last'),
  })
  .meta({ id: 'Rejected' });

export interface RejectedRoutesOptions {
  readonly refused: RefusedRows;
}

/** What was refused of a tenant's records and events. */
export const rejectedRoutes: FastifyPluginAsyncZod<RejectedRoutesOptions> = async (app, { refused }) => {
  app.get(
    '/api/v1/tenant/rejected',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('rejected:read'),
      schema: {
        tags: ['ledger'],
        summary: 'What was refused, newest first, with the reason',
        security: [{ bearer: [] }],
        querystring: z.object({
          limit: z.coerce.number().int().min(1).max(LARGEST_LIMIT).default(DEFAULT_LIMIT),
          after: z.string().optional().describe('"next" of the page before'),
        }),
        response: { 200: rejectedBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { limit, after } = request.query;
      const scope = tenantScope(principalOf(request).tenantId);
      const page = await refused.page(scope, limit, after).catch((error: unknown) => {
        throw error instanceof RefusedCursorError
          ? problem('invalid-request', { errors: [{ path: 'query.after', message: error.message }] })
          : error;
      });
      reply.header('cache-control', 'private, no-store');
      return {
        rejected: page.rows.map((row) => ({
          rejected_at: row.rejectedAt.toISOString(),
          reason: row.reason,
          line: row.line,
          source: row.source,
          event_id: row.eventId,
        })),
        next: page.next ?? null,
      };
    },
  );
};
