import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { ApiKeyError, type ApiKeys, type KeyWithSecret } from './api-keys.ts';
import {
  type ApiKey,
  DEFAULT_BURST,
  DEFAULT_EVENTS_PER_SECOND,
  LONGEST_KEY_NAME,
  MOST_BURST,
  MOST_EVENTS_PER_SECOND,
  SCOPES,
  scopesSchema,
} from './key.ts';
import type { Keyring } from './keyring.ts';

const SECONDS_PER_DAY = 24 * 60 * 60;
/** An old secret that is good for longer is not being replaced. */
const LONGEST_OVERLAP_SECONDS = 30 * SECONDS_PER_DAY;

const keyParams = z.object({ id: z.string().regex(/^key_[0-9a-f]{16}$/, 'must be the id of a key') });

const keyBody = z
  .object({
    id: z.string(),
    name: z.string(),
    prefix: z.string().describe('The beginning of the newest secret'),
    scopes: z.array(z.enum(SCOPES)),
    events_per_second: z.int(),
    burst: z.int().describe('Events that may come at once after a silence'),
    created_by: z.string().nullable().describe('User id; null: made from the command line'),
    created_at: z.iso.datetime(),
    last_used_at: z.iso.datetime().nullable().describe('To the minute'),
    expires_at: z.iso.datetime().nullable(),
    revoked_at: z.iso.datetime().nullable(),
    previous_valid_until: z.iso.datetime().nullable().describe('Until when a replaced secret is still good'),
  })
  .meta({ id: 'ApiKey' });

const keyWithSecretBody = keyBody
  .extend({ secret: z.string().describe('The key itself. Shown this once and kept nowhere') })
  .meta({ id: 'ApiKeyWithSecret' });

const newKey = z
  .object({
    name: z
      .string()
      .trim()
      .min(1)
      .max(LONGEST_KEY_NAME)
      .regex(/^\P{Cc}*$/u, 'must have no control characters'),
    scopes: scopesSchema,
    events_per_second: z.int().min(1).max(MOST_EVENTS_PER_SECOND).default(DEFAULT_EVENTS_PER_SECOND),
    burst: z.int().min(1).max(MOST_BURST).default(DEFAULT_BURST),
    expires_at: z.iso.datetime({ offset: true }).optional().describe('Never unless given'),
  })
  .meta({ examples: [{ name: 'Order service', scopes: ['ingest:requests', 'ingest:events'] }] });

const rotation = z.object({
  overlap_seconds: z
    .int()
    .min(0)
    .max(LONGEST_OVERLAP_SECONDS)
    .default(SECONDS_PER_DAY)
    .describe('How long the old secret stays good. 0: it is over at once'),
});

export interface KeyRoutesOptions {
  readonly keys: ApiKeys;
  readonly keyring: Keyring;
  readonly now: () => Date;
}

/** The keys that a tenant's applications send with. */
export const keyRoutes: FastifyPluginAsyncZod<KeyRoutesOptions> = async (app, { keys, keyring, now }) => {
  const config = { usage: { tenant: 'platform' as const } };
  const onRequest = requirePermission('keys:manage');
  const common = { tags: ['keys'], security: [{ bearer: [] }] };

  app.get(
    '/api/v1/tenant/keys',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'The API keys, with those that were revoked',
        response: { 200: z.object({ keys: z.array(keyBody) }), ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return { keys: (await keys.list(principalOf(request).tenantId)).map(described) };
    },
  );

  app.post(
    '/api/v1/tenant/keys',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Make an API key; its secret is in this answer and nowhere else',
        body: newKey,
        response: { 201: keyWithSecretBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const { name, scopes, events_per_second: eventsPerSecond, burst, expires_at } = request.body;
      const expiresAt = expires_at === undefined ? undefined : new Date(expires_at);
      if (expiresAt !== undefined && expiresAt <= now()) {
        throw problem('invalid-request', {
          errors: [{ path: 'body.expires_at', message: 'must be in the future' }],
        });
      }
      const made = await orConflict(
        keys.create(
          tenantId,
          { name, scopes, eventsPerSecond, burst, expiresAt, createdBy: userId },
          actorOf(request),
        ),
      );
      return reply.code(201).header('cache-control', 'no-store').send(describedWithSecret(made));
    },
  );

  app.post(
    '/api/v1/tenant/keys/:id/rotate',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Give an API key a new secret; the old one stays good for a while',
        params: keyParams,
        // A body may be left out: null is what is validated then.
        body: rotation.nullish().meta({ examples: [{ overlap_seconds: 3_600 }] }),
        response: { 200: keyWithSecretBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { overlap_seconds } = request.body ?? rotation.parse({});
      const { tenantId } = principalOf(request);
      const rotated = await orConflict(keys.rotate(tenantId, id, overlap_seconds, actorOf(request)));
      if (rotated === undefined) {
        throw problem('not-found');
      }
      keyring.forget(id);
      reply.header('cache-control', 'no-store');
      return describedWithSecret(rotated);
    },
  );

  app.delete(
    '/api/v1/tenant/keys/:id',
    {
      config,
      onRequest,
      schema: {
        ...common,
        summary: 'Revoke an API key for ever; at once here, within 30 seconds on other replicas',
        params: keyParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      if (!(await keys.revoke(principalOf(request).tenantId, id, actorOf(request)))) {
        throw problem('not-found');
      }
      keyring.forget(id);
      return reply.code(204).send();
    },
  );
};

async function orConflict<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    throw error instanceof ApiKeyError ? problem('conflict', { detail: error.message, cause: error }) : error;
  }
}

function described(key: ApiKey): z.infer<typeof keyBody> {
  return {
    id: key.id,
    name: key.name,
    prefix: key.prefix,
    scopes: [...key.scopes],
    events_per_second: key.eventsPerSecond,
    burst: key.burst,
    created_by: key.createdBy,
    created_at: key.createdAt.toISOString(),
    last_used_at: key.lastUsedAt?.toISOString() ?? null,
    expires_at: key.expiresAt?.toISOString() ?? null,
    revoked_at: key.revokedAt?.toISOString() ?? null,
    previous_valid_until: key.previousValidUntil?.toISOString() ?? null,
  };
}

function describedWithSecret({ key, secret }: KeyWithSecret): z.infer<typeof keyWithSecretBody> {
  return { ...described(key), secret };
}
