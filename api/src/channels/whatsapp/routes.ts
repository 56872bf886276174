import { createHmac, timingSafeEqual } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problem, problemResponses } from '../../errors/problem.ts';
import type { Database } from '../../postgres/database.ts';
import type { WhatsApp } from '../config.ts';
import { noteStatuses } from './statuses.ts';
import { webhookSchema } from './wire.ts';

const MOST_BODY_BYTES = 256 * 1024;
const PATH = '/api/v1/channels/whatsapp/webhook';

/** Optional, as it is not the shape that is wrong with a webhook that nobody has signed. */
const signatureHeaders = z.object({
  'x-hub-signature-256': z
    .string()
    .optional()
    .describe('`sha256=` and the HMAC-SHA-256 of the body, in hexadecimal'),
});

export interface WhatsAppRoutesOptions {
  readonly database: Database;
  /** Absent: nobody tells us anything. */
  readonly account: WhatsApp | undefined;
}

/** Where WhatsApp tells what became of messages. */
export const whatsAppRoutes: FastifyPluginAsyncZod<WhatsAppRoutesOptions> = async (app, options) => {
  const { database, account } = options;
  const config = { usage: { tenant: 'platform' as const }, rate: 'unlimited', anyOrigin: true } as const;
  const validated = app.validatorCompiler;
  app.addHook('onRoute', function leaveBodyToProvider(route) {
    route.validatorCompiler = (part) =>
      validated === undefined || part.httpPart === 'body' ? () => true : validated(part);
  });
  // What is signed are the bytes: they are read once the signature is known to be right.
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));

  app.get(
    PATH,
    {
      config,
      schema: {
        tags: ['webhooks'],
        summary: 'For WhatsApp: proves that this address is meant',
        querystring: z.object({
          'hub.mode': z.string().max(40).optional(),
          'hub.verify_token': z.string().max(400).optional(),
          'hub.challenge': z.string().max(400).optional(),
        }),
        response: { 200: z.string(), ...problemResponses(400, 403, 404) },
      },
    },
    async (request, reply) => {
      const known = configured(account);
      const { 'hub.mode': mode, 'hub.verify_token': token, 'hub.challenge': challenge = '' } = request.query;
      if (mode !== 'subscribe' || token === undefined || !same(token, known.verifyToken)) {
        throw problem('forbidden', { detail: 'The verify token is not the one of this application.' });
      }
      return reply.type('text/plain').send(challenge);
    },
  );

  app.post(
    PATH,
    {
      config,
      bodyLimit: MOST_BODY_BYTES,
      schema: {
        tags: ['webhooks'],
        summary: 'For WhatsApp: what became of messages. Signed; told twice, it counts once',
        headers: signatureHeaders,
        body: webhookSchema.meta({
          id: 'WhatsAppWebhook',
          examples: [
            {
              object: 'whatsapp_business_account',
              entry: [
                {
                  changes: [
                    {
                      field: 'messages',
                      value: {
                        statuses: [{ id: 'wamid.HBgL', status: 'delivered', timestamp: '1795300000' }],
                      },
                    },
                  ],
                },
              ],
            },
          ],
        }),
        response: { 200: z.object({ received: z.literal(true) }), ...problemResponses(401, 404, 413, 503) },
      },
    },
    async (request) => {
      const { appSecret } = configured(account);
      const body = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
      const expected = `sha256=${createHmac('sha256', appSecret).update(body).digest('hex')}`;
      if (!same(request.headers['x-hub-signature-256'] ?? '', expected)) {
        throw problem('webhook-signature-invalid');
      }
      const { success, data } = webhookSchema.safeParse(parsed(body));
      if (success) {
        const statuses = data.entry.flatMap(({ changes }) =>
          changes.flatMap(({ value }) => value.statuses ?? []),
        );
        await noteStatuses(database.db, statuses);
      } else {
        // It is theirs and will not become readable by being sent again.
        request.log.warn('WhatsApp told something that this version does not understand');
      }
      return { received: true as const };
    },
  );
};

function configured(account: WhatsApp | undefined): WhatsApp {
  if (account === undefined) {
    throw problem('not-found', { detail: 'This application does not use WhatsApp.' });
  }
  return account;
}

function same(given: string, expected: string): boolean {
  const [left, right] = [Buffer.from(given), Buffer.from(expected)];
  return left.length === right.length && timingSafeEqual(left, right);
}

function parsed(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}
