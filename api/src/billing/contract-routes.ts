import { dayAt } from '@riwayat/billing';
import type { FastifyRequest } from 'fastify';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { actorOf } from '../audit/audit.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import { principalOf, requirePermission } from '../identity/guard.ts';
import { idOf } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { contractBody, contractDocument } from './contract-body.ts';
import { endContract, endDiscount, grantDiscount, withdrawDiscount } from './contract-changes.ts';
import { openContract } from './contracts.ts';
import type { Prices } from './prices.ts';

const PATH = '/api/v1/platform/tenants/:tenant/contract';
const MOST_REFERRED = 1_000;

const tenantParams = z.object({ tenant: z.string().max(63).describe('Id of the tenant') });
const discountParams = tenantParams.extend({ discount: idOf('dsc', 'a discount') });
const from = z.iso.date().describe('It holds from the month of this day on');

const newContract = z
  .object({
    plan: z.string().max(100).describe('Key of a plan'),
    started_on: z.iso.date().optional().describe('The first local day that is billed; today unless given'),
  })
  .meta({ examples: [{ plan: 'professional', started_on: '2026-12-01' }] });

const newDiscount = z
  .discriminatedUnion('kind', [
    z.object({
      kind: z.enum(['early-adopter', 'volume', 'non-profit', 'women', 'rural']),
      from,
      until: z.iso.date().optional().describe('It ends with the month of this day'),
    }),
    z.object({ kind: z.literal('referral'), from, referred: z.int().min(1).max(MOST_REFERRED) }),
    z.object({
      kind: z.literal('prepaid'),
      from,
      years: z.union([z.literal(1), z.literal(2), z.literal(3)]),
    }),
  ])
  .meta({ examples: [{ kind: 'referral', from: '2026-12-01', referred: 3 }] });

export interface ContractRoutesOptions {
  readonly database: Database;
  readonly prices: Prices;
  readonly tenants: TenantDirectory;
  readonly now: () => Date;
}

/** Contracts: the tenant's own to read, all of them for operators to open and change. */
export const contractRoutes: FastifyPluginAsyncZod<ContractRoutesOptions> = async (
  app,
  { database: { db }, prices, tenants, now },
) => {
  const config = { usage: { tenant: 'platform' as const } };
  const common = { tags: ['contracts'], security: [{ bearer: [] }] };
  const operators = { config, onRequest: requirePermission('platform:billing') };
  const answers = { 200: contractBody, ...problemResponses(400, 401, 403, 404, 409, 503) };

  const known = async (id: string): Promise<Tenant> => {
    const tenant = await tenants.find(id);
    if (tenant === undefined) {
      throw problem('not-found', { detail: 'There is no such tenant.' });
    }
    return tenant;
  };
  const documentOf = async ({ id, timezone }: Tenant) => {
    const found = await contractDocument(db, await prices.list(), id, dayAt(now(), timezone));
    if (found === undefined) {
      throw problem('not-found', { detail: 'There is no contract yet.' });
    }
    return found;
  };
  const actOn = ({ id, timezone }: Tenant, request: FastifyRequest) => ({
    tenantId: id,
    today: dayAt(now(), timezone),
    actor: actorOf(request),
  });

  app.get(
    '/api/v1/tenant/contract',
    {
      config,
      onRequest: requirePermission('billing:read'),
      schema: {
        ...common,
        summary: 'The own contract: which plan from when on, and which discounts',
        response: { 200: contractBody, ...problemResponses(401, 403, 404, 503) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return documentOf(await known(principalOf(request).tenantId));
    },
  );

  app.get(
    PATH,
    {
      ...operators,
      schema: { ...common, summary: 'The contract of a tenant', params: tenantParams, response: answers },
    },
    async (request, reply) => {
      reply.header('cache-control', 'private, no-store');
      return documentOf(await known(request.params.tenant));
    },
  );

  app.post(
    PATH,
    {
      ...operators,
      schema: {
        ...common,
        summary: 'Open a contract for a tenant',
        params: tenantParams,
        body: newContract,
        response: { 201: contractBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const tenant = await known(request.params.tenant);
      const { today, actor } = actOn(tenant, request);
      const { plan, started_on: startedOn = today } = request.body;
      if ((await prices.list()).on(plan, startedOn) === undefined) {
        throw problem('invalid-request', {
          errors: [{ path: 'body.plan', message: `must be a plan that there is a price of on ${startedOn}` }],
        });
      }
      if (startedOn < today) {
        throw problem('conflict', { detail: `Days before ${today} are over. Open it from then on.` });
      }
      if (!(await openContract(db, { tenantId: tenant.id, startedOn, plan }, actor))) {
        throw problem('conflict', {
          detail: 'The tenant has a contract already. Its plan changes by a plan change.',
        });
      }
      return reply
        .code(201)
        .header('cache-control', 'private, no-store')
        .send(await documentOf(tenant));
    },
  );

  app.post(
    `${PATH}/end`,
    {
      ...operators,
      schema: {
        ...common,
        summary: 'Set the last day of a contract; null takes it back while it has not come',
        params: tenantParams,
        body: z
          .object({ on: z.iso.date().nullable().describe('The last local day that is billed') })
          .meta({ examples: [{ on: '2026-12-31' }] }),
        response: answers,
      },
    },
    async (request, reply) => {
      const tenant = await known(request.params.tenant);
      await endContract(db, actOn(tenant, request), request.body.on);
      reply.header('cache-control', 'private, no-store');
      return documentOf(tenant);
    },
  );

  app.post(
    `${PATH}/discounts`,
    {
      ...operators,
      schema: {
        ...common,
        summary: 'Grant a discount',
        params: tenantParams,
        body: newDiscount,
        response: { 201: contractBody, ...problemResponses(400, 401, 403, 404, 409, 503) },
      },
    },
    async (request, reply) => {
      const tenant = await known(request.params.tenant);
      await grantDiscount(db, actOn(tenant, request), request.body);
      return reply
        .code(201)
        .header('cache-control', 'private, no-store')
        .send(await documentOf(tenant));
    },
  );

  app.post(
    `${PATH}/discounts/:discount/end`,
    {
      ...operators,
      schema: {
        ...common,
        summary: 'End a discount with the month of a day',
        params: discountParams,
        body: z.object({ until: z.iso.date() }).meta({ examples: [{ until: '2027-03-31' }] }),
        response: answers,
      },
    },
    async (request, reply) => {
      const tenant = await known(request.params.tenant);
      await endDiscount(db, actOn(tenant, request), request.params.discount, request.body.until);
      reply.header('cache-control', 'private, no-store');
      return documentOf(tenant);
    },
  );

  app.delete(
    `${PATH}/discounts/:discount`,
    {
      ...operators,
      schema: {
        ...common,
        summary: 'Take back a discount that no month was billed with',
        params: discountParams,
        response: answers,
      },
    },
    async (request, reply) => {
      const tenant = await known(request.params.tenant);
      await withdrawDiscount(db, actOn(tenant, request), request.params.discount);
      reply.header('cache-control', 'private, no-store');
      return documentOf(tenant);
    },
  );
};
