import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { People } from './people.ts';

let postgres: TestPostgres;
let database: Database;
let people: People;
let tenant: Tenant;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  people = new People(database);
  tenant = await new TenantDirectory(database).create({ id: 'chill-ajar', name: 'Chill Ajar' });
});

afterAll(() => postgres.stop());

it('makes a person once, however the e-mail address is spelt, and by many at once', async () => {
  const memberships = [{ tenantId: tenant.id, role: 'member' as const }];
  const made = await Promise.all(
    ['sari@example.com', 'SARI@example.com', ' Sari@Example.com '].map((email) =>
      people.createUser({ email, name: 'Sari', password: null, memberships }),
    ),
  );
  expect(made.filter(({ created }) => created)).toHaveLength(1);
  expect(new Set(made.map(({ id }) => id)).size).toBe(1);
  expect(made[0]?.id).toMatch(/^usr_[0-9a-f]{20}$/);
  expect(await database.db.selectFrom('memberships').selectAll().execute()).toHaveLength(1);
});

it('makes nobody when a membership cannot be', async () => {
  const other = { ...tenant, ...(await new TenantDirectory(database).create({ id: 'gone', name: 'Gone' })) };
  await database.db.deleteFrom('tenants').where('id', '=', 'gone').execute();
  const memberships = [{ tenantId: other.id, role: 'member' as const }];
  await expect(
    people.createUser({ email: 'tuti@example.com', name: 'Tuti', password: null, memberships }),
  ).rejects.toThrow('foreign key');
  const tuti = database.db.selectFrom('users').where('email', '=', 'tuti@example.com').selectAll();
  expect(await tuti.execute()).toEqual([]);
});

it("tells the names of a tenant's own people only", async () => {
  const elsewhere = await new TenantDirectory(database).create({ id: 'elsewhere', name: 'Elsewhere' });
  const join = (id: string, tenantId: Tenant['id']) =>
    people.createUser({
      id,
      email: `${id}@example.com`,
      name: id.toUpperCase(),
      password: null,
      memberships: [{ tenantId, role: 'member' }],
    });
  await join('agus', tenant.id);
  await join('wayan', elsewhere.id);
  expect(await people.names(tenant.id, ['agus', 'wayan', 'nobody'])).toEqual(new Map([['agus', 'AGUS']]));
  expect(await people.names(tenant.id, [])).toEqual(new Map());
});
