import { expect, it } from 'vitest';
import { evenUsage, type Usage } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';
import type { PlanInput } from '../plans/plan.ts';
import { planWith } from '../testing/plans.ts';
import { burstOf } from './burst.ts';
import { charged } from './charges.ts';

const DAYS = ['2026-06-01', '2026-06-02', '2026-06-03', '2026-06-04'];
const WHOLE = { days: DAYS.length, of: DAYS.length };
const CALLS = {
  key: 'calls',
  component: 'api_calls',
  name: { id: 'Panggilan', en: 'Calls' },
  meter: 'api_calls',
} as const;

function costOf(charge: PlanInput['charges'][number], usage: Usage, share = WHOLE): string | undefined {
  return planWith([charge]).charges.map((parsed) => charged(parsed, usage, share).exact.toFixed())[0];
}

function calls(total: string): Usage {
  return evenUsage(DAYS, { api_calls: total });
}

it.each([
  ['100', '0'],
  ['100.5', '700'],
  ['150', '700'],
  ['150.5', '1400'],
  ['200', '1400'],
  ['201', '2100'],
])('charges for %s calls in packages of 50 beyond 100 %s rupiah', (total, cost) => {
  const terms = { model: 'package', included: '100', packageSize: '50', price: '700' } as const;
  expect(costOf({ ...CALLS, ...terms }, calls(total))).toBe(cost);
});

it.each([
  ['volume', '10', '80'],
  ['volume', '11', '45'],
  ['graduated', '10', '80'],
  ['graduated', '11', '85'],
] as const)('charges by %s tiers for %s calls, of which 2 are free, %s rupiah', (mode, total, cost) => {
  const tiers = [
    { upTo: '10', price: '10' },
    { upTo: null, price: '5' },
  ];
  expect(costOf({ ...CALLS, model: 'tiered', mode, included: '2', tiers }, calls(total))).toBe(cost);
});

it('charges day peaks for each day by itself, and shares nothing', () => {
  const users = [5, 12, 10, 30].map((value) => decimal(BigInt(value)));
  const usage = { days: DAYS, perDay: { concurrent_users: users } };
  const charge = {
    ...CALLS,
    meter: 'concurrent_users',
    model: 'per-day-peak',
    included: '10',
    price: '3',
  } as const;
  expect(costOf(charge, usage)).toBe('66');
  expect(costOf(charge, usage, { days: 4, of: 30 })).toBe('66');
});

it('bills hours of a meter that counts seconds', () => {
  const cpu = { ...CALLS, meter: 'cpu', model: 'per-unit', price: '9000' } as const;
  const unit = { size: '3600', name: { id: 'jam CPU', en: 'CPU hours' } };
  expect(costOf({ ...cpu, unit }, evenUsage(DAYS, { cpu: '5400' }))).toBe('13500');
});

it('takes the median day for the usual one: of an even number of days, what lies between the two in the middle', () => {
  const days = (...values: string[]) => values.map((value) => decimal(value));
  const told = ({ usual, busiest }: ReturnType<typeof burstOf>) => [usual.toFixed(), busiest.toFixed()];
  expect(told(burstOf('api_calls', days('10', '1', '2', '4')))).toEqual(['12', '40']);
  expect(told(burstOf('api_calls', days('3', '1', '2')))).toEqual(['6', '9']);
  expect(told(burstOf('concurrent_users', days('10', '1', '2', '4')))).toEqual(['3', '10']);
  expect(told(burstOf('concurrent_users', []))).toEqual(['0', '0']);
});
