import { expect, it } from 'vitest';
import { planWith } from '../testing/plans.ts';
import type { Plan } from './plan.ts';
import { PriceList } from './price-list.ts';

function version(number: number, effectiveFrom: string, terms: Partial<Plan> = {}): Plan {
  const charge = {
    key: 'base',
    component: 'base_fee',
    name: { id: 'Dasar', en: 'Base' },
    model: 'flat',
    price: '1',
  } as const;
  return planWith([charge], { version: number, effectiveFrom, ...terms });
}

const LIST = new PriceList([
  version(2, '2026-03-01'),
  version(1, '2026-01-01'),
  version(3, '2026-03-01'),
  version(1, '2026-01-01', { key: 'another' }),
  version(1, '2026-01-01', { key: 'closed', offered: false }),
]);

it('has for each day the latest version that is in effect by then', () => {
  const days = ['2025-12-31', '2026-01-01', '2026-02-28', '2026-03-01'];
  expect(days.map((day) => LIST.on('made-up', day)?.version)).toEqual([undefined, 1, 1, 3]);
  expect(LIST.on('unknown', '2026-01-01')).toBeUndefined();
});

it('has each version by its number, in effect or not', () => {
  expect(LIST.version('made-up', 2)?.effectiveFrom).toBe('2026-03-01');
  expect(LIST.version('made-up', 4)).toBeUndefined();
});

it('offers what tenants can ask for, in the version of the day', () => {
  expect(LIST.offeredOn('2026-03-01').map(({ key, version: number }) => [key, number])).toEqual([
    ['another', 1],
    ['made-up', 3],
  ]);
  expect(LIST.offeredOn('2025-12-31')).toEqual([]);
});

it('refuses two plans of one key and version', () => {
  expect(() => new PriceList([version(1, '2026-01-01'), version(1, '2026-02-01')])).toThrow(RangeError);
});
