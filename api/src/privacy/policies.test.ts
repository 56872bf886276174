import { DEFAULT_POLICY, type TenantPolicy } from '@riwayat/collector';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Database, openDatabase } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { severable, silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { TenantPolicies } from './policies.ts';

const STRICT: TenantPolicy = { userIds: 'pseudonymous', addresses: 'truncated', retentionMonths: 6 };

let postgres: TestPostgres;
let database: Database;
let url: string;
let tenant: Tenant;
let policies: TenantPolicies;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  ({ database, url } = await postgres.freshDatabase());
  tenant = await new TenantDirectory(database).create({ id: 'ours', name: 'Ours' });
  policies = new TenantPolicies(silent);
});

it('keeps as little as possible of everybody until the policies are read', async () => {
  expect(policies.of(tenant.id)).toMatchObject({ userIds: 'pseudonymous', addresses: 'dropped' });
  await policies.open(database);
  expect(policies.of(tenant.id)).toEqual(DEFAULT_POLICY);
  await policies.close();
});

it('knows a change at once, and another process knows it when it reads next', async () => {
  const elsewhere = new TenantPolicies(silent);
  await Promise.all([policies.open(database), elsewhere.open(database)]);
  expect(await policies.change(tenant.id, STRICT)).toBe(true);
  expect(policies.of(tenant.id)).toEqual(STRICT);
  expect(elsewhere.of(tenant.id)).toEqual(DEFAULT_POLICY);
  await elsewhere.refresh();
  expect(elsewhere.of(tenant.id)).toEqual(STRICT);
  await policies.change(tenant.id, DEFAULT_POLICY);
  await elsewhere.refresh();
  expect(elsewhere.of(tenant.id)).toEqual(DEFAULT_POLICY);
  await Promise.all([policies.close(), elsewhere.close()]);
});

it('knows at its start what was chosen before', async () => {
  await policies.open(database);
  await policies.change(tenant.id, STRICT);
  const next = new TenantPolicies(silent);
  await next.open(database);
  expect(next.of(tenant.id)).toEqual(STRICT);
  expect(await next.stored(tenant.id)).toEqual(STRICT);
  await Promise.all([policies.close(), next.close()]);
});

it('does not let a read that began before a change undo it', async () => {
  await policies.open(database);
  const reading = policies.refresh();
  await policies.change(tenant.id, STRICT);
  await reading;
  expect(policies.of(tenant.id)).toEqual(STRICT);
  await policies.close();
});

it('holds on to what it knows while Postgres is away', async () => {
  const way = await severable(url);
  const distant = await openDatabase({ url: way.url, logger: silent, maxConnections: 1 });
  await policies.open(distant);
  await policies.change(tenant.id, STRICT);
  await way.sever();
  await policies.refresh();
  expect(policies.of(tenant.id)).toEqual(STRICT);
  await policies.close();
  await distant.close();
});

it('has no policy for a tenant that does not exist, and the database takes none that cannot be', async () => {
  await policies.open(database);
  await database.db.deleteFrom('tenants').execute();
  expect(await policies.change(tenant.id, STRICT)).toBe(false);
  expect(await policies.stored(tenant.id)).toBeUndefined();
  await new TenantDirectory(database).create({ id: 'ours', name: 'Ours' });
  for (const retentionMonths of [4, 121]) {
    await expect(policies.change(tenant.id, { ...STRICT, retentionMonths })).rejects.toThrow('check');
  }
  await policies.close();
});
