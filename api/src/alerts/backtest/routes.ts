import type { Rule } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { problem, problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import type { Database } from '../../postgres/database.ts';
import { findRule } from '../rules/rule-list.ts';
import { checkScope } from '../rules/scope.ts';
import { described, faultOfSpan, MOST_DAYS, trialBody, trialQuestion } from './schema.ts';
import type { Trials } from './trial.ts';
import { TrialTurns } from './turns.ts';

export interface TrialRoutesOptions {
  readonly database: Database;
  readonly trials: Trials;
  readonly now: () => Date;
}

/** Rules tried on the past. */
export const trialRoutes: FastifyPluginAsyncZod<TrialRoutesOptions> = async (
  app,
  { database, trials, now },
) => {
  const turns = new TrialTurns();

  app.post(
    '/api/v1/alerts/backtest',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('alerts:manage'),
      schema: {
        tags: ['alerts'],
        security: [{ bearer: [] }],
        summary: 'Try a rule on the past: would it have fired, when, for how long?',
        description:
          `Of a rule as it is written down or of one that there is, over up to ${MOST_DAYS} days. It is asked each ` +
          '5 seconds of a span of up to an hour, as live, and each minute of a longer one. It begins as if nothing had ' +
          'been wrong before. Nobody is told of anything, and nothing is kept.',
        body: trialQuestion,
        response: { 200: trialBody, ...problemResponses(400, 401, 403, 404, 429, 503) },
      },
    },
    async (request, reply) => {
      const { tenantId } = principalOf(request);
      const { rule, rule_id, from: since, to: until } = request.body;
      const current = now();
      const from = new Date(since);
      const to = until === undefined ? current : new Date(until);
      const fault = faultOfSpan(from, to, current);
      if (fault !== undefined) {
        throw problem('invalid-request', { errors: [fault] });
      }
      const tried = rule ?? (await storedRule(tenantId, rule_id ?? ''));
      checkScope(tenantId, tried.signal);
      const trial = await turns.take(tenantId, () => trials.run(tenantId, tried, from, to));
      reply.header('cache-control', 'private, no-store');
      return described(tried, from, to, trial);
    },
  );

  async function storedRule(tenantId: TenantId, id: string): Promise<Rule> {
    const found = await findRule(database.db, tenantId, id);
    if (found === undefined) {
      throw problem('not-found', { detail: 'There is no such rule.' });
    }
    return found.rule;
  }
};
