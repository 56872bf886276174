// Whoever says what usage costs says the same, and moves with the price: the live feed, the summary and the
// preview of the running month, the invoice, and the planner.
import { billingMonth, CATALOGUE, monthAt, monthsLater, type Plan, planSchema } from '@riwayat/billing';
import type { LiveTickMessage, TenantId } from '@riwayat/collector';
import { pricesOfMonth } from '@riwayat/simulator';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { issueDueInvoices } from '../invoices/month-run.ts';
import { billingPreview } from '../invoices/routes.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { usageSummary } from '../usage/schema.ts';
import { openContract } from './contracts.ts';

const ZONE = 'Asia/Jakarta';
const MONTH = billingMonth(monthAt(new Date(), ZONE), ZONE);
/** When the running month is over. */
const FIRST_OF_NEXT = new Date(billingMonth(monthsLater(MONTH.month, 1), ZONE).from.getTime() + 3_600_000);
const PATIENCE_MS = 20_000;
const VISITS = 25;

let application: TestApplication;

beforeAll(async () => {
  application = await startApplication();
});
afterAll(() => application.stop());

/** A plan that charges calls, and nothing else. */
function perCall(version: number, price: string): Plan {
  return planSchema.parse({
    key: 'per-call',
    version,
    effectiveFrom: '2026-01-01',
    name: { id: 'Per panggilan', en: 'Per call' },
    description: { id: 'Hanya panggilan', en: 'Calls alone' },
    charges: [
      {
        key: 'calls',
        component: 'api_calls',
        name: { id: 'Panggilan', en: 'Calls' },
        model: 'per-unit',
        meter: 'api_calls',
        price,
      },
    ],
  });
}

interface Customer {
  readonly tenantId: TenantId;
  readonly token: string;
  /** What the newest tick says. */
  live(): number | null | undefined;
}

async function customer(id: string): Promise<Customer> {
  const { app, services } = application;
  const tenantId = await application.createTenant(id, ['administrator']);
  const startedOn = MONTH.days[0] ?? '';
  await openContract(services.database.db, { tenantId, startedOn, plan: 'per-call' });
  let tick: LiveTickMessage | undefined;
  await services.collector.live.subscribe({ tenantId, timezone: ZONE }, undefined, ({ json }) => {
    tick = JSON.parse(json);
  });
  const token = await application.tokenOf(id, 'administrator');
  for (let visit = 0; visit < VISITS; visit += 1) {
    await app.inject({ url: '/api/public/kursus', headers: { 'x-tenant': id } });
  }
  await services.collector.drain();
  return { tenantId, token, live: () => tick?.cost_estimate };
}

async function asked({ token }: Customer, what: string): Promise<unknown> {
  const answer = await application.app.inject({
    url: `/api/v1/tenant/${what}`,
    headers: { authorization: `Bearer ${token}` },
  });
  return answer.json();
}

/** What the summary and the preview say of the running month. */
async function shown(customer: Customer): Promise<(number | undefined)[]> {
  const [summary, preview] = [
    await asked(customer, 'usage/summary'),
    await asked(customer, 'billing/preview'),
  ];
  return [usageSummary.parse(summary).total_cost?.current, billingPreview.parse(preview).total_idr];
}

/** The invoice of the month, as it is when the month is over. */
async function invoiced({ tenantId }: Customer): Promise<number> {
  const { db } = application.services.database;
  const { metering, pricing } = application.services;
  await issueDueInvoices({ db, metering, pricing, now: () => FIRST_OF_NEXT }, [tenantId]);
  const { total } = await db
    .selectFrom('invoices')
    .where('tenant_id', '=', tenantId)
    .where('period', '=', MONTH.month)
    .select('total')
    .executeTakeFirstOrThrow();
  return Number(total);
}

async function planned({ tenantId }: Customer, plans: readonly Plan[]): Promise<number> {
  const usage = await application.services.metering.ofBill({ tenantId, month: MONTH });
  const [price] = pricesOfMonth(usage, 'per-call', [...CATALOGUE, ...plans]);
  return Number(price?.bill.total);
}

it('moves live cost, summary, preview, invoice and plan with a price, all to the same rupiah', async () => {
  const { prices } = application.services;
  const [cheap, dear] = [perCall(1, '1000'), perCall(2, '1500.5')];
  await prices.add(cheap, SYSTEM);
  const [early, late] = [await customer('early'), await customer('late')];
  // With the log-in.
  const calls = VISITS + 1;

  const before = calls * 1_000;
  await vi.waitFor(() => expect([early.live(), late.live()]).toEqual([before, before]), PATIENCE_MS);
  await vi.waitFor(async () => expect(await shown(early)).toEqual([before, before]), PATIENCE_MS);
  expect(await invoiced(early)).toBe(before);
  expect(await planned(early, [cheap])).toBe(before);

  await prices.add(dear, SYSTEM);
  const after = calls * 1_500.5;
  await vi.waitFor(() => expect([early.live(), late.live()]).toEqual([after, after]), PATIENCE_MS);
  await vi.waitFor(async () => expect(await shown(late)).toEqual([after, after]), PATIENCE_MS);
  expect(await invoiced(late)).toBe(after);
  expect(await planned(late, [cheap, dear])).toBe(after);
});
