import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problemResponses } from '../../errors/problem.ts';
import { confirmedAgain, ownerOf } from '../confirmation.ts';
import { principalOf, requirePermission } from '../guard.ts';
import type { Accounts } from '../identity.ts';
import { LONGEST_PASSWORD } from '../passwords.ts';
import { needsSecondFactor } from '../permissions.ts';
import { codeSchema } from './code.ts';
import { RECOVERY_CODES } from './recovery-codes.ts';
import { noSecondFactor } from './second-factors.ts';

const WRONG_PASSWORD = 'The password is wrong.';
const WRONG_EITHER = 'The password or the code is wrong.';
const WRONG_CODE = 'The code is wrong, too old, or was used already. Wait for the next one.';

const passwordSchema = z.string().min(1).max(LONGEST_PASSWORD);

const EXAMPLE_PASSWORD = 'correct horse battery staple';
const EXAMPLE_CODE = '492039';

const provedAgainBody = z
  .object({ password: passwordSchema, code: codeSchema })
  .meta({ examples: [{ password: EXAMPLE_PASSWORD, code: EXAMPLE_CODE }] });

const stateBody = z
  .object({
    active_since: z.iso.datetime().nullable().describe('Null: there is none'),
    required: z.boolean().describe('Whether the role may do nothing without one'),
    recovery_codes_left: z.int(),
  })
  .meta({ id: 'SecondFactor' });

const enrolmentBody = z
  .object({
    secret: z.string().describe('Base32, to be typed into the authenticator. Shown this once'),
    uri: z.string().describe('The same for a picture to be read: otpauth://totp/…'),
  })
  .meta({ id: 'SecondFactorEnrolment' });

const recoveryCodesBody = z
  .object({
    recovery_codes: z
      .array(z.string())
      .describe(`${RECOVERY_CODES} codes, each good once in place of the authenticator’s. Shown this once`)
      .meta({ examples: [['4kz7-0q2m-x3vd-9hnp']] }),
  })
  .meta({ id: 'RecoveryCodes' });

/** The own second factor: set up, used up, renewed, removed. */
export const secondFactorRoutes: FastifyPluginAsyncZod<Accounts> = async (app, accounts) => {
  const { secondFactors, attempts, ended } = accounts;
  const url = '/api/v1/account/second-factor';
  const common = {
    config: { usage: { tenant: 'platform' as const } },
    onRequest: requirePermission('second-factor:own'),
  };
  const described = { tags: ['identity'], security: [{ bearer: [] }] };

  app.get(
    url,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Whether there is a second factor',
        response: { 200: stateBody, ...problemResponses(401, 503) },
      },
    },
    async (request, reply) => {
      const { userId, role } = principalOf(request);
      const { activeSince, recoveryCodesLeft } = await secondFactors.state(userId);
      reply.header('cache-control', 'private, no-store');
      return {
        active_since: activeSince?.toISOString() ?? null,
        required: needsSecondFactor(role),
        recovery_codes_left: recoveryCodesLeft,
      };
    },
  );

  app.post(
    url,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Begin a second factor: gives the secret for the authenticator',
        description: 'It counts only from its first code on: POST …/confirm. Needs the password again.',
        body: z.object({ password: passwordSchema }).meta({ examples: [{ password: EXAMPLE_PASSWORD }] }),
        response: { 201: enrolmentBody, ...problemResponses(400, 401, 403, 409, 423, 429, 503) },
      },
    },
    async (request, reply) => {
      const { userId } = principalOf(request);
      const email = await confirmedAgain(attempts, userId, WRONG_PASSWORD, () =>
        ownerOf(accounts, userId, request.body.password),
      );
      const enrolment = await secondFactors.begin(userId, email);
      return reply.code(201).header('cache-control', 'no-store').send(enrolment);
    },
  );

  app.post(
    `${url}/confirm`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Activate the second factor by its first code: gives the recovery codes',
        description:
          'Ends the other sessions of the person: they began without it. This session goes on as one with a second ' +
          'factor from its next renewal on (POST /api/token/refresh).',
        body: z.object({ code: codeSchema }).meta({ examples: [{ code: EXAMPLE_CODE }] }),
        response: { 200: recoveryCodesBody, ...problemResponses(400, 401, 403, 409, 423, 429, 503) },
      },
    },
    async (request, reply) => {
      const asker = { principal: principalOf(request), actor: actorOf(request) };
      const recovery_codes = await confirmedAgain(attempts, asker.principal.userId, WRONG_CODE, () =>
        secondFactors.confirm(asker, request.body.code),
      );
      await ended.spread();
      reply.header('cache-control', 'no-store');
      return { recovery_codes: [...recovery_codes] };
    },
  );

  app.post(
    `${url}/recovery-codes`,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Make new recovery codes; the old ones are good for nothing',
        description: 'Needs the password again, and a code of the authenticator or a recovery code.',
        body: provedAgainBody,
        response: { 200: recoveryCodesBody, ...problemResponses(400, 401, 403, 409, 423, 429, 503) },
      },
    },
    async (request, reply) => {
      await provedAgain(request, request.body);
      const asker = { principal: principalOf(request), actor: actorOf(request) };
      const recovery_codes = await secondFactors.renewRecoveryCodes(asker);
      reply.header('cache-control', 'no-store');
      return { recovery_codes: [...recovery_codes] };
    },
  );

  app.delete(
    url,
    {
      ...common,
      schema: {
        ...described,
        summary: 'Remove the second factor',
        description:
          'Needs the password again, and a code of the authenticator or a recovery code. Ends the other sessions of ' +
          'the person, and this one too when the role must have a second factor.',
        body: provedAgainBody,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 409, 423, 429, 503) },
      },
    },
    async (request, reply) => {
      await provedAgain(request, request.body);
      const principal = principalOf(request);
      const keepSession = !needsSecondFactor(principal.role);
      await secondFactors.remove({ principal, actor: actorOf(request) }, keepSession);
      await ended.spread();
      return reply.code(204).send();
    },
  );

  /** Password and code together; it does not say which of them was wrong. */
  async function provedAgain(
    request: FastifyRequest,
    { password, code }: { readonly password: string; readonly code: string },
  ): Promise<void> {
    const { userId, tenantId } = principalOf(request);
    if ((await secondFactors.state(userId)).activeSince === null) {
      throw noSecondFactor();
    }
    await confirmedAgain(attempts, userId, WRONG_EITHER, async () => {
      const known = await ownerOf(accounts, userId, password);
      const proved =
        known !== undefined && (await secondFactors.prove({ userId, tenantId }, code, actorOf(request)));
      return proved || undefined;
    });
  }
};
