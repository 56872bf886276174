import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../../audit/audit.ts';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { tenantRow } from '../../tenants/tenant.ts';
import { startApplication, type TestApplication } from '../../testing/application.ts';
import { questionOf } from '../../testing/signal-questions.ts';
import { backupSignal } from '../signals/backup-signal.ts';

const PLATFORM = tenantRow.shape.id.parse(OPERATORS_TENANT);
const HOUR_MS = 3_600_000;

let application: TestApplication;
let now = new Date('2026-11-22T03:00:00Z');

beforeAll(async () => {
  application = await startApplication({}, () => now);
});
afterAll(() => application.stop());

function tell(secret: string, name = 'backup') {
  const headers = { authorization: `Bearer ${secret}` };
  return application.app.inject({ method: 'POST', url: `/api/v1/platform/heartbeats/${name}`, headers });
}

async function keyOf(tenant: string): Promise<string> {
  const made = await application.services.keys.create(
    tenantRow.shape.id.parse(tenant),
    {
      name: 'backup',
      scopes: ['ingest:events'],
      eventsPerSecond: 1,
      burst: 1,
      expiresAt: undefined,
      createdBy: null,
    },
    SYSTEM,
  );
  return made.secret;
}

it('tell how old the last backup is, from a job that has a key of the platform', async () => {
  const { database } = application.services;
  const age = async (at: Date) => {
    const [values] = await backupSignal(database).read([questionOf(PLATFORM, { signal: 'backup_age' })], at);
    return values;
  };
  expect(await age(now)).toEqual([{ subject: '', value: null }]);
  const secret = await keyOf(OPERATORS_TENANT);
  expect((await tell(secret)).statusCode).toBe(204);
  expect(await age(new Date(now.getTime() + 7 * HOUR_MS))).toEqual([{ subject: '', value: 7 }]);
  now = new Date(now.getTime() + 6 * HOUR_MS);
  await tell(secret);
  expect(await age(new Date(now.getTime() + HOUR_MS))).toEqual([{ subject: '', value: 1 }]);
  const written = await database.db
    .selectFrom('audit_log')
    .where('action', '=', 'heartbeat.told')
    .select(['tenant_id', 'subject_id'])
    .execute();
  expect(written).toEqual(Array(2).fill({ tenant_id: OPERATORS_TENANT, subject_id: 'backup' }));
});

it('are taken from nobody else, and under no other name', async () => {
  await application.createTenant('satu', ['administrator']);
  expect((await tell(await keyOf('satu'))).statusCode).toBe(403);
  expect((await tell('rwy_nothing')).statusCode).toBe(401);
  expect((await tell(await application.operatorToken('proved'))).statusCode).toBe(401);
  const secret = await keyOf(OPERATORS_TENANT);
  expect((await tell(secret, 'lunch')).statusCode).toBe(400);
});
