import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { evenUsage } from '../meters/meter.ts';
import { billingMonth } from '../period/month.ts';
import { bill } from '../rating/bill.ts';
import { priceOfTotals } from '../rating/price-of-totals.ts';
import { planOf } from '../testing/plans.ts';
import { burstyUsage } from '../testing/usage.ts';
import { WORKED_EXAMPLES } from '../testing/worked-examples.ts';
import { CATALOGUE } from './catalogue.ts';
import { planSchema } from './plan.ts';
import { PriceList } from './price-list.ts';

const PRICES = new PriceList(CATALOGUE);
const MONTHS = ['2026-02', '2026-06', '2026-07', '2028-02'];

describe.each(MONTHS)('in %s', (month) => {
  const { days } = billingMonth(month, 'Asia/Jakarta');

  it.each(WORKED_EXAMPLES)('comes to $total for $name, on $plan', ({ plan, usual, busiest, total }) => {
    const usage = busiest ? burstyUsage(days, usual, busiest.totals, busiest.days) : evenUsage(days, usual);
    const contract = { startedOn: days[0] ?? '', terms: [{ from: days[0] ?? '', plan }], discounts: [] };
    const { exact, total: billed } = bill({ month, usage, contract, prices: PRICES });
    expect(billed).toBe(total);
    expect(exact.toFixed()).toBe(String(total));
  });
});

it('keeps what was published beside what it contradicts', () => {
  const contradicted = WORKED_EXAMPLES.filter(({ published }) => published !== undefined);
  expect(contradicted.map(({ name, total, published }) => [name, total, published?.total])).toEqual([
    ['steady volume, by use', 2_003_825n, 2_825_000n],
    ['peaks on a package', 11_004_875n, 11_379_500n],
    ['bursts on two days', 8_904_725n, 9_129_500n],
  ]);
  for (const { total, published } of contradicted) {
    expect(published?.total).not.toBe(total);
  }
});

it('charges pay as you go for CPU and memory, which the published comparison leaves out', () => {
  const hours = { cpu: '1080000', memory: '540000000' };
  const rendering = { api_calls: '75000', data_transfer: '80', rendering_requests: '15000' };
  expect(priceOfTotals(planOf('payg'), { ...rendering, ...hours }).total).toBe(
    2_003_825n + 1_079n + 270_000n,
  );
});

it.each([
  ['1000', '0'],
  ['1001', '0.008'],
  ['10000', '72'],
  ['10001', '45.005'],
  ['50000', '245'],
  ['50001', '147.003'],
])('prices %s calls of the tiered plan at Rp %s', (calls, cost) => {
  const { lines } = priceOfTotals(planOf('tiered'), { api_calls: calls });
  const line = lines.find(({ component }) => component === 'api_calls');
  expect(line?.exact.toFixed()).toBe(cost);
});

it.each([
  ['95', -200_000n],
  ['90', -100_000n],
  ['75', -100_000n],
  ['74', 0n],
  ['50', 0n],
  ['49', 100_000n],
])('changes rendering of a million rupiah at %s %% of cache hits by %s rupiah', (hits, change) => {
  const { lines } = priceOfTotals(planOf('payg'), {
    rendering_requests: '15000',
    cache_lookups: '100',
    cache_hits: hits,
  });
  expect(lines.find(({ kind }) => kind === 'cache-modifier')?.amount ?? 0n).toBe(change);
});

it('bursts above what the package covers, however usual that has become', () => {
  const steady = priceOfTotals(planOf('high-volume'), { rendering_requests: '12000' });
  expect(steady.total).toBe(2_500_000n + 2_000n * 100n);
});

it('has every plan in both languages, and as JSON that it can be read from again', () => {
  expect(CATALOGUE.map(({ key }) => key)).toEqual([
    'starter',
    'professional',
    'enterprise',
    'usage',
    'hybrid',
    'tiered',
    'unlimited-rendering',
    'high-volume',
    'payg',
    'payg-burst',
    'resource',
    'concurrent',
  ]);
  for (const plan of CATALOGUE) {
    expect(planSchema.parse(JSON.parse(JSON.stringify(plan)))).toEqual(plan);
  }
});

it.each(['input', 'output'] as const)('describes a plan by a JSON Schema (%s)', (io) => {
  expect(z.toJSONSchema(planSchema, { io })).toMatchObject({
    type: 'object',
    properties: { charges: { type: 'array' }, limits: { type: 'object' } },
  });
});
