import { expect, it } from 'vitest';
import { evenUsage } from '../meters/meter.ts';
import { billingMonth } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import { PriceList } from '../plans/price-list.ts';
import { bill } from './bill.ts';

it('charges each component of the usage plan beyond what it includes', () => {
  const { days } = billingMonth('2026-02', 'Asia/Jakarta');
  const usage = evenUsage(days, { members: '250', transactions: '300', storage: '2', api_calls: '500' });
  const contract = { startedOn: '2026-01-01', terms: [{ from: '2026-01-01', plan: 'usage' }], discounts: [] };
  const { lines, total } = bill({ month: '2026-02', usage, contract, prices: new PriceList(CATALOGUE) });
  expect(lines.map(({ component, amount }) => [component, amount])).toEqual([
    ['base_fee', 300_000n],
    ['members', 500_000n],
    ['transactions', 20_000n],
    ['storage', 100n],
    ['api_calls', 0n],
  ]);
  expect(total).toBe(820_100n);
});
