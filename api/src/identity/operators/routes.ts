import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problem, problemResponses } from '../../errors/problem.ts';
import { listQuery } from '../../lists/page.ts';
import { principalOf, requirePermission } from '../guard.ts';
import type { Accounts } from '../identity.ts';
import { accountPage, accountWithHistoryBody, findAccountWithHistory, listAccounts } from './accounts.ts';
import { lockByOperator, unlockByOperator } from './locking.ts';

const LONGEST_ID = 128;
const LONGEST_REASON = 500;

const accountParams = z.object({
  id: z
    .string()
    .min(1)
    .max(LONGEST_ID)
    .regex(/^\P{Cc}*$/u, 'must have no control characters'),
});

const lockRequest = z
  .object({
    reason: z
      .string()
      .trim()
      .min(1)
      .max(LONGEST_REASON)
      .regex(/^\P{Cc}*$/u, 'must have no control characters')
      .describe('For other operators, and for the log of the person’s tenant'),
    until: z.iso.datetime({ offset: true }).optional().describe('Until it is lifted unless given'),
  })
  .meta({ examples: [{ reason: 'Password seen in a leak', until: '2027-01-31T00:00:00Z' }] });

/** What those who run the platform do about accounts: find one, see why it is locked, lock and unlock it. */
export const operatorRoutes: FastifyPluginAsyncZod<Pick<Accounts, 'db' | 'ended' | 'now'>> = async (
  app,
  { db, ended, now },
) => {
  const url = '/api/v1/platform/accounts';
  const common = {
    config: { usage: { tenant: 'platform' as const } },
    onRequest: requirePermission('accounts:lock'),
  };
  const described = { tags: ['platform'], security: [{ bearer: [] }] };

  app.get(
    url,
    {
      ...common,
      schema: {
        ...described,
        summary: 'People of every tenant, newest first, with their locks',
        querystring: listQuery,
        response: { 200: accountPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listAccounts(db, request.query, now());
    },
  );

  app.get(
    `${url}/:id`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'A person, with their locks and what happened last: why they cannot log in',
        params: accountParams,
        response: { 200: accountWithHistoryBody, ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return accountOf(request.params.id);
    },
  );

  app.post(
    `${url}/:id/lock`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Lock an account; its sessions end at once',
        description:
          'At once here, within 5 seconds on replicas that share nothing. A lock by an operator that is there already ' +
          'is replaced. Nobody locks their own account, nor the last operator’s.',
        params: accountParams,
        body: lockRequest,
        response: { 200: accountWithHistoryBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const { reason, until } = request.body;
      const lock = { reason, until: until === undefined ? null : new Date(until) };
      if (lock.until !== null && lock.until <= now()) {
        throw problem('invalid-request', {
          errors: [{ path: 'body.until', rule: 'future', message: 'must be in the future' }],
        });
      }
      const operator = { principal: principalOf(request), actor: actorOf(request) };
      if (!(await lockByOperator(db, id, lock, operator, now()))) {
        throw problem('not-found');
      }
      await ended.spread();
      reply.header('cache-control', 'no-store');
      return accountOf(id);
    },
  );

  app.post(
    `${url}/:id/unlock`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Lift every lock of an account, also one by wrong passwords',
        params: accountParams,
        response: { 200: accountWithHistoryBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { id } = request.params;
      const operator = { principal: principalOf(request), actor: actorOf(request) };
      if (!(await unlockByOperator(db, id, operator, now()))) {
        throw problem('not-found');
      }
      reply.header('cache-control', 'no-store');
      return accountOf(id);
    },
  );

  async function accountOf(id: string): Promise<z.infer<typeof accountWithHistoryBody>> {
    const account = await findAccountWithHistory(db, id, now());
    if (account === undefined) {
      throw problem('not-found');
    }
    return account;
  }
};
