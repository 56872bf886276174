import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import { problem } from '../errors/problem.ts';
import type { TenantDirectory } from './directory.ts';
import type { Tenant } from './tenant.ts';

export const TENANT_HEADER = 'x-tenant';

export interface StorefrontOptions {
  readonly tenants: TenantDirectory;
  /** The tenant of requests that name none. */
  readonly defaultTenant: string | undefined;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The tenant whose application this request uses, or null when there is none; see {@link storefront}. */
    storefront: Tenant | null;
  }
}

/**
 * Finds the tenant of each request before its route runs: that of the person logged in; else the one named by the
 * header `x-tenant`; else the default. A person's own tenant cannot be overridden. Register after `identity`.
 *
 * It never fails a request: a page that needs no tenant must not fail for want of one. A route that does need it
 * asks {@link requireStorefront}.
 */
export const storefront = fastifyPlugin(
  async (app: FastifyInstance, options: StorefrontOptions) => {
    app.decorateRequest('storefront', null);
    app.addHook('onRequest', async function findStorefront(request) {
      try {
        request.storefront = await ask(request, options);
      } catch (error) {
        request.log.debug({ err: error }, 'the tenant of a request is not known');
      }
    });
  },
  { name: 'storefront', dependencies: ['identity'] },
);

/** The tenant that a request belongs to, found in advance: the rule of {@link storefront}. Null when there is none. */
export function resolveStorefront(request: FastifyRequest): Tenant | null {
  return request.storefront;
}

/**
 * The tenant that a request belongs to.
 *
 * @throws {ProblemError} `tenant-unknown` when there is none
 * @throws {DatabaseUnavailableError} when the database is away and the tenant is not known
 */
export async function requireStorefront(
  request: FastifyRequest,
  options: StorefrontOptions,
): Promise<Tenant> {
  const tenant = request.storefront ?? (await ask(request, options));
  if (tenant === null) {
    throw problem('tenant-unknown');
  }
  return tenant;
}

async function ask(request: FastifyRequest, options: StorefrontOptions): Promise<Tenant | null> {
  const named = request.headers[TENANT_HEADER];
  const id = request.principal?.tenantId ?? (typeof named === 'string' ? named : options.defaultTenant);
  return id === undefined ? null : ((await options.tenants.find(id)) ?? null);
}
