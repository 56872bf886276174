import { describe, expect, it } from 'vitest';
import { evenUsage, type Usage } from '../meters/meter.ts';
import { ONE } from '../money/decimal.ts';
import { daysLater, monthDays } from '../period/month.ts';
import { PriceList } from '../plans/price-list.ts';
import { contractFor } from '../testing/arbitraries.ts';
import { planOf } from '../testing/plans.ts';
import { bill } from './bill.ts';

const FEBRUARY = monthDays('2028-02');
const PLAN = planOf('usage');

function billed(usage: Usage): bigint {
  const contract = contractFor(PLAN);
  return bill({ month: '2028-02', usage, contract, prices: new PriceList([PLAN]) }).total;
}

const of = (days: readonly string[]): Usage => evenUsage(days, { members: '250' });

describe('a bill', () => {
  it('is of a month whose days are all there, also when nothing was measured', () => {
    expect(billed(of(FEBRUARY))).toBe(800_000n);
    expect(billed({ days: FEBRUARY, perDay: {} })).toBe(300_000n);
  });

  it.each([
    ['none of its days', []],
    ['the days until now', FEBRUARY.slice(0, 20)],
    ['a day too few at its beginning', FEBRUARY.slice(1)],
    ['a day too many', [...FEBRUARY, '2028-03-01']],
    ['a day twice', [...FEBRUARY.slice(0, 28), '2028-02-28']],
    ['its days in another order', [...FEBRUARY].reverse()],
    ['the days of another month', FEBRUARY.map((day) => daysLater(day, 31))],
  ])('is refused for %s', (_what, days) => {
    expect(() => billed(of(days))).toThrow(RangeError);
  });

  it('is refused for a meter that lacks the value of a day', () => {
    const members = FEBRUARY.slice(1).map(() => ONE);
    expect(() => billed({ days: FEBRUARY, perDay: { members } })).toThrow(/29 days.*28 values of members/);
  });

  it('says what is missing', () => {
    expect(() => billed(of(FEBRUARY.slice(0, 28)))).toThrow(
      '2028-02 is billed by the usage of each of its 29 days, in order: there are 28, with nothing in the place of 2028-02-29.',
    );
  });
});
