import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import type { Database } from '../postgres/database.ts';
import type { InvoicePayments } from './invoice-payments.ts';
import { METHODS } from './payment-state.ts';
import { choose, forgetCard, type Preferences, preferencesOf } from './preferences.ts';

const preferencesBody = z
  .object({
    method: z.enum(METHODS).nullable().describe('Null: chosen each time'),
    channel: z.string().nullable(),
    card: z.string().nullable().describe('What the kept card is recognised by'),
    auto_debit: z.boolean().describe('Whether the kept card is debited for each invoice'),
  })
  .meta({ id: 'PaymentPreferences' });

const methodsBody = z
  .object({
    methods: z.array(
      z.object({
        method: z.enum(METHODS),
        channels: z
          .array(z.string())
          .describe('Of which one is chosen; empty where there is nothing to choose'),
      }),
    ),
    bank_accounts: z.array(z.object({ bank: z.string(), number: z.string(), holder: z.string() })),
    preferred: preferencesBody,
  })
  .meta({ id: 'PaymentMethods' });

const choice = z
  .object({
    method: z.enum(METHODS),
    channel: z.string().max(40).nullable().default(null),
    auto_debit: z.boolean().default(false),
  })
  .meta({
    examples: [
      { method: 'virtual-account', channel: 'bca' },
      { method: 'card', auto_debit: true },
    ],
  });

export interface MethodRoutesOptions {
  readonly database: Database;
  readonly payments: InvoicePayments;
  readonly now: () => Date;
}

/** The ways in which a tenant can pay, and the one it prefers. */
export const paymentMethodRoutes: FastifyPluginAsyncZod<MethodRoutesOptions> = async (app, options) => {
  const { database, payments, now } = options;
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('billing:pay');
  const common = { tags: ['payments'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/tenant/billing/payment-methods',
    {
      config,
      onRequest: requirePermission('billing:read'),
      schema: {
        ...common,
        summary: 'The ways to pay that there are, and the preferred one',
        response: { 200: methodsBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return {
        methods: payments.methods().map(({ method, channels }) => ({ method, channels: [...channels] })),
        bank_accounts: payments.means.bankAccounts.map((account) => ({ ...account })),
        preferred: described(await preferencesOf(db, principalOf(request).tenantId)),
      };
    },
  );

  app.put(
    '/api/v1/tenant/billing/payment-methods/preferred',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Prefer a way to pay; with a kept card, have it debited for each invoice',
        body: choice,
        response: { 200: preferencesBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request) => {
      const { tenantId } = principalOf(request);
      const { method, channel, auto_debit: autoDebit } = request.body;
      const known = payments.methods().find((one) => one.method === method);
      if (known === undefined) {
        throw problem('payment-method-unavailable');
      }
      if (channel !== null && !known.channels.includes(channel)) {
        throw problem('invalid-request', {
          errors: [
            { path: 'body.channel', message: `must be one of: ${known.channels.join(', ') || 'none'}` },
          ],
        });
      }
      if (autoDebit && method !== 'card') {
        throw problem('invalid-request', {
          errors: [{ path: 'body.auto_debit', message: 'is possible with a card alone' }],
        });
      }
      await db
        .transaction()
        .execute((transaction) =>
          choose(transaction, tenantId, { method, channel, autoDebit }, actorOf(request), now()),
        );
      return described(await preferencesOf(db, tenantId));
    },
  );

  app.delete(
    '/api/v1/tenant/billing/payment-methods/card',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Forget the kept card, and with it its debits',
        response: { 204: z.undefined(), ...problemResponses(401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      await db
        .transaction()
        .execute((transaction) => forgetCard(transaction, tenantId, actorOf(request), now()));
      return reply.code(204).send();
    },
  );
};

function described({ method, channel, card, autoDebit }: Preferences): z.infer<typeof preferencesBody> {
  return { method, channel, card: card?.label ?? null, auto_debit: autoDebit };
}
