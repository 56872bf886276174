import { randomUUID } from 'node:crypto';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, audit } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import { idOf } from '../../ids/id.ts';
import type { Database } from '../../postgres/database.ts';
import { mayBePublic } from '../http/addresses.ts';
import { send } from '../send.ts';
import { EVENT_TYPES, TEST_EVENT } from './event-types.ts';
import type { Webhook, WebhookSettings, Webhooks } from './webhooks.ts';

const LONGEST_URL = 1_000;
const LONGEST_DESCRIPTION = 200;
const SECONDS_PER_DAY = 24 * 60 * 60;
/** An old secret that is good for longer is not being replaced. */
const LONGEST_OVERLAP_SECONDS = 30 * SECONDS_PER_DAY;

const settingsBody = z
  .object({
    url: z.url({ protocol: /^https?$/ }).max(LONGEST_URL),
    description: z
      .string()
      .trim()
      .max(LONGEST_DESCRIPTION)
      .regex(/^\P{Cc}*$/u, 'must have no control characters')
      .default(''),
    event_types: z.array(z.enum(EVENT_TYPES)).min(1).max(EVENT_TYPES.length),
    enabled: z.boolean().default(true),
  })
  .meta({
    examples: [
      {
        url: 'https://ops.chill-ajar.example/riwayat',
        description: 'On-call bot',
        event_types: ['alert.fired', 'alert.resolved'],
      },
    ],
  });

const webhookBody = z
  .object({
    id: z.string(),
    url: z.string(),
    description: z.string(),
    event_types: z.array(z.string()),
    enabled: z.boolean(),
    disabled_because: z
      .enum(['failing', 'gone'])
      .nullable()
      .describe('Why it was disabled by itself: it took nothing for days, or answered 410'),
    failing_since: z.iso.datetime().nullable().describe('First failure since it last took an event'),
    last_failure_at: z.iso.datetime().nullable(),
    last_failure: z.string().nullable().describe('What it answered, or why it did not'),
    last_success_at: z.iso.datetime().nullable(),
    created_at: z.iso.datetime(),
    previous_valid_until: z.iso.datetime().nullable().describe('Until when a replaced secret signs, too'),
  })
  .meta({ id: 'Webhook' });

const webhookWithSecretBody = webhookBody
  .extend({ secret: z.string().describe('What messages are signed with. Shown this once') })
  .meta({ id: 'WebhookWithSecret' });

const rotation = z.object({
  overlap_seconds: z
    .int()
    .min(0)
    .max(LONGEST_OVERLAP_SECONDS)
    .default(SECONDS_PER_DAY)
    .describe('How long the old secret signs, too. 0: it is over at once'),
});

const webhookParams = z.object({ id: idOf('whk', 'a webhook') });

export interface WebhookRoutesOptions {
  readonly database: Database;
  readonly webhooks: Webhooks;
  /** Whether endpoints may be anywhere, and without TLS: for tests and for networks of one's own. */
  readonly privateHosts: boolean;
}

