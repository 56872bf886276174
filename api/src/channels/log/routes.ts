import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import { can } from '../../identity/permissions.ts';
import { newestFirstQuery } from '../../postgres/newest-first.ts';
import { CHANNELS } from '../channel.ts';
import { RECEIPTS } from '../tables.ts';
import type { Delivery, DeliveryLog } from './delivery-log.ts';
import { masked, withoutPeople } from './mask.ts';

const STATES = ['queued', 'sent', 'failed', 'kept'] as const;

const deliveryBody = z
  .object({
    id: z.string(),
    channel: z.enum(CHANNELS),
    template: z.string().describe('Kind of message, or type of event'),
    subject: z.string().nullable(),
    recipient: z
      .string()
      .describe('Address, number, or id of a device or a webhook; masked for who may not see people'),
    user_id: z.string().nullable().describe('Whom it was for; null also for who may not see people'),
    state: z
      .enum(STATES)
      .describe('queued: also between two attempts; failed: given up; kept: there is no provider to send it'),
    attempts: z.int(),
    last_error: z.string().nullable(),
    created_at: z.iso.datetime(),
    sent_at: z.iso.datetime().nullable().describe('When the provider took it'),
    receipt: z.enum(RECEIPTS).nullable().describe('What the provider told of it afterwards'),
    receipt_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'Delivery' });

const deliveriesQuery = newestFirstQuery.extend({
  channel: z.enum(CHANNELS).optional().describe('Only by this channel; all unless given'),
  state: z.enum(STATES).optional().describe('Only in this state; all unless given'),
});

export interface DeliveryLogRoutesOptions {
  readonly log: DeliveryLog;
}

/** What was sent to whom, and what became of it. What was given up is retried as a job: `/api/v1/tenant/jobs`. */
export const deliveryLogRoutes: FastifyPluginAsyncZod<DeliveryLogRoutesOptions> = async (app, { log }) => {
  app.get(
    '/api/v1/tenant/deliveries',
    {
      config: { usage: { tenant: 'platform' as const } },
      onRequest: requirePermission('deliveries:read'),
      schema: {
        tags: ['notifications'],
        security: [{ bearer: [] }],
        summary: 'What was sent by mail, push, WhatsApp, SMS and webhook in the last 30 days, newest first',
        description:
          'One that failed is a job that was given up: it can be retried or discarded under /api/v1/tenant/jobs.',
        querystring: deliveriesQuery,
        response: {
          200: z.object({ data: z.array(deliveryBody), next_cursor: z.string().nullable() }),
          ...problemResponses(400, 401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      const { channel, state, limit, cursor } = request.query;
      const { tenantId, role } = principalOf(request);
      const { deliveries, nextCursor } = await log.list(tenantId, { channel, state, limit, cursor });
      const seesPeople = can(role, 'people:read');
      reply.header('cache-control', 'private, no-store');
      return {
        data: deliveries.map((delivery) => described(delivery, seesPeople)),
        next_cursor: nextCursor,
      };
    },
  );
};

function described(delivery: Delivery, seesPeople: boolean): z.infer<typeof deliveryBody> {
  const { channel, recipient, userId, lastError } = delivery;
  return {
    id: delivery.id,
    channel,
    template: delivery.template,
    subject: delivery.subject,
    recipient: seesPeople ? recipient : masked(channel, recipient),
    user_id: seesPeople ? userId : null,
    state: delivery.state,
    attempts: delivery.attempts,
    last_error: seesPeople || lastError === null ? lastError : withoutPeople(lastError),
    created_at: delivery.createdAt.toISOString(),
    sent_at: delivery.sentAt?.toISOString() ?? null,
    receipt: delivery.receipt,
    receipt_at: delivery.receiptAt?.toISOString() ?? null,
  };
}
