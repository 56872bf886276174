import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import type { AlertTelling } from '../news.ts';
import { type AlertAct, acknowledge, comment, resolveByHand, snooze } from './alert-acts.ts';
import { alertPage, alertParams, alertQuery, alertWithHistoryBody } from './alert-body.ts';
import { findAlert, listAlerts } from './alert-list.ts';

const PATH = '/api/v1/tenant/alerts';
const LONGEST_COMMENT = 2_000;
const MS_PER_SECOND = 1_000;
const SHORTEST_SNOOZE_SECONDS = 60;
const LONGEST_SNOOZE_SECONDS = 7 * 24 * 60 * 60;

const text = z
  .string()
  .trim()
  .min(1)
  .max(LONGEST_COMMENT)
  // Lines may be broken; nothing else that does not show.
  .regex(/^(?:\P{Cc}|[\n\r\t])*$/u, 'must have no control characters but line breaks');
// A body may be left out: null is what is validated then.
const withComment = z
  .object({ comment: text.optional() })
  .nullish()
  .meta({ examples: [{ comment: 'The new release; rolled back.' }] });

export interface AlertRoutesOptions {
  readonly database: Database;
  readonly telling: AlertTelling;
  readonly now: () => Date;
}

/** What fired, and what people do about it. */
export const alertRoutes: FastifyPluginAsyncZod<AlertRoutesOptions> = async (
  app,
  { database, telling, now },
) => {
  const { db } = database;
  const config = { usage: { tenant: 'platform' as const } };
  const reads = { config, onRequest: requirePermission('alerts:read') };
  const acts = { config, onRequest: requirePermission('alerts:acknowledge') };
  const common = { tags: ['alerts'], security: [{ bearer: [] }] };

  type Request = Parameters<typeof actorOf>[0];
  type Reply = { header(name: string, value: string): unknown };

  function actOf(request: Request, id: string): AlertAct {
    return { tenantId: principalOf(request).tenantId, id, actor: actorOf(request), now: now() };
  }

  async function shown(
    request: Request,
    reply: Reply,
    id: string,
  ): Promise<z.infer<typeof alertWithHistoryBody>> {
    const alert = await findAlert(db, principalOf(request).tenantId, id, now());
    if (alert === undefined) {
      throw problem('not-found', { detail: 'There is no such alert.' });
    }
    reply.header('cache-control', 'private, no-store');
    return alert;
  }

  app.get(
    PATH,
    {
      ...reads,
      schema: {
        ...common,
        summary: 'Alerts, those that fired last first: those that last, unless asked for otherwise',
        querystring: alertQuery,
        response: { 200: alertPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listAlerts(db, principalOf(request).tenantId, request.query, now());
    },
  );

  app.get(
    `${PATH}/:id`,
    {
      ...reads,
      schema: {
        ...common,
        summary: 'One alert: the numbers and the rule that it fired on, and what became of it',
        params: alertParams,
        response: { 200: alertWithHistoryBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => shown(request, reply, request.params.id),
  );

  app.post(
    `${PATH}/:id/acknowledge`,
    {
      ...acts,
      schema: {
        ...common,
        summary: 'Say that you look after it: it is neither repeated nor handed on any more',
        params: alertParams,
        body: withComment,
        response: { 200: alertWithHistoryBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await acknowledge(db, actOf(request, id), request.body?.comment ?? null);
      return shown(request, reply, id);
    },
  );

  app.post(
    `${PATH}/:id/comments`,
    {
      ...acts,
      schema: {
        ...common,
        summary: 'Write something to it, also when it is over',
        params: alertParams,
        body: z.object({ text }).meta({ examples: [{ text: 'The disk is being replaced.' }] }),
        response: { 201: alertWithHistoryBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await comment(db, actOf(request, id), request.body.text);
      reply.code(201);
      return shown(request, reply, id);
    },
  );

  app.post(
    `${PATH}/:id/snooze`,
    {
      ...acts,
      schema: {
        ...common,
        summary: 'Have nobody told of it for a while; if it lasts, it is told again then',
        params: alertParams,
        body: z
          .object({
            seconds: z.int().min(SHORTEST_SNOOZE_SECONDS).max(LONGEST_SNOOZE_SECONDS),
            reason: text.optional(),
          })
          .meta({ examples: [{ seconds: 3_600, reason: 'After lunch' }] }),
        response: { 200: alertWithHistoryBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { seconds, reason = null } = request.body;
      const act = actOf(request, id);
      await snooze(db, act, new Date(act.now.getTime() + seconds * MS_PER_SECOND), reason);
      return shown(request, reply, id);
    },
  );

  app.post(
    `${PATH}/:id/resolve`,
    {
      ...acts,
      schema: {
        ...common,
        summary: 'Say that it is over',
        description: 'It goes on being evaluated: it fires again after it was well, and not before.',
        params: alertParams,
        body: withComment,
        response: { 200: alertWithHistoryBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      await resolveByHand(db, actOf(request, id), request.body?.comment ?? null, {
        telling,
        logger: request.log,
      });
      return shown(request, reply, id);
    },
  );
};
