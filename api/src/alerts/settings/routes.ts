import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { actorOf } from '../../audit/audit.ts';
import { problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import { alertSettings, readAlertSettings, writeAlertSettings } from './settings.ts';

const PATH = '/api/v1/tenant/alert-settings';

export interface AlertSettingsRoutesOptions {
  readonly database: Database;
  readonly now: () => Date;
}

/** How people want to be told of alerts: quiet hours, handing on, reports. */
export const alertSettingsRoutes: FastifyPluginAsyncZod<AlertSettingsRoutesOptions> = async (
  app,
  { database: { db }, now },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['alerts'], security: [{ bearer: [] }] };

  app.get(
    PATH,
    {
      config,
      onRequest: requirePermission('alerts:read'),
      schema: {
        ...common,
        summary: 'Quiet hours, when alerts are handed on, which reports are sent',
        response: { 200: alertSettings, ...problemResponses(401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return readAlertSettings(db, principalOf(request).tenantId);
    },
  );

  app.put(
    PATH,
    {
      config,
      onRequest: requirePermission('alerts:manage'),
      schema: {
        ...common,
        summary: 'Decide all of it',
        body: alertSettings,
        response: { 200: alertSettings, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      await writeAlertSettings(db, tenantId, request.body, actorOf(request), now());
      reply.header('cache-control', 'private, no-store');
      return readAlertSettings(db, tenantId);
    },
  );
};
