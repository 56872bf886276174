// The end of a month as it is: requests over HTTP and events of an application, the clock passes midnight where the
// tenant is, the scheduler starts the day's jobs, and a worker makes the invoice of what was sent.
import { billingMonth, monthAt, monthsLater, planSchema } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { DAILY_JOBS, jobHandlers } from '../background.ts';
import { openContract } from '../billing/contracts.ts';
import { documentFrame } from '../documents/frame.ts';
import { type Jobs, startJobs } from '../jobs/jobs.ts';
import { SCOPES } from '../keys/key.ts';
import { type EventMeter, eventType } from '../metering/event-meters.ts';
import { reportsFrom } from '../reports/reports-from.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { invoiceWithLinesBody } from './invoice-body.ts';
import { INVOICES_DAILY } from './month-run.ts';
import { billingPreview } from './routes.ts';

const ZONE = 'Asia/Jakarta';
const MINUTE_MS = 60_000;
const PATIENCE_MS = 20_000;
/** One that the machine's clock has not seen: what is stored, is stored before any bill of it. */
const MONTH = billingMonth(monthsLater(monthAt(new Date(), ZONE), 1), ZONE);
const MIDNIGHT = MONTH.to.getTime();

/** What is sold, each at so many rupiah for one. */
const SOLD = [
  { meter: 'api_calls', component: 'api_calls', price: '10' },
  { meter: 'concurrent_users', component: 'concurrent_users', price: '500' },
  { meter: 'members', component: 'members', price: '2000' },
  { meter: 'premium_features', component: 'premium_features', price: '7000' },
  { meter: 'rendering_requests', component: 'rendering', price: '200' },
  { meter: 'storage', component: 'storage', price: '1000' },
  { meter: 'transactions', component: 'transactions', price: '50' },
] as const;

let postgres: TestPostgres;
let application: TestApplication;
let jobs: Jobs;
let tenantId: TenantId;
let secret: string;

function clockAt(instant: number): void {
  vi.setSystemTime(instant);
}

beforeAll(async () => {
  // The clock of everything but the engines; it goes on as time does.
  vi.useFakeTimers({ toFake: ['Date'], now: MIDNIGHT - 4 * MINUTE_MS, shouldAdvanceTime: true });
  postgres = await startTestPostgres();
  const { url } = await postgres.freshDatabase();
  application = await startApplication({ DATABASE_URL: url, JOBS: 'off' });
  const { services, config } = application;
  tenantId = await application.createTenant('shop', ['administrator']);
  const { id: west } = await services.tenants.create({
    id: 'west',
    name: 'West',
    timezone: 'America/New_York',
  });
  const name = { id: 'Satu', en: 'One' };
  const charges = SOLD.map((sold) => ({
    key: sold.meter.replaceAll('_', '-'),
    name,
    model: 'per-unit',
    ...sold,
  }));
  const plan = { key: 'by-one', version: 1, effectiveFrom: '2026-01-01', name, description: name, charges };
  await services.prices.add(planSchema.parse(plan), SYSTEM);
  for (const id of [tenantId, west]) {
    await openContract(services.database.db, {
      tenantId: id,
      startedOn: MONTH.days[0] ?? '',
      plan: 'by-one',
    });
  }
  secret = (await services.keys.create(tenantId, { name: 'k', scopes: SCOPES, createdBy: null })).secret;
  jobs = startJobs({
    url,
    database: services.database,
    handlers: jobHandlers({
      ...services,
      mailer: undefined,
      carriers: {},
      limits: services.coordination.limits,
      documents: documentFrame(config),
      reports: reportsFrom({ ...services, now: () => new Date() }),
      publicUrl: application.url,
    }),
    schedules: DAILY_JOBS,
    logger: services.logger,
    work: true,
    intervals: { scheduleMs: 100 },
  });
});
afterAll(async () => {
  await jobs.stop();
  await application.stop();
  await postgres.stop();
  vi.useRealTimers();
});

async function send(path: string, contentType: string, payload: string): Promise<void> {
  const answer = await fetch(`${application.url}${path}`, {
    method: 'POST',
    headers: { 'content-type': contentType, authorization: `Bearer ${secret}` },
    body: payload,
  });
  expect(answer.status).toBe(202);
}

interface Sent {
  readonly at: number;
  readonly userId: string;
  readonly kind: 'api' | 'render';
}

