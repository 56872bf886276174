import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problemResponses } from '../../errors/problem.ts';
import { requireStorefront, type StorefrontOptions } from '../../tenants/storefront.ts';
import { atEvenTime } from '../even-time.ts';
import { EXAMPLE_PASSWORD, emailSchema, nameSchema, newPasswordSchema } from '../fields.ts';
import type { Accounts } from '../identity.ts';
import type { LinkTo } from '../links.ts';
import { assertGoodPassword } from '../password-rules.ts';
import { normalEmail } from '../people.ts';
import { EXAMPLE_TOKEN, tokenSchema } from '../single-use-token.ts';
import { Registrations } from './registrations.ts';

/** Longer than any address: what is checked here may be wrong. */
const LONGEST_CHECKED = 1000;

export interface RegistrationRoutesOptions extends StorefrontOptions {
  readonly accounts: Accounts;
  readonly linkTo: LinkTo;
}

/** Registration of people by themselves, as members of the tenant whose pages they are on. */
export const registrationRoutes: FastifyPluginAsyncZod<RegistrationRoutesOptions> = async (app, options) => {
  const registrations = new Registrations({ ...options.accounts, linkTo: options.linkTo });
  const config = { rate: 'credentials' as const };
  const tags = ['identity'];

  app.post(
    '/api/register/cek',
    {
      schema: {
        tags,
        summary: 'Whether an e-mail address could be registered, by its form',
        description: 'It does not tell whether somebody has it: nobody is told that.',
        body: z
          .object({ email: z.string().max(LONGEST_CHECKED) })
          .meta({ examples: [{ email: 'sari@example.com' }] }),
        response: { 200: z.object({ usable: z.boolean() }), ...problemResponses(400, 429, 503) },
      },
    },
    async ({ body }) => ({ usable: emailSchema.safeParse(normalEmail(body.email)).success }),
  );

  app.post(
    '/api/register',
    {
      config,
      schema: {
        tags,
        summary: 'Register as a member; a mail brings the link that completes it',
        description:
          'The answer is the same whether somebody has the address or not; who has it is told so by mail. Refused ' +
          '(`registration-closed`) by tenants that only invite people.',
        body: z.object({ name: nameSchema, email: emailSchema, password: newPasswordSchema }).meta({
          examples: [{ name: 'Sari Wulandari', email: 'sari@example.com', password: EXAMPLE_PASSWORD }],
        }),
        response: {
          201: z.object({
            email: z.string(),
            verify_until: z.iso.datetime().describe('The link in the mail is good until then'),
          }),
          ...problemResponses(400, 403, 404, 429, 503),
        },
      },
    },
    async (request, reply) => {
      const { name, password } = request.body;
      const email = normalEmail(request.body.email);
      assertGoodPassword(password, email, 'body.password');
      const tenant = await requireStorefront(request, options);
      const until = await atEvenTime(() =>
        registrations.register({ tenant, email, name, password }, actorOf(request)),
      );
      return reply.code(201).send({ email, verify_until: until.toISOString() });
    },
  );

  app.post(
    '/api/register/verifikasi',
    {
      config,
      schema: {
        tags,
        summary: 'Complete a registration by the token of the mailed link',
        body: z.object({ token: tokenSchema }).meta({ examples: [{ token: EXAMPLE_TOKEN }] }),
        response: {
          200: z.object({ email: z.string(), tenant: z.string() }),
          ...problemResponses(400, 410, 429, 503),
        },
      },
    },
    async (request) => {
      const { email, tenantId } = await registrations.verify(request.body.token, actorOf(request));
      return { email, tenant: tenantId };
    },
  );
};
