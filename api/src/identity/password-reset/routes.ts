import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problemResponses } from '../../errors/problem.ts';
import { confirmedAgain, ownerOf } from '../confirmation.ts';
import { atEvenTime } from '../even-time.ts';
import { EXAMPLE_PASSWORD, emailSchema, newPasswordSchema } from '../fields.ts';
import { principalOf, requirePermission } from '../guard.ts';
import type { Accounts } from '../identity.ts';
import type { LinkTo } from '../links.ts';
import { assertGoodPassword } from '../password-rules.ts';
import { LONGEST_PASSWORD } from '../passwords.ts';
import { normalEmail } from '../people.ts';
import { EXAMPLE_TOKEN, tokenSchema } from '../single-use-token.ts';
import { PasswordResets } from './password-resets.ts';

const WRONG_PASSWORD = 'The current password is wrong.';

export interface PasswordRoutesOptions {
  readonly accounts: Accounts;
  readonly linkTo: LinkTo;
}

/** New passwords: by a mailed link, or by the old one. */
export const passwordRoutes: FastifyPluginAsyncZod<PasswordRoutesOptions> = async (app, options) => {
  const { accounts, linkTo } = options;
  const resets = new PasswordResets({ ...accounts, linkTo });
  const config = { usage: { tenant: 'platform' as const }, rate: 'credentials' as const };
  const tags = ['identity'];

  app.post(
    '/api/password/forgot',
    {
      config,
      schema: {
        tags,
        summary: 'Ask for a link to set a new password',
        description: 'The answer and its time are the same whether somebody has the address or not.',
        body: z.object({ email: emailSchema }).meta({ examples: [{ email: 'sari@example.com' }] }),
        response: { 202: z.object({ email: z.string() }), ...problemResponses(400, 429, 503) },
      },
    },
    async (request, reply) => {
      const email = normalEmail(request.body.email);
      await atEvenTime(() => resets.ask(email, actorOf(request)));
      return reply.code(202).send({ email });
    },
  );

  app.post(
    '/api/password/reset',
    {
      config,
      schema: {
        tags,
        summary: 'Set a new password by the token of the mailed link; every session of the person ends',
        body: z
          .object({ token: tokenSchema, password: newPasswordSchema })
          .meta({ examples: [{ token: EXAMPLE_TOKEN, password: EXAMPLE_PASSWORD }] }),
        response: { 204: z.undefined(), ...problemResponses(400, 410, 429, 503) },
      },
    },
    async (request, reply) => {
      const { token, password } = request.body;
      await resets.reset(token, password, actorOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/password/change',
    {
      config,
      onRequest: requirePermission('account:own'),
      schema: {
        tags,
        summary: 'Set a new password by the current one; the person’s other sessions end',
        security: [{ bearer: [] }],
        body: z
          .object({
            current_password: z.string().min(1).max(LONGEST_PASSWORD),
            password: newPasswordSchema,
          })
          .meta({
            examples: [{ current_password: 'correct horse battery staple', password: EXAMPLE_PASSWORD }],
          }),
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 423, 429, 503) },
      },
    },
    async (request, reply) => {
      const principal = principalOf(request);
      const { current_password, password } = request.body;
      const email = await confirmedAgain(accounts.attempts, principal.userId, WRONG_PASSWORD, () =>
        ownerOf(accounts, principal.userId, current_password),
      );
      assertGoodPassword(password, email, 'body.password');
      await resets.change(principal, password, actorOf(request));
      return reply.code(204).send();
    },
  );
};
