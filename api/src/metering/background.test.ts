import { billingMonth, type MeterKey, monthAt, quantityOf } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { deleteMaterial, insertMaterial } from '../materials/materials.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { levelsChanged, meterTelling, transactionMade } from './background.ts';

const ZONE = 'Asia/Jakarta';
const VERIFIED_AT = new Date('2026-10-10T03:00:00Z');
const OCTOBER = billingMonth('2026-10', ZONE);

let application: TestApplication;
beforeAll(async () => {
  application = await startApplication();
});
afterAll(() => application.stop());

async function quantity(tenantId: TenantId, meter: MeterKey, month = thisMonth()): Promise<string> {
  const { collector, metering } = application.services;
  await collector.drain();
  return quantityOf(await metering.ofBill({ tenantId, month }), meter).toFixed();
}

function thisMonth(): ReturnType<typeof billingMonth> {
  return billingMonth(monthAt(new Date(), ZONE), ZONE);
}

function eventually(tenantId: TenantId, meter: MeterKey, value: string): Promise<void> {
  return vi.waitFor(
    async () => {
      expect(await quantity(tenantId, meter)).toBe(value);
    },
    { timeout: 10_000, interval: 50 },
  );
}

it('tells what is stored as it changes: each file once, and nothing that is gone', async () => {
  const { database, people } = application.services;
  const { db } = database;
  const tenantId = await application.createTenant('stored', []);
  const publisher = { name: 'P', email: 'p@stored.example', password: null };
  const { id: publishedBy } = await people.createUser({ ...publisher, memberships: [] });
  const publish = (name: string, bytes: number) =>
    db.transaction().execute((transaction) =>
      insertMaterial(transaction, {
        tenantId,
        publishedBy,
        fields: { title: name, description: '' },
        file: {
          key: `stored/materials/${name}`,
          name,
          bytes,
          kind: 'pdf',
          contentType: 'application/pdf',
          sha256: '0'.repeat(64),
        },
      }),
    );
  await publish('one.pdf', 1_500_000);
  const second = await publish('two.pdf', 250);
  await eventually(tenantId, 'storage', '0.00150025');
  await db.transaction().execute((transaction) => deleteMaterial(transaction, tenantId, second));
  await eventually(tenantId, 'storage', '0.0015');
});

it('tells how many learn and teach, and how many administer', async () => {
  const { database } = application.services;
  const tenantId = await application.createTenant('staffed', [
    'administrator',
    'manager',
    'account_officer',
    'mentor',
    'member',
  ]);
  await levelsChanged(database.db, tenantId);
  await eventually(tenantId, 'members', '2');
  expect(await quantity(tenantId, 'admin_users')).toBe('1');
});

it('tells a verified payment as one transaction of its instant, however often its job is run', async () => {
  const { database, collector } = application.services;
  const tenantId = await application.createTenant('selling', []);
  const made = { tenantId, booking: 'bkg_1', verifiedAt: VERIFIED_AT };
  await database.db.transaction().execute((transaction) => transactionMade(transaction, made));
  await vi.waitFor(async () => expect(await quantity(tenantId, 'transactions', OCTOBER)).toBe('1'), {
    timeout: 10_000,
  });
  const telling = meterTelling({ database, collector }).find(({ task }) => task === 'tell-transaction');
  const again = { tenantId, booking: 'bkg_1', verifiedAt: VERIFIED_AT.toISOString() };
  const context = { jobId: '1', attempt: 2, lastAttempt: false, signal: AbortSignal.timeout(10_000) };
  await telling?.run(again, context);
  expect(await quantity(tenantId, 'transactions', OCTOBER)).toBe('1');
  await telling?.run({ ...again, booking: 'bkg_2' }, context);
  expect(await quantity(tenantId, 'transactions', OCTOBER)).toBe('2');
});

it('tells nothing of a payment whose verification was taken back', async () => {
  const { database } = application.services;
  const tenantId = await application.createTenant('undone', []);
  const undone = database.db.transaction().execute(async (transaction) => {
    await transactionMade(transaction, { tenantId, booking: 'bkg_1', verifiedAt: VERIFIED_AT });
    throw new Error('taken back');
  });
  await expect(undone).rejects.toThrow('taken back');
  // One that was added later is done, so this one would have been.
  await transactionMade(database.db, { tenantId, booking: 'bkg_2', verifiedAt: VERIFIED_AT });
  await vi.waitFor(async () => expect(await quantity(tenantId, 'transactions', OCTOBER)).toBe('1'), {
    timeout: 10_000,
  });
});
