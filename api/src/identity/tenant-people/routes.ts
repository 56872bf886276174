import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../../audit/audit.ts';
import { problemResponses } from '../../errors/problem.ts';
import { listQuery } from '../../lists/page.ts';
import { requireStorefront, type StorefrontOptions } from '../../tenants/storefront.ts';
import { EXAMPLE_PASSWORD, emailSchema, nameSchema, newPasswordSchema } from '../fields.ts';
import { principalOf, requirePermission } from '../guard.ts';
import type { Accounts } from '../identity.ts';
import type { LinkTo } from '../links.ts';
import { normalEmail } from '../people.ts';
import { TENANT_ROLES } from '../permissions.ts';
import { EXAMPLE_TOKEN, tokenSchema } from '../single-use-token.ts';
import { Invitations, invitationBody, invitationPage } from './invitations.ts';
import { listPeople, personPage, Roster } from './roster.ts';

const idParams = z.object({ id: z.string().regex(/^[\w-]{1,64}$/, 'must be an id') });
const roleSchema = z.enum(TENANT_ROLES);

export interface TenantPeopleOptions extends StorefrontOptions {
  readonly accounts: Accounts;
  readonly linkTo: LinkTo;
}

/** Who a tenant's people are, and who is invited to be. */
export const tenantPeopleRoutes: FastifyPluginAsyncZod<TenantPeopleOptions> = async (app, options) => {
  const { accounts, linkTo } = options;
  const { db } = accounts;
  const roster = new Roster(accounts);
  const invitations = new Invitations({ ...accounts, linkTo });
  const config = { usage: { tenant: 'platform' as const } };
  const manage = { config, onRequest: requirePermission('people:manage') };
  const described = { tags: ['people'], security: [{ bearer: [] }] };
  const askerOf = (request: FastifyRequest) => ({
    principal: principalOf(request),
    actor: actorOf(request),
  });

  app.get(
    '/api/v1/tenant/people',
    {
      config,
      onRequest: requirePermission('people:read'),
      schema: {
        ...described,
        summary: 'The tenant’s people, newest first',
        querystring: listQuery,
        response: { 200: personPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listPeople(db, principalOf(request).tenantId, request.query);
    },
  );

  app.get(
    '/api/admin/pengguna',
    {
      onRequest: requirePermission('tutoring:administer'),
      schema: {
        tags: ['tutoring'],
        security: [{ bearer: [] }],
        summary: 'The application’s users, newest first',
        querystring: listQuery,
        response: { 200: personPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return listPeople(db, principalOf(request).tenantId, request.query);
    },
  );

  app.patch(
    '/api/v1/tenant/people/:id',
    {
      ...manage,
      schema: {
        ...described,
        summary: 'Give a person another role; they have to log in again',
        description: 'Not the own role, and never the last administrator’s.',
        params: idParams,
        body: z.object({ role: roleSchema }).meta({ examples: [{ role: 'manager' }] }),
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await roster.changeRole(request.params.id, request.body.role, askerOf(request));
      return reply.code(204).send();
    },
  );

  app.delete(
    '/api/v1/tenant/people/:id',
    {
      ...manage,
      schema: {
        ...described,
        summary: 'Take a person out of the tenant; their sessions in it end',
        description: 'Not oneself, and never the last administrator. Their account stays.',
        params: idParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      await roster.remove(request.params.id, askerOf(request));
      return reply.code(204).send();
    },
  );

  app.get(
    '/api/v1/tenant/invitations',
    {
      ...manage,
      schema: {
        ...described,
        summary: 'Invitations that are not accepted yet, newest first',
        querystring: listQuery.omit({ q: true }),
        response: { 200: invitationPage, ...problemResponses(400, 401, 403, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return invitations.list(principalOf(request).tenantId, request.query);
    },
  );

  app.post(
    '/api/v1/tenant/invitations',
    {
      ...manage,
      schema: {
        ...described,
        summary: 'Invite somebody by mail; an open invitation of the same address is replaced',
        body: z
          .object({ email: emailSchema, role: roleSchema })
          .meta({ examples: [{ email: 'sari@example.com', role: 'mentor' }] }),
        response: { 201: invitationBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const { email, role } = request.body;
      const tenant = await requireStorefront(request, options);
      const invited = { email: normalEmail(email), role };
      const made = await invitations.invite(tenant, invited, askerOf(request));
      return reply.code(201).send(made);
    },
  );

  app.delete(
    '/api/v1/tenant/invitations/:id',
    {
      ...manage,
      schema: {
        ...described,
        summary: 'Withdraw an invitation',
        params: idParams,
        response: { 204: z.undefined(), ...problemResponses(400, 401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      await invitations.withdraw(principalOf(request).tenantId, request.params.id, actorOf(request));
      return reply.code(204).send();
    },
  );

  app.post(
    '/api/invitations/accept',
    {
      config: { ...config, rate: 'credentials' },
      schema: {
        tags: ['people'],
        summary: 'Accept an invitation by the token of the mailed link',
        description:
          'Somebody new brings a name and a password; somebody who has an account keeps theirs. Log in afterwards.',
        body: z
          .object({ token: tokenSchema, name: nameSchema.optional(), password: newPasswordSchema.optional() })
          .meta({ examples: [{ token: EXAMPLE_TOKEN, name: 'Sari Wulandari', password: EXAMPLE_PASSWORD }] }),
        response: {
          200: z.object({ email: z.string(), tenant: z.string() }),
          ...problemResponses(400, 410, 429, 503),
        },
      },
    },
    async (request) => {
      const { token, name, password } = request.body;
      const { email, tenantId } = await invitations.accept(token, { name, password }, actorOf(request));
      return { email, tenant: tenantId };
    },
  );
};
