import { TENANT_DEFAULTS } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { SYSTEM } from '../../audit/audit.ts';
import type { Database } from '../../postgres/database.ts';
import { TenantDirectory } from '../../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { type Defaults, giveDefaults } from './defaults.ts';
import { AlertRules } from './rules.ts';

const [FIRST, SECOND, THIRD] = TENANT_DEFAULTS;
const TENANTS = 50;

let postgres: TestPostgres;
let database: Database;
let tenants: TenantDirectory;
let ours: TenantId;

beforeAll(async () => {
  postgres = await startTestPostgres();
});
afterAll(() => postgres.stop());

beforeEach(async () => {
  ({ database } = await postgres.freshDatabase());
  tenants = new TenantDirectory(database);
  ours = (await tenants.create({ id: 'ours', name: 'Ours' })).id;
});

const give = (defaults?: Defaults) =>
  database.db
    .transaction()
    .execute((transaction) => giveDefaults(transaction, { ...(defaults && { defaults }) }));

function ruleOf(tenantId: string, key: string | undefined) {
  return database.db
    .selectFrom('alert_rules')
    .where('tenant_id', '=', tenantId)
    .where('default_key', '=', key ?? '')
    .selectAll()
    .executeTakeFirst();
}

/** The first default, made stricter; the second is gone. */
function newer(): Defaults {
  if (FIRST === undefined || THIRD === undefined) {
    throw new Error('There are more defaults than these.');
  }
  return { tenant: [{ ...FIRST, rule: { ...FIRST.rule, severity: 'info' } }, THIRD], platform: [] };
}

it('is named in the language of the tenant', async () => {
  await tenants.create({ id: 'english', name: 'English', locale: 'en' });
  expect((await ruleOf('ours', FIRST?.key))?.name).toBe(FIRST?.name.id);
  expect((await ruleOf('english', FIRST?.key))?.name).toBe(FIRST?.name.en);
});

it('reaches those who are there already, in one go and once', async () => {
  await database.db
    .insertInto('tenants')
    .values(
      Array.from({ length: TENANTS }, (_, number) => ({
        id: `tenant-${number}`,
        name: 'Old',
        timezone: 'UTC',
        locale: 'en',
      })),
    )
    .execute();
  const [first, second] = await Promise.all([give(), give()]);
  expect([first, second].toSorted((a, b) => a - b)[0]).toBe(0);
  expect(Math.max(first, second)).toBeGreaterThanOrEqual(TENANTS * TENANT_DEFAULTS.length);
  const versions = await database.db
    .selectFrom('alert_rules')
    .innerJoin('alert_rule_versions', (join) =>
      join
        .onRef('rule_id', '=', 'alert_rules.id')
        .onRef('alert_rule_versions.version', '=', 'alert_rules.version'),
    )
    .where('tenant_id', '=', 'tenant-7')
    .select(['default_key', 'changed_by'])
    .execute();
  expect(versions.map(({ default_key }) => default_key).toSorted()).toEqual(
    TENANT_DEFAULTS.map(({ key }) => key).toSorted(),
  );
});

it('is replaced by a newer one, as a new version, where nobody changed it', async () => {
  const before = await ruleOf(ours, FIRST?.key);
  expect(await give(newer())).toBe(1);
  const after = await ruleOf(ours, FIRST?.key);
  expect(after).toMatchObject({ id: before?.id, version: 2, customised: false, rule: { severity: 'info' } });
  expect(Number(after?.revision)).toBeGreaterThan(Number(before?.revision));
  // One that is no default any more is the tenant's to keep.
  expect(await ruleOf(ours, SECOND?.key)).toMatchObject({ version: 1, enabled: true });
});

it('leaves alone what somebody changed, and leaves disabled what somebody disabled', async () => {
  const rules = new AlertRules(database, () => new Date());
  const before = await ruleOf(ours, FIRST?.key);
  if (before === undefined || FIRST === undefined) {
    throw new Error('There is a first default.');
  }
  await rules.change(ours, before.id, 1, { name: 'Ours', rule: FIRST.rule }, SYSTEM);
  expect(await give(newer())).toBe(0);
  expect(await ruleOf(ours, FIRST.key)).toMatchObject({ name: 'Ours', version: 2, customised: true });

  await rules.restore(ours, before.id, SYSTEM);
  await rules.enable(ours, before.id, false, SYSTEM);
  expect(await give(newer())).toBe(1);
  expect(await ruleOf(ours, FIRST.key)).toMatchObject({
    version: 4,
    enabled: false,
    rule: { severity: 'info' },
  });
});
