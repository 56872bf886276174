import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { TenantId } from '@riwayat/collector';
import type { FastifyInstance } from 'fastify';
import { Secret, TOTP } from 'otpauth';
import { buildApp } from '../app.ts';
import { type Config, parseConfig } from '../config.ts';
import { OPERATORS_TENANT, type Role } from '../identity/permissions.ts';
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
  /** An access token of somebody who runs the platform, with their second factor or still without it. */
  operatorToken(secondFactor: 'proved' | 'missing'): Promise<string>;
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
    RATE_LIMITS: 'off',
    // Rounds each five seconds are for the tests of alerts.
    ALERTS: 'off',
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
    async operatorToken(secondFactor) {
      const tenant = await services.tenants.find(OPERATORS_TENANT);
      if (tenant === undefined) {
        throw new Error('The platform is a tenant from the start.');
      }
      const person = `${randomBytes(4).toString('hex')}@platform.example`;
      await services.people.createUser({
        email: person,
        name: 'somebody of the platform',
        password: PASSWORD,
        memberships: [{ tenantId: tenant.id, role: 'operator' }],
      });
      const post = (url: string, payload: object, headers: Record<string, string> = {}) =>
        app.inject({ method: 'POST', url, payload, headers });
      const session = await post('/api/login', { email: person, password: PASSWORD });
      const authorization = `Bearer ${session.json().access_token}`;
      if (secondFactor === 'proved') {
        const url = '/api/v1/account/second-factor';
        const { secret } = (await post(url, { password: PASSWORD }, { authorization })).json();
        const code = TOTP.generate({
          secret: Secret.fromBase32(secret),
          timestamp: (now?.() ?? new Date()).getTime(),
        });
        await post(`${url}/confirm`, { code }, { authorization });
      }
      const cookies = Object.fromEntries(session.cookies.map(({ name, value }) => [name, value]));
      const renewed = await app.inject({
        method: 'POST',
        url: '/api/token/refresh',
        headers: { 'sec-fetch-site': 'same-origin' },
        cookies,
      });
      return renewed.json().access_token;
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
