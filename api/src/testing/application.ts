import { rm } from 'node:fs/promises';
import type { TenantId } from '@riwayat/collector';
import type { FastifyInstance } from 'fastify';
import { buildApp } from '../app.ts';
import { type Config, parseConfig } from '../config.ts';
import type { Role } from '../identity/permissions.ts';
import { openServices, type Services } from '../services.ts';
import { temporaryDirectory } from './postgres.ts';

const PASSWORD = 'correct horse battery staple';

/** The whole application on its embedded engines, listening on a free port of this machine. */
export interface TestApplication {
  readonly app: FastifyInstance;
  readonly config: Config;
  readonly services: Services;
  readonly url: string;
  /** Makes a tenant with one person for each role named. */
  createTenant(id: string, roles: readonly Role[]): Promise<TenantId>;
  /** An access token of the tenant's person with the role. */
  tokenOf(tenant: string, role: Role): Promise<string>;
  stop(): Promise<void>;
}

export async function startApplication(
  env: Record<string, string> = {},
  now?: () => Date,
): Promise<TestApplication> {
  const directory = await temporaryDirectory();
  const config = parseConfig({
    NODE_ENV: 'test',
    DATA_DIR: directory,
    LOG_LEVEL: 'error',
    DEMO: 'off',
    // Tests share the machine: a loop that starves for a second says nothing of the application.
    SHED_EVENT_LOOP_MS: '15000',
    ...env,
  });
  const services = await openServices(config, () => undefined);
  const app = await buildApp({ config, services, ...(now && { now }) });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    app,
    config,
    services,
    url,
    async createTenant(id, roles) {
      const tenant = await services.tenants.create({ id, name: id });
      await Promise.all(
        roles.map((role) =>
          services.people.createUser({
            email: email(id, role),
            name: `${role} of ${id}`,
            password: PASSWORD,
            memberships: [{ tenantId: tenant.id, role }],
          }),
        ),
      );
      return tenant.id;
    },
    async tokenOf(tenant, role) {
      const answer = await app.inject({
        method: 'POST',
        url: '/api/login',
        payload: { email: email(tenant, role), password: PASSWORD },
      });
      return answer.json().access_token;
    },
    async stop() {
      await app.close();
      await services.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function email(tenant: string, role: Role): string {
  return `${role}@${tenant}.example`;
}
