import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { actorOf } from '../../audit/audit.ts';
import { problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import { newSilence, silenceBody, silencePage, silenceParams, silenceQuery } from './silence-body.ts';
import { beginSilence, endSilence, findSilence, listSilences } from './silences.ts';

const PATH = '/api/v1/tenant/alert-silences';

export interface AlertSilenceRoutesOptions {
  readonly database: Database;
  readonly now: () => Date;
}

/** When nobody is told of alerts. */
export const alertSilenceRoutes: FastifyPluginAsyncZod<AlertSilenceRoutesOptions> = async (
  app,
  { database: { db }, now },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const manages = { config, onRequest: requirePermission('alerts:manage') };
  const common = { tags: ['alerts'], security: [{ bearer: [] }] };

  app.get(
    PATH,
    {
      config,
      onRequest: requirePermission('alerts:read'),
      schema: {
        ...common,
        summary: 'What is mute, snoozes or is maintained, or will be; those that begin last first',
        querystring: silenceQuery,
        response: { 200: silencePage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listSilences(db, principalOf(request).tenantId, request.query, now());
    },
  );

  app.post(
    PATH,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'Mute a rule or all of them, or plan maintenance',
        description: 'Alerts are there to be seen all the same; what lasts when it ends is told then.',
        body: newSilence,
        response: { 201: silenceBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const at = now();
      const id = await beginSilence(db, { tenantId, actor: actorOf(request), now: at }, request.body);
      reply.code(201).header('cache-control', 'private, no-store');
      return findSilence(db, tenantId, id, at);
    },
  );

  app.post(
    `${PATH}/:id/end`,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'End a silence before its time',
        params: silenceParams,
        response: { 200: silenceBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const at = now();
      await endSilence(db, { tenantId, actor: actorOf(request), now: at }, request.params.id);
      reply.header('cache-control', 'private, no-store');
      return findSilence(db, tenantId, request.params.id, at);
    },
  );
};
