import { CATALOGUE, daysLater, quantityOf, type Usage, usageOfDays } from '@riwayat/billing';
import { beforeAll, expect, it } from 'vitest';
import { calibratedParameters } from '../calibration/parameters.ts';
import { runProgram } from '../cli/program.ts';
import { runRequests } from '../recording/run-requests.ts';
import { simulateMonth } from '../run/simulate-month.ts';
import { documentedScenario } from '../scenario/documented.ts';
import type { SimulatedRequest } from '../workload/request.ts';
import { ALL_PLANS, NotAMonthError, pricesOfMonth, UnknownPlanKeyError } from './month-prices.ts';
import { type MonthUsageOptions, usageOfMonth } from './month-usage.ts';

let month: MonthUsageOptions;
let requests: SimulatedRequest[];

beforeAll(() => {
  const scenario = documentedScenario();
  const run = simulateMonth({ scenario, parameters: calibratedParameters(), seed: 1, replication: 0 });
  requests = [...runRequests(run, scenario.start)];
  month = { scenario, requests, run };
});

it('bills what the simulated requests come to', () => {
  const usage = usageOfMonth(month);
  expect(usage.days).toHaveLength(30);
  expect([usage.days[0], usage.days[29]]).toEqual(['2025-09-01', '2025-09-30']);
  const quantity = (meter: Parameters<typeof quantityOf>[1]): string => quantityOf(usage, meter).toFixed();
  expect(quantity('api_calls')).toBe('13880');
  expect(quantity('members')).toBe('60');
  expect(quantity('rendering_requests')).toBe(
    String(requests.filter(({ kind }) => kind === 'render').length),
  );
  const bytes = requests.reduce((sum, { bytesIn, bytesOut }) => sum + bytesIn + bytesOut, 0);
  expect(quantity('data_transfer')).toBe(String(bytes / 1e9));
  expect(Number(quantity('concurrent_users'))).toBeGreaterThan(1);
  expect(Number(quantity('cpu'))).toBeGreaterThan(0);
});

it('prices all plans that are offered, the cheapest first', () => {
  const prices = pricesOfMonth(usageOfMonth(month), ALL_PLANS);
  expect(prices.map(({ plan }) => plan.key).sort()).toEqual(
    CATALOGUE.filter(({ offered }) => offered)
      .map(({ key }) => key)
      .sort(),
  );
  const totals = prices.map(({ bill }) => bill.total);
  expect(totals).toEqual([...totals].sort((a, b) => (a < b ? -1 : 1)));
  // 300,000 and 2,000 for each of 60 members; calls beyond 1,000 at 0.01; nothing stored beyond a gigabyte.
  const [usage] = pricesOfMonth(usageOfMonth(month), 'usage');
  expect(usage?.bill.lines.find(({ component }) => component === 'members')?.amount).toBe(120_000n);
  expect(() => pricesOfMonth(usageOfMonth(month), 'gratis')).toThrow(UnknownPlanKeyError);
});

it('takes the newest version of a plan', () => {
  const [plan] = CATALOGUE.filter(({ key }) => key === 'enterprise');
  if (plan === undefined) {
    throw new Error('The catalogue has no enterprise plan.');
  }
  const dearer = {
    ...plan,
    version: 2,
    charges: plan.charges.map((charge) =>
      charge.model === 'flat' ? { ...charge, price: '3500000' } : charge,
    ),
  };
  const usage = usageOfMonth(month);
  expect(pricesOfMonth(usage, 'enterprise')[0]?.bill.total).toBe(3_000_000n);
  expect(pricesOfMonth(usage, 'enterprise', [...CATALOGUE, dearer])[0]?.bill.total).toBe(3_500_000n);
});

it('prices any days that make a month, and no fewer or more: fees are those of months', () => {
  const usage = usageOfMonth(month);
  const moved = { ...usage, days: usage.days.map((_, day) => daysLater('2026-11-02', day)) };
  const totals = (of: Usage): bigint[] => pricesOfMonth(of, ALL_PLANS).map(({ bill }) => bill.total);
  expect(totals(moved)).toEqual(totals(usage));
  const days = new Set(usage.days.slice(0, 10));
  expect(() => totals(usageOfDays(usage, days))).toThrow(NotAMonthError);
});

async function run(...args: string[]): Promise<{ code: number; out: string; error: string }> {
  let out = '';
  let error = '';
  const code = await runProgram(args, {
    out: (text) => {
      out += text;
    },
    error: (text) => {
      error += text;
    },
  });
  return { code, out, error };
}

it('prints prices in both languages and as JSON, when asked', async () => {
  expect((await run('month', '--plan', 'all')).out).toMatch(
    /What the month would cost\n.*Enterprise \(enterprise\) +Rp\s3,000,000/s,
  );
  expect((await run('month', '--plan', 'enterprise', '--lang', 'id')).out).toMatch(
    /Enterprise \(enterprise\) +Rp\s3\.000\.000/,
  );
  const { prices } = JSON.parse((await run('month', '--plan', 'enterprise', '--json')).out);
  expect(prices.plans).toMatchObject([{ key: 'enterprise', version: 1, total: 3_000_000 }]);
  expect(JSON.parse((await run('month', '--json')).out)).not.toHaveProperty('prices');
  expect(await run('month', '--plan', 'gratis')).toMatchObject({
    code: 2,
    error: expect.stringContaining('There is no plan "gratis"'),
  });
});