function sendRequests(sent: readonly Sent[]): Promise<void> {
  const lines = sent.map(({ at, userId, kind }) =>
    JSON.stringify({
      ts: new Date(at).toISOString(),
      method: 'GET',
      endpoint: '/orders/:id',
      status: 200,
      duration_ms: 3,
      user_id: userId,
      kind,
    }),
  );
  return send('/v1/requests', 'application/x-ndjson', `${lines.join('\n')}\n`);
}

function tell(meter: EventMeter, at: number, value: string): Promise<void> {
  const event = {
    specversion: '1.0',
    type: eventType(meter),
    source: 'urn:shop',
    id: `${meter} ${at}`,
    time: new Date(at).toISOString(),
    data: { value },
  };
  return send('/v1/events', 'application/cloudevents+json', JSON.stringify(event));
}

function invoices(of: string) {
  return application.services.database.db
    .selectFrom('invoices')
    .where('tenant_id', '=', of)
    .select(['id', 'period', 'state', 'total', 'issued_on'])
    .execute();
}

it('invoices what was sent until midnight, as the preview had it, once the day’s job is due', async () => {
  const { services, url } = application;
  const noon = MIDNIGHT - 12 * 60 * MINUTE_MS;
  const ofShop: Sent[] = Array.from({ length: 40 }, (_, index) => ({
    // Seven people in one window of five minutes, and alone in others.
    at: noon + (index < 20 ? index * 1_000 : index * 10 * MINUTE_MS),
    userId: `u${index % 7}`,
    kind: index % 5 === 0 ? 'render' : 'api',
  }));
  await sendRequests([...ofShop, { at: MIDNIGHT - 1, userId: 'late', kind: 'api' }]);
  const visits = 12;
  for (let visit = 0; visit < visits; visit += 1) {
    await (await fetch(`${url}/api/public/kursus`, { headers: { 'x-tenant': tenantId } })).arrayBuffer();
  }
  await tell('members', noon, '250');
  await tell('members', noon + MINUTE_MS, '245');
  await tell('transactions', noon, '31');
  await tell('transactions', MIDNIGHT - 1, '2');
  await tell('premium_features', noon, '3');
  // After the day's own telling, which may have begun by now.
  await tell('storage', MIDNIGHT - 1, '2.5');
  const token = await application.tokenOf('shop', 'administrator');
  const logIns = 1;

  const quantities = {
    api_calls: String(ofShop.length + 1 + visits + logIns),
    concurrent_users: '7',
    members: '250',
    premium_features: '3',
    rendering_requests: '8',
    storage: '2.5',
    transactions: '33',
  };
  const expected = SOLD.map(({ meter, price }) => ({
    meter,
    quantity: quantities[meter],
    amount: Number(quantities[meter]) * Number(price),
  }));
  const total = expected.reduce((sum, { amount }) => sum + amount, 0);

  await services.collector.drain();
  const answer = await fetch(`${url}/api/v1/tenant/billing/preview`, {
    headers: { authorization: `Bearer ${token}` },
  });
  const preview = billingPreview.parse(await answer.json());
  expect([preview.period, preview.total_idr]).toEqual([MONTH.month, total]);

  clockAt(MIDNIGHT + MINUTE_MS);
  await sendRequests([{ at: MIDNIGHT, userId: 'early', kind: 'render' }]);
  await tell('transactions', MIDNIGHT, '100');
  await tell('storage', MIDNIGHT, '9');
  await services.collector.drain();
  const [hour = '', minute = ''] = INVOICES_DAILY.localTime.split(':');
  const due = MIDNIGHT + (Number(hour) * 60 + Number(minute)) * MINUTE_MS;
  expect(await invoices(tenantId)).toEqual([]);

  clockAt(due);
  await vi.waitFor(
    async () =>
      expect(await invoices(tenantId)).toEqual([
        {
          id: expect.any(String),
          period: MONTH.month,
          state: 'issued',
          total: String(total),
          issued_on: `${monthsLater(MONTH.month, 1)}-01`,
        },
      ]),
    PATIENCE_MS,
  );
  const later = await application.tokenOf('shop', 'administrator');
  const [{ id } = { id: '' }] = await invoices(tenantId);
  const invoice = await fetch(`${url}/api/v1/tenant/billing/invoices/${id}`, {
    headers: { authorization: `Bearer ${later}` },
  });
  const { lines } = invoiceWithLinesBody.parse(await invoice.json());
  expect(lines).toEqual(preview.lines);
  expect(
    lines.map(({ measured, amount_idr: amount }) => ({
      meter: measured?.meter,
      quantity: measured?.quantity,
      amount,
    })),
  ).toEqual(expected);
  // Where it is still the last day.
  expect(await invoices('west')).toEqual([]);
});
