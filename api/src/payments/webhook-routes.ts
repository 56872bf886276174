import { createHash } from 'node:crypto';
import type { FastifyBaseLogger } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { problem, problemResponses } from '../errors/problem.ts';
import { newId } from '../ids/id.ts';
import type { Receivables } from '../invoices/receivables.ts';
import { DatabaseUnavailableError, sqlState } from '../postgres/availability.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import {
  type PaymentProvider,
  type ProviderEvent,
  WebhookContentError,
  WebhookSignatureError,
} from './provider/provider.ts';
import { SIGNATURE_HEADER, TIMESTAMP_HEADER } from './provider/signature.ts';
import { eventMessage } from './provider/wire.ts';
import { applyTold } from './told.ts';

const MOST_BODY_BYTES = 64 * 1024;
/** The class of SQLSTATEs for transactions that stood in each other's way (PostgreSQL documentation, appendix A). */
const ROLLED_BACK = '40';
const RETRY_SECONDS = 5;

/** Optional, as it is not the shape that is wrong with a webhook that nobody has signed. */
const signatureHeadersSchema = z.object({
  [TIMESTAMP_HEADER]: z.string().optional().describe('When it was sent, in seconds since 1970'),
  [SIGNATURE_HEADER]: z
    .string()
    .optional()
    .describe('`sha256=` and the HMAC-SHA-256, in hexadecimal, of the timestamp, a dot and the body'),
});

const webhookBody = eventMessage.meta({
  id: 'PaymentWebhook',
  examples: [
    {
      id: 'evt_1',
      created_at: '2026-11-22T03:00:00.000Z',
      payment: {
        id: 'sbx_1',
        reference: 'pay_0123456789abcdef0123',
        amount: 820_100,
        state: 'paid',
        instructions: {},
        receipt: { id: 'rcp_1', amount: 820_100, paid_at: '2026-11-22T03:00:00.000Z' },
      },
    },
  ],
});

export interface WebhookRoutesOptions {
  readonly database: Database;
  readonly receivables: Receivables;
  /** Absent: nobody tells us anything. */
  readonly provider: PaymentProvider | undefined;
  readonly now: () => Date;
}

/** Where the payment provider tells what became of payments. */
export const paymentWebhookRoutes: FastifyPluginAsyncZod<WebhookRoutesOptions> = async (app, options) => {
  const { database, receivables, provider, now } = options;
  const { db } = database;
  const validated = app.validatorCompiler;
  app.addHook('onRoute', function leaveBodyToProvider(route) {
    route.validatorCompiler = (part) =>
      validated === undefined || part.httpPart === 'body' ? () => true : validated(part);
  });
  // What is signed are the bytes: they are read once the signature is known to be right.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.post(
    '/api/v1/payments/webhook/:provider',
    {
      config: { usage: { tenant: 'platform' as const }, rate: 'unlimited', anyOrigin: true },
      bodyLimit: MOST_BODY_BYTES,
      schema: {
        tags: ['payments'],
        summary: 'For the payment provider: what became of a payment. Signed; told twice, it counts once',
        params: z.object({ provider: z.string().max(40) }),
        headers: signatureHeadersSchema,
        body: webhookBody,
        response: {
          200: z.object({ received: z.literal(true) }),
          ...problemResponses(401, 404, 413, 503),
        },
      },
    },
    async (request) => {
      if (provider === undefined || request.params.provider !== provider.name) {
        throw problem('not-found', { detail: 'There is no such payment provider.' });
      }
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const event = readEvent(provider, request.headers, body, now());
      await (event === undefined
        ? keepUnreadable(db, provider.name, body, now())
        : receive({ db, receivables }, provider.name, event, { body, now: now(), logger: request.log }));
      return { received: true as const };
    },
  );
};

/** @returns undefined for what is the provider's and makes no sense */
function readEvent(
  provider: PaymentProvider,
  headers: Parameters<PaymentProvider['readEvent']>[0],
  body: Buffer,
  now: Date,
): ProviderEvent | undefined {
  try {
    return provider.readEvent(headers, body, now);
  } catch (error) {
    if (error instanceof WebhookSignatureError) {
      throw problem('webhook-signature-invalid', { cause: error });
    }
    if (error instanceof WebhookContentError) {
      return undefined;
    }
    throw error;
  }
}

interface Received {
  readonly body: Buffer;
  readonly now: Date;
  readonly logger: FastifyBaseLogger;
}

/** @throws when trying again makes sense, and then alone: the provider sends it once more */
async function receive(
  { db, receivables }: { readonly db: Kysely<Schema>; readonly receivables: Receivables },
  provider: string,
  { id, payment }: ProviderEvent,
  { body, now, logger }: Received,
): Promise<void> {
  const told = { provider, eventId: `event:${id}`, payment, body: storable(body) };
  try {
    await receivables.change((transaction) => applyTold(transaction, told, now));
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) {
      throw error;
    }
    if (sqlState(error)?.startsWith(ROLLED_BACK)) {
      throw problem('overloaded', { retryAfterSeconds: RETRY_SECONDS, cause: error });
    }
    logger.error({ err: error, provider, event: id }, 'a webhook could not be followed, and is held');
    await keepUnreadable(db, provider, body, now);
  }
}

/** Keeps what cannot be followed, for somebody to look at. */
async function keepUnreadable(db: Kysely<Schema>, provider: string, body: Buffer, now: Date): Promise<void> {
  await db
    .insertInto('payment_events')
    .values({
      id: newId('pev'),
      provider,
      event_id: `unreadable:${createHash('sha256').update(body).digest('hex')}`,
      reference: null,
      receipt_id: null,
      received_idr: null,
      paid_at: null,
      body: storable(body),
      received_at: now,
      outcome: 'held',
      problem: 'unreadable',
    })
    .onConflict((conflict) => conflict.columns(['provider', 'event_id']).doNothing())
    .execute();
}

/** The bytes as Postgres keeps a text: what is none, and zeros, are replaced. */
function storable(body: Buffer): string {
  return body.toString('utf8').replaceAll('\0', '\u{fffd}');
}
