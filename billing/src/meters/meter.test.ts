import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Decimal, decimal, ZERO } from '../money/decimal.ts';
import { amountText } from '../testing/arbitraries.ts';
import { evenUsage, METER_KEYS, quantityOf, type Usage, usageOfDays } from './meter.ts';
import { raised } from './raised.ts';
import { unitName } from './units.ts';

const DAYS = ['2026-06-01', '2026-06-02', '2026-06-03'];
const VALUES = ['2', '7', '3'].map((value) => decimal(value));
const USAGE: Usage = {
  days: DAYS,
  perDay: { api_calls: VALUES, members: VALUES, storage: VALUES },
};

function texts(values: readonly Decimal[] | undefined): string[] | undefined {
  return values?.map((value) => value.toFixed());
}

it('makes a quantity of days: their sum, the most, or the last', () => {
  expect(quantityOf(USAGE, 'api_calls').toFixed()).toBe('12');
  expect(quantityOf(USAGE, 'members').toFixed()).toBe('7');
  expect(quantityOf(USAGE, 'storage').toFixed()).toBe('3');
  expect(quantityOf(USAGE, 'transactions')).toEqual(ZERO);
});

it('keeps the usage of some days, in their order', () => {
  const { days, perDay } = usageOfDays(USAGE, new Set(['2026-06-03', '2026-06-01']));
  expect(days).toEqual(['2026-06-01', '2026-06-03']);
  expect(texts(perDay.members)).toEqual(['2', '3']);
});

it('spreads totals so that each meter comes to its own again', () => {
  const lengths = fc.integer({ min: 1, max: 31 });
  fc.assert(
    fc.property(amountText(1_000_000n), lengths, (total, length) => {
      const days = Array.from({ length }, (_, index) => `2026-07-${String(index + 1).padStart(2, '0')}`);
      const usage = evenUsage(days, { api_calls: total, storage: total, members: total });
      const quantities = (['api_calls', 'storage', 'members'] as const).map((key) => quantityOf(usage, key));
      return quantities.every((quantity) => quantity.eq(decimal(total)));
    }),
    { numRuns: 1_000 },
  );
});

describe('raised usage', () => {
  const days = new Set(['2026-06-01', '2026-06-02']);

  it('spreads more of a flow over its days, and leaves the others', () => {
    expect(texts(raised(USAGE, 'api_calls', decimal('19'), days).perDay.api_calls)).toEqual(['7', '12', '3']);
  });

  it('reaches a level on the last of its days', () => {
    expect(texts(raised(USAGE, 'members', decimal('19'), days).perDay.members)).toEqual(['2', '19', '3']);
    expect(texts(raised(USAGE, 'admin_users', decimal('1'), days).perDay.admin_users)).toEqual([
      '0',
      '1',
      '0',
    ]);
  });
});

it('names the unit of every meter in both languages, one in English by itself', () => {
  expect(unitName('members', decimal('1'), 'en')).toBe('member');
  expect(unitName('members', decimal('1.5'), 'en')).toBe('members');
  expect(unitName('members', decimal('2'), 'id')).toBe('anggota');
  for (const meter of METER_KEYS) {
    expect(unitName(meter, ZERO, 'id')).not.toBe('');
    // A formula is read as arithmetic beside its words: none may look like a part of it.
    expect(unitName(meter, ZERO, 'en')).not.toMatch(/[\d×/+−%()=]/);
  }
});
