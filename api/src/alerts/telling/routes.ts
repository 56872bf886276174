import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf, audit } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import { OUTSIDE_CHANNELS } from './channels.ts';
import { channelsOffOf, turnOff } from './preferences.ts';
import { alertRouteSchema, MOST_ROUTES, rolesNameableBy } from './routing.ts';
import { replaceRouting, routingOf, strangers } from './stored-routing.ts';

const ROUTING_PATH = '/api/v1/tenant/alert-routing';
const PREFERENCES_PATH = '/api/v1/me/notification-preferences';
const EXAMPLE_ROUTES = [
  { level: 1, role: 'it_staff', topics: ['performance'], least: 'warning', channels: ['mail', 'push'] },
  { level: 2, role: 'manager', topics: [], least: 'critical', channels: ['mail', 'whatsapp'] },
] as const;

const routes = z.array(alertRouteSchema).max(MOST_ROUTES);

const routingBody = z
  .object({ version: z.int().describe('0: the defaults'), routes })
  .meta({ id: 'AlertRouting', examples: [{ version: 3, routes: EXAMPLE_ROUTES }] });

const newRouting = z
  .object({
    version: z
      .int32()
      .min(0)
      .nullable()
      .describe('The version that was changed; null: whatever there is is replaced'),
    routes,
  })
  .strict()
  .meta({ examples: [{ version: 0, routes: EXAMPLE_ROUTES }] });

const preferencesBody = z
  .object({
    channels_off: z
      .array(z.enum(OUTSIDE_CHANNELS))
      .max(OUTSIDE_CHANNELS.length)
      .describe('By what the person does not want to be told'),
  })
  .strict()
  .meta({ id: 'NotificationPreferences', examples: [{ channels_off: ['whatsapp', 'sms'] }] });

export interface TellingRoutesOptions {
  readonly database: Database;
  readonly now: () => Date;
}

/** Who is told of alerts, and by what people want to be told. */
export const tellingRoutes: FastifyPluginAsyncZod<TellingRoutesOptions> = async (app, { database, now }) => {
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const alerts = { tags: ['alerts'], security: [{ bearer: [] }] };
  const account = { tags: ['account'], security: [{ bearer: [] }] };

  app.get(
    ROUTING_PATH,
    {
      config,
      onRequest: requirePermission('alerts:read'),
      schema: {
        ...alerts,
        summary: 'Who is told of what, and by which channel',
        response: { 200: routingBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return mutable(await routingOf(db, principalOf(request).tenantId));
    },
  );

  app.put(
    ROUTING_PATH,
    {
      config,
      onRequest: requirePermission('alerts:manage'),
      schema: {
        ...alerts,
        summary: 'Decide who is told of what, and by which channel',
        description:
          'Holds for what happens from now on. What no route leads to anybody goes to the administrators; everything ' +
          'shows in the application besides.',
        body: newRouting,
        response: { 200: routingBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { version: seen, routes: wanted } = request.body;
      const unknown = await strangers(
        db,
        tenantId,
        wanted.flatMap(({ user_id }) => user_id ?? []),
      );
      const nameable = rolesNameableBy(tenantId);
      const errors = wanted.flatMap(({ role, user_id }, index) => [
        ...(role !== undefined && !nameable.includes(role)
          ? [{ path: `body.routes.${index}.role`, message: `must be one of ${nameable.join(', ')}` }]
          : []),
        ...(user_id !== undefined && unknown.has(user_id)
          ? [{ path: `body.routes.${index}.user_id`, message: 'must be a person of the tenant' }]
          : []),
      ]);
      if (errors.length > 0) {
        throw problem('invalid-request', { errors });
      }
      const version = await db.transaction().execute(async (transaction) => {
        const made = await replaceRouting(transaction, tenantId, { seen, routes: wanted, now: now() });
        if (made !== undefined) {
          await audit(transaction, {
            action: 'alert-routing.changed',
            tenantId,
            actor: actorOf(request),
            details: { version: made, routes: wanted.length },
          });
        }
        return made;
      });
      if (version === undefined) {
        throw problem('conflict', {
          detail: 'Somebody else has changed the routing meanwhile: read it again, and change that.',
        });
      }
      reply.header('cache-control', 'private, no-store');
      return { version, routes: wanted };
    },
  );

  app.get(
    PREFERENCES_PATH,
    {
      config,
      onRequest: requirePermission('account:own'),
      schema: {
        ...account,
        summary: 'By what one does not want to be told of alerts',
        response: { 200: preferencesBody, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { userId } = principalOf(request);
      reply.header('cache-control', 'private, no-store');
      return { channels_off: (await channelsOffOf(db, [userId])).get(userId) ?? [] };
    },
  );

  app.put(
    PREFERENCES_PATH,
    {
      config,
      onRequest: requirePermission('account:own'),
      schema: {
        ...account,
        summary: 'Say by what one does not want to be told of alerts',
        description:
          'In the application everything shows. Administrators and operators who have turned off every channel that ' +
          'something critical would come by get it by mail all the same.',
        body: preferencesBody,
        response: { 200: preferencesBody, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId, userId } = principalOf(request);
      const off = [...new Set(request.body.channels_off)];
      await db.transaction().execute(async (transaction) => {
        await turnOff(transaction, userId, off, now());
        await audit(transaction, {
          action: 'account.notification-preferences-changed',
          tenantId,
          actor: actorOf(request),
          details: { channels_off: off.join(', ') },
        });
      });
      reply.header('cache-control', 'private, no-store');
      return { channels_off: off };
    },
  );
};

function mutable({ version, routes: own }: Awaited<ReturnType<typeof routingOf>>) {
  return { version, routes: [...own] };
}
