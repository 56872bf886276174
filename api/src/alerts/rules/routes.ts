import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import { pageQuery } from '../../lists/page.ts';
import type { Database } from '../../postgres/database.ts';
import { basisOf, etagOf } from './etag.ts';
import { ruleBody, ruleDefinition, rulePage, ruleParams, ruleVersionPage } from './rule-body.ts';
import { findRule, listRules, listVersions } from './rule-list.ts';
import { AlertRules } from './rules.ts';

const PATH = '/api/v1/tenant/alert-rules';

export interface AlertRuleRoutesOptions {
  readonly database: Database;
  readonly now: () => Date;
}

/** When people are told of what: the tenant's rules; those of the platform for who runs it. */
export const alertRuleRoutes: FastifyPluginAsyncZod<AlertRuleRoutesOptions> = async (
  app,
  { database, now },
) => {
  const { db } = database;
  const rules = new AlertRules(database, now);
  const config = { usage: { tenant: 'platform' as const } };
  const reads = { config, onRequest: requirePermission('alerts:read') };
  const manages = { config, onRequest: requirePermission('alerts:manage') };
  const common = { tags: ['alerts'], security: [{ bearer: [] }] };

  type Request = Parameters<typeof actorOf>[0];
  type Reply = { header(name: string, value: string): unknown };

  /** A rule as it is now, with its version for who wants to change it. */
  async function shown(request: Request, reply: Reply, id: string): Promise<z.infer<typeof ruleBody>> {
    const rule = await findRule(db, principalOf(request).tenantId, id);
    if (rule === undefined) {
      throw problem('not-found', { detail: 'There is no such rule.' });
    }
    reply.header('etag', etagOf(rule.version));
    reply.header('cache-control', 'private, no-store');
    return rule;
  }

  app.get(
    PATH,
    {
      ...reads,
      schema: {
        ...common,
        summary: 'The rules, those that were made last first',
        querystring: pageQuery,
        response: { 200: rulePage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listRules(db, principalOf(request).tenantId, request.query);
    },
  );

  app.post(
    PATH,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'Make a rule; it is evaluated within seconds',
        description: 'GET /api/v1/alert-signals says what can be watched, and how.',
        body: ruleDefinition,
        response: { 201: ruleBody, ...problemResponses(400, 401, 403, 409, 503) },
      },
    },
    async (request, reply) => {
      const id = await rules.create(principalOf(request).tenantId, request.body, actorOf(request));
      reply.code(201);
      return shown(request, reply, id);
    },
  );

  app.get(
    `${PATH}/:id`,
    {
      ...reads,
      schema: {
        ...common,
        summary: 'One rule; its ETag is what a change has to be made of',
        params: ruleParams,
        response: { 200: ruleBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => shown(request, reply, request.params.id),
  );

  app.put(
    `${PATH}/:id`,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'Change the name of a rule and what it says: a new version',
        description: 'What lasts by the version before is over; the new one begins anew.',
        params: ruleParams,
        headers: z.looseObject({
          'if-match': z
            .string()
            .optional()
            .describe('The ETag of the version that was changed; * changes whatever is there. Required'),
        }),
        body: ruleDefinition,
        response: { 200: ruleBody, ...problemResponses(400, 401, 403, 404, 412, 428, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const basis = basisOf(request.headers['if-match']);
      await rules.change(principalOf(request).tenantId, id, basis, request.body, actorOf(request));
      return shown(request, reply, id);
    },
  );

  app.patch(
    `${PATH}/:id`,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'Enable or disable a rule',
        description: 'Alerts of a rule that is disabled are over.',
        params: ruleParams,
        body: z.object({ enabled: z.boolean() }).meta({ examples: [{ enabled: false }] }),
        response: { 200: ruleBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await rules.enable(principalOf(request).tenantId, id, request.body.enabled, actorOf(request));
      return shown(request, reply, id);
    },
  );

  app.post(
    `${PATH}/:id/restore`,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'Make a rule again what everybody gets',
        params: ruleParams,
        response: { 200: ruleBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await rules.restore(principalOf(request).tenantId, id, actorOf(request));
      return shown(request, reply, id);
    },
  );

  app.delete(
    `${PATH}/:id`,
    {
      ...manages,
      schema: {
        ...common,
        summary: 'Delete a rule; what became of its alerts stays',
        description: 'One that everybody gets cannot be deleted: disable it.',
        params: ruleParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await rules.delete(principalOf(request).tenantId, request.params.id, actorOf(request));
      return reply.code(204).send();
    },
  );

  app.get(
    `${PATH}/:id/versions`,
    {
      ...reads,
      schema: {
        ...common,
        summary: 'What a rule was, the newest version first; also of one that was deleted',
        params: ruleParams,
        querystring: pageQuery,
        response: { 200: ruleVersionPage, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const versions = await listVersions(db, tenantId, request.params.id, request.query);
      if (versions.data.length === 0) {
        throw problem('not-found', { detail: 'There is no such rule, or no such page of its versions.' });
      }
      reply.header('cache-control', 'private, no-store');
      return versions;
    },
  );
};
