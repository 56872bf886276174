import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { billingMonth, monthAt, monthsLater, quantityOf } from '@riwayat/billing';
import { type Collector, microseconds, openCollector, type TenantId, tenantScope } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import type { Metering } from '../billing/metering.ts';
import { Prices } from '../billing/prices.ts';
import { Pricing } from '../billing/pricing.ts';
import { type EventMeter, eventType, METER_TYPES } from '../metering/event-meters.ts';
import { StoredMetering } from '../metering/metering.ts';
import type { Database } from '../postgres/database.ts';
import { SHORTEST_RETENTION_MONTHS } from '../privacy/policies.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { silent, startTestPostgres, type TestPostgres, temporaryDirectory } from '../testing/postgres.ts';
import { requestOf } from '../testing/records.ts';
import { MONTHS_CORRECTED } from './due-months.ts';
import { issueDueInvoices } from './month-run.ts';

const ZONE = 'Asia/Jakarta';
const HOUR_MS = 3_600_000;
const RUNNING = monthAt(new Date(), ZONE);
/** A month of which everything is past the shortest retention, and the one before it. */
const GONE = billingMonth(monthsLater(RUNNING, -SHORTEST_RETENTION_MONTHS - 1), ZONE);
const BEFORE = billingMonth(monthsLater(GONE.month, -1), ZONE);

let postgres: TestPostgres;
let database: Database;
let directory: string;
let collector: Collector;
let metering: StoredMetering;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  directory = await temporaryDirectory();
  collector = await openCollector({
    store: { kind: 'embedded', path: join(directory, 'store') },
    spoolDirectory: join(directory, 'spool'),
    instance: 'test',
    logger: silent,
    privacy: {
      policyOf: () => ({ userIds: 'plain', addresses: 'dropped', retentionMonths: 24 }),
      pseudonymKey: randomBytes(32),
      lasting: METER_TYPES.levels,
    },
  });
  metering = new StoredMetering(collector.metering);
});
afterAll(async () => {
  await collector.close();
  await rm(directory, { recursive: true, force: true });
  await postgres.stop();
});

async function tell(tenantId: TenantId, meter: EventMeter, at: Date, value: string): Promise<void> {
  const id = `${meter} ${at.toISOString()}`;
  const identity = { source: 'urn:shop', id };
  const event = {
    ts: microseconds(at.getTime()),
    tenantId,
    ...identity,
    type: eventType(meter),
    subject: '',
    data: JSON.stringify({ value }),
    userId: '',
  };
  await collector.ingest(tenantId, [{ table: 'events', event, identity }]);
}

/** On the first of a month. Rows of the test are stored after the cutoff that such a run had, and count all the same. */
function invoiceRunOn(month: string) {
  const everything: Pick<Metering, 'ofBills'> = {
    ofBills: ({ tenantIds, month: asked }) => metering.ofBills({ tenantIds, month: asked }),
  };
  const now = new Date(billingMonth(month, ZONE).from.getTime() + HOUR_MS);
  const pricing = new Pricing(database, new Prices(database));
  return { db: database.db, metering: everything, pricing, now: () => now };
}

async function linesOf(tenantId: TenantId, period: string) {
  return database.db
    .selectFrom('invoice_lines')
    .innerJoin('invoices', 'invoices.id', 'invoice_lines.invoice_id')
    .where('invoices.tenant_id', '=', tenantId)
    .where('invoices.period', '=', period)
    .orderBy('position')
    .select(['invoice_lines.kind', 'invoice_lines.period', 'component', 'amount'])
    .execute();
}

it('gives nothing back of what was billed when its rows have left the store, and keeps what still holds', async () => {
  const { id: tenantId } = await new TenantDirectory(database).create({ id: 'brief', name: 'Brief' });
  const startedOn = GONE.days[0] ?? '';
  await openContract(database.db, { tenantId, startedOn, plan: 'usage' });
  // Told once, before anything was billed, and never again.
  await tell(tenantId, 'members', BEFORE.from, '250');
  await tell(tenantId, 'transactions', GONE.from, '150');
  for (let day = 0; day < 10; day += 1) {
    const at = new Date(GONE.from.getTime() + day * 24 * HOUR_MS);
    collector.record(requestOf(tenantId, at, { bytesOut: 500_000_000 }));
  }
  await collector.drain();
  await issueDueInvoices(invoiceRunOn(monthsLater(GONE.month, 1)), [tenantId]);
  const billed = await linesOf(tenantId, GONE.month);
  expect(billed).toContainEqual(expect.objectContaining({ component: 'transactions', amount: '5000' }));

  await collector.applyRetention(tenantScope(tenantId), SHORTEST_RETENTION_MONTHS);
  const left = await metering.ofBill({ tenantId, month: GONE });
  expect(
    (['api_calls', 'transactions', 'members'] as const).map((meter) => quantityOf(left, meter).toFixed()),
  ).toEqual(['0', '0', '250']);

  for (let later = 2; later <= MONTHS_CORRECTED + 1; later += 1) {
    await issueDueInvoices(invoiceRunOn(monthsLater(GONE.month, later)), [tenantId]);
    const period = monthsLater(GONE.month, later - 1);
    const lines = await linesOf(tenantId, period);
    expect(lines.filter(({ amount }) => amount !== '0')).toEqual([
      { kind: 'charge', period, component: 'base_fee', amount: '300000' },
      { kind: 'charge', period, component: 'members', amount: '500000' },
    ]);
    expect(lines.filter(({ kind }) => kind !== 'charge')).toEqual([]);
  }
});
