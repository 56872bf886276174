import { billingMonth, quantityOf, ZERO } from '@riwayat/billing';
import { tenantScope } from '@riwayat/collector';
import { Temporal } from 'temporal-polyfill';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepareDemo } from './demo/demo.ts';
import { DEMO_TENANT, DEMO_TIMEZONE } from './demo/people.ts';
import { startApplication, type TestApplication } from './testing/application.ts';

const MONTH_DAYS = 30;
const WEEK_2 = [512, 467, 445, 498, 523, 356, 326];
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('the documented month, imported as the demo tenant’s history', () => {
  let application: TestApplication;
  let start: Temporal.PlainDate;
  let authorization: string;

  beforeAll(async () => {
    application = await startApplication();
    const demo = await prepareDemo(application.config, application.services, () => undefined);
    start = Temporal.PlainDate.from(demo.plan.start);
    const login = demo.logins.find(({ role }) => role === 'administrator');
    const answer = await application.app.inject({
      method: 'POST',
      url: '/api/login',
      payload: { email: login?.email, password: login?.password },
    });
    authorization = `Bearer ${answer.json().access_token}`;
  });
  afterAll(() => application.stop());

  async function detailed(): Promise<{
    daily_usage: { date: string; api_calls: number }[];
    user_breakdown: { role: string; calls: number }[];
  }> {
    const end = start.add({ days: MONTH_DAYS - 1 });
    const answer = await application.app.inject({
      url: `/api/v1/tenant/usage/detailed?period=month&start=${start}&end=${end}`,
      headers: { authorization },
    });
    expect(answer.statusCode).toBe(200);
    return answer.json();
  }

  it('shows the documented counts through the API', async () => {
    const counts = (await detailed()).daily_usage.map((day) => day.api_calls);
    expect(counts).toHaveLength(MONTH_DAYS);
    expect(sum(counts.slice(0, 2))).toBe(1_247);
    expect(sum(counts.slice(2, 7))).toBe(1_925);
    expect(counts.slice(7, 14)).toEqual(WEEK_2);
    expect(sum(counts.slice(14, 21))).toBe(3_456);
    expect(sum(counts.slice(21, 30))).toBe(4_125);
  });

  it('has rollups that agree with the raw rows exactly', async () => {
    const from = new Date(start.subtract({ days: 1 }).toZonedDateTime('UTC').epochMilliseconds);
    const difference = await application.services.collector.usage.rollupDifference(tenantScope(DEMO_TENANT), {
      from,
      to: new Date(),
    });
    const values = Object.values(difference).flatMap((rollup) => Object.values(rollup));
    expect(values.length).toBeGreaterThan(0);
    expect(values.filter((value) => value !== 0)).toEqual([]);
  });

  it('has a cost from its first month on, alike from raw rows and rollups', async () => {
    const { collector, metering, pricing } = application.services;
    await collector.drain();
    const month = billingMonth(start.toPlainYearMonth().toString(), DEMO_TIMEZONE);
    const question = { tenantId: DEMO_TENANT, month };
    const usage = await metering.ofScreen(question);
    expect(await metering.ofBill(question)).toEqual(usage);
    // The document's sixty, but for those who administer.
    expect(Number(quantityOf(usage, 'members').toFixed())).toBeGreaterThan(50);
    expect(quantityOf(usage, 'admin_users').toFixed()).toBe('1');
    expect(quantityOf(usage, 'transactions').gt(ZERO)).toBe(true);
    expect(quantityOf(usage, 'storage').gt(ZERO)).toBe(true);
    const bill = await pricing.billOf(DEMO_TENANT, month, usage);
    expect(bill?.total).toBeGreaterThan(0n);
  });

  it('is not imported again by the next start', async () => {
    const before = await detailed();
    const again = await prepareDemo(application.config, application.services, () => undefined);
    expect(again.logins).toEqual([]);
    expect(await detailed()).toEqual(before);
  });

  it('names the people who used most', async () => {
    const people = (await detailed()).user_breakdown;
    expect(people.length).toBeGreaterThan(50);
    expect(new Set(people.map(({ role }) => role))).toContain('mentor');
  });
});