/** The addresses of a tenant's applications that are told of events. */
export const webhookRoutes: FastifyPluginAsyncZod<WebhookRoutesOptions> = async (app, options) => {
  const { database, webhooks, privateHosts } = options;
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('webhooks:manage');
  const common = { tags: ['webhooks'], security: [{ bearer: [] }] };
  const tooMany = 'There are as many webhooks as a tenant can have. Delete one that nothing listens at.';

  app.get(
    '/api/v1/tenant/webhooks',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'The webhooks, with their last failures',
        response: { 200: z.object({ webhooks: z.array(webhookBody) }), ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return { webhooks: (await webhooks.list(principalOf(request).tenantId)).map(described) };
    },
  );

  app.post(
    '/api/v1/tenant/webhooks',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Have an application told of events, signed as Standard Webhooks says',
        body: settingsBody,
        response: { 201: webhookWithSecretBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const settings = settingsOf(request.body, privateHosts);
      const { tenantId, userId } = principalOf(request);
      const made = await db.transaction().execute(async (transaction) => {
        const created = await webhooks.create(transaction, tenantId, settings, userId);
        if (created === undefined) {
          throw problem('conflict', { detail: tooMany });
        }
        await audit(transaction, {
          action: 'webhook.created',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'webhook', id: created.webhook.id },
          details: auditDetails(settings),
        });
        return created;
      });
      return reply.code(201).header('cache-control', 'no-store').send(describedWithSecret(made));
    },
  );

  app.put(
    '/api/v1/tenant/webhooks/:id',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Change a webhook, or enable and disable it',
        params: webhookParams,
        body: settingsBody,
        response: { 200: webhookBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request) => {
      const settings = settingsOf(request.body, privateHosts);
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      return db.transaction().execute(async (transaction) => {
        const changed = found(await webhooks.change(transaction, tenantId, id, settings));
        await audit(transaction, {
          action: 'webhook.changed',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'webhook', id },
          details: auditDetails(settings),
        });
        return described(changed);
      });
    },
  );

  app.post(
    '/api/v1/tenant/webhooks/:id/rotate',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Give a webhook a new secret; the old one signs, too, for a while',
        params: webhookParams,
        // A body may be left out: null is what is validated then.
        body: rotation.nullish().meta({ examples: [{ overlap_seconds: 3_600 }] }),
        response: { 200: webhookWithSecretBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { overlap_seconds: overlapSeconds } = request.body ?? rotation.parse({});
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      const rotated = await db.transaction().execute(async (transaction) => {
        const renewed = found(await webhooks.rotate(transaction, tenantId, id, overlapSeconds));
        await audit(transaction, {
          action: 'webhook.rotated',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'webhook', id },
          details: { overlapSeconds },
        });
        return renewed;
      });
      reply.header('cache-control', 'no-store');
      return describedWithSecret(rotated);
    },
  );

  app.post(
    '/api/v1/tenant/webhooks/:id/test',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary:
          'Send a test event to a webhook, also to one that is disabled; the delivery log tells what became of it',
        params: webhookParams,
        response: { 202: z.object({ sent: z.literal(true) }), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      await db.transaction().execute(async (transaction) => {
        found(await webhooks.find(transaction, tenantId, id));
        await send(transaction, [
          {
            channel: 'webhook',
            tenantId,
            event: TEST_EVENT,
            endpointId: id,
            data: { webhook: id },
            dedupeKey: `webhook-test ${randomUUID()}`,
          },
        ]);
        await audit(transaction, {
          action: 'webhook.tested',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'webhook', id },
        });
      });
      return reply.code(202).send({ sent: true as const });
    },
  );

  app.delete(
    '/api/v1/tenant/webhooks/:id',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Delete a webhook; what is on its way to it is given up',
        params: webhookParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { id } = request.params;
      await db.transaction().execute(async (transaction) => {
        if (!(await webhooks.remove(transaction, tenantId, id))) {
          throw problem('not-found');
        }
        await audit(transaction, {
          action: 'webhook.deleted',
          tenantId,
          actor: actorOf(request),
          subject: { kind: 'webhook', id },
        });
      });
      return reply.code(204).send();
    },
  );
};

/** @throws {ProblemError} `invalid-request` for an address that nobody may send us to */
function settingsOf(body: z.infer<typeof settingsBody>, privateHosts: boolean): WebhookSettings {
  const { url, description, event_types: eventTypes, enabled } = body;
  const { protocol, hostname, username, password } = new URL(url);
  const refuse = (message: string) => problem('invalid-request', { errors: [{ path: 'body.url', message }] });
  if (username !== '' || password !== '') {
    throw refuse('must have no name and no password in it');
  }
  if (!privateHosts && protocol !== 'https:') {
    throw refuse('must begin with https://');
  }
  if (!privateHosts && !mayBePublic(hostname)) {
    throw refuse('must be at a host of the public Internet');
  }
  return { url, description, eventTypes, enabled };
}

/** Of the address the host alone: a path can be a secret. */
function auditDetails({ url, eventTypes, enabled }: WebhookSettings) {
  return { host: new URL(url).host, eventTypes: eventTypes.join(' '), enabled };
}

function found<T>(webhook: T | undefined): T {
  if (webhook === undefined) {
    throw problem('not-found');
  }
  return webhook;
}

function described(webhook: Webhook): z.infer<typeof webhookBody> {
  return {
    id: webhook.id,
    url: webhook.url,
    description: webhook.description,
    event_types: [...webhook.eventTypes],
    enabled: webhook.enabled,
    disabled_because: webhook.disabledBecause,
    failing_since: webhook.failingSince?.toISOString() ?? null,
    last_failure_at: webhook.lastFailureAt?.toISOString() ?? null,
    last_failure: webhook.lastFailure,
    last_success_at: webhook.lastSuccessAt?.toISOString() ?? null,
    created_at: webhook.createdAt.toISOString(),
    previous_valid_until: webhook.previousValidUntil?.toISOString() ?? null,
  };
}

function describedWithSecret(made: {
  readonly webhook: Webhook;
  readonly secret: string;
}): z.infer<typeof webhookWithSecretBody> {
  return { ...described(made.webhook), secret: made.secret };
}
