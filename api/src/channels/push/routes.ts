import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, audit } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { deviceOf } from '../../identity/device.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import { idOf } from '../../ids/id.ts';
import type { Database } from '../../postgres/database.ts';
import { mayBePublic } from '../http/addresses.ts';
import { type PushSubscription, PushSubscriptions } from './subscriptions.ts';
import type { VapidKeys } from './vapid.ts';

const LONGEST_ENDPOINT = 1_000;
const POINT_BYTES = 65;
const UNCOMPRESSED = 4;
const AUTH_BYTES = 16;

const subscriptionBody = z
  .object({
    id: z.string(),
    device: z.string().describe('In words: Firefox on Linux'),
    service: z.string().describe('Host of the push service'),
    created_at: z.iso.datetime(),
    last_sent_at: z.iso.datetime().nullable(),
  })
  .meta({ id: 'PushSubscription' });

function bytes(text: string): Buffer {
  return Buffer.from(text, 'base64url');
}

const newSubscription = z
  .object({
    endpoint: z.url({ protocol: /^https$/ }).max(LONGEST_ENDPOINT),
    keys: z.object({
      p256dh: z
        .base64url()
        .refine(
          (text) => bytes(text).length === POINT_BYTES && bytes(text)[0] === UNCOMPRESSED,
          'must be an uncompressed point of P-256',
        ),
      auth: z.base64url().refine((text) => bytes(text).length === AUTH_BYTES, 'must be 16 bytes'),
    }),
  })
  .describe('What PushSubscription.toJSON() gives in the browser')
  .meta({
    examples: [
      {
        endpoint: 'https://fcm.googleapis.com/fcm/send/dQw4w9WgXcQ',
        keys: {
          p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
          auth: 'BTBZMqHH6r4Tts7J_aSIgg',
        },
      },
    ],
  });

export interface PushRoutesOptions {
  readonly database: Database;
  readonly keys: VapidKeys;
  /** Whether push services may be anywhere: for tests and for networks of one's own. */
  readonly privateHosts: boolean;
  readonly now: () => Date;
}

/** The browsers on which somebody wants to be told. */
export const pushRoutes: FastifyPluginAsyncZod<PushRoutesOptions> = async (app, options) => {
  const { database, keys, privateHosts, now } = options;
  const { db } = database;
  const subscriptions = new PushSubscriptions(now);
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('account:own');
  const common = { tags: ['notifications'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/push/key',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'The key that browsers subscribe with (VAPID)',
        response: {
          200: z.object({ key: z.string().describe('For applicationServerKey, base64url') }),
          ...problemResponses(401, 403, 503),
        },
      },
    },
    async () => ({ key: await keys.publicKey() }),
  );

  app.get(
    '/api/v1/me/push-subscriptions',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Own browsers that are told',
        response: {
          200: z.object({ subscriptions: z.array(subscriptionBody) }),
          ...problemResponses(401, 403, 503),
        },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return { subscriptions: (await subscriptions.list(db, principalOf(request).userId)).map(described) };
    },
  );

  app.post(
    '/api/v1/me/push-subscriptions',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Be told on this browser; asked again, it is the same subscription',
        headers: z.object({ 'user-agent': z.string().optional() }),
        body: newSubscription,
        response: { 201: subscriptionBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { endpoint, keys: receiver } = request.body;
      if (!privateHosts && !mayBePublic(new URL(endpoint).hostname)) {
        throw problem('invalid-request', {
          errors: [{ path: 'body.endpoint', message: 'must be at a host of the public Internet' }],
        });
      }
      const { userId, tenantId } = principalOf(request);
      const added = await db.transaction().execute(async (transaction) => {
        const made = await subscriptions.add(transaction, userId, {
          endpoint,
          ...receiver,
          device: deviceOf(request.headers['user-agent']),
        });
        if (typeof made !== 'string') {
          await audit(transaction, {
            action: 'push.subscribed',
            tenantId,
            actor: actorOf(request),
            subject: { kind: 'push-subscription', id: made.id },
            details: { device: made.device, service: made.service },
          });
        }
        return made;
      });
      if (added === 'taken') {
        throw problem('conflict', {
          detail: 'This browser is subscribed by somebody else. Unsubscribe it there, or in the browser.',
        });
      }
      if (added === 'too-many') {
        throw problem('conflict', { detail: 'Too many browsers are subscribed. Unsubscribe one of them.' });
      }
      return reply.code(201).send(described(added));
    },
  );

  app.delete(
    '/api/v1/me/push-subscriptions/:id',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Be told no more on a browser',
        params: z.object({ id: idOf('psh', 'a push subscription') }),
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { userId, tenantId } = principalOf(request);
      const { id } = request.params;
      await db.transaction().execute(async (transaction) => {
        if (!(await subscriptions.remove(transaction, userId, id))) {
          throw problem('not-found');
        }
        await audit(transaction, {
          action: 'push.unsubscribed',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'push-subscription', id },
        });
      });
      return reply.code(204).send();
    },
  );
};

function described(subscription: PushSubscription): z.infer<typeof subscriptionBody> {
  const { id, device, service, createdAt, lastSentAt } = subscription;
  return {
    id,
    device,
    service,
    created_at: createdAt.toISOString(),
    last_sent_at: lastSentAt?.toISOString() ?? null,
  };
}
