import fc from 'fast-check';
import { expect, it } from 'vitest';
import { decimal } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import { amountText, PROPERTY } from '../testing/arbitraries.ts';
import { formatExact, formatPercent, formatQuantity, formatRupiah } from './format.ts';

it.each([
  ['id', 820_100n, 'Rp820.100'],
  ['en', 820_100n, 'Rp\u00a0820,100'],
  ['id', -1_500n, '−Rp1.500'],
  ['en', 0n, 'Rp\u00a00'],
  ['id', 9_007_199_254_740_993n, 'Rp9.007.199.254.740.993'],
] as const)('writes whole rupiah in %s: %s as %s', (language, amount, text) => {
  expect(formatRupiah(amount, language)).toBe(text);
});

it('writes exact amounts, quantities and percentages to their last decimal', () => {
  expect(formatExact(decimal('0.005'), 'id')).toBe('Rp0,005');
  expect(formatExact(decimal('-8904725.000000000001'), 'en')).toBe('−Rp\u00a08,904,725.000000000001');
  expect(formatQuantity(decimal('12345678901234567890.25'), 'id')).toBe('12.345.678.901.234.567.890,25');
  expect(formatPercent(decimal('-12.50'), 'id')).toBe('−12,5%');
});

it('never shows a fraction of a rupiah', () => {
  const amounts = fc.bigInt({ min: -(10n ** 18n), max: 10n ** 18n });
  fc.assert(
    fc.property(amounts, fc.constantFrom<Language[]>('id', 'en'), (amount, language) => {
      const group = language === 'id' ? '\\.' : ',';
      const shape = new RegExp(`^−?Rp\u00a0?\\d{1,3}(${group}\\d{3})*$`);
      const digits = formatRupiah(amount, language).replace(/[^\d]/g, '');
      return (
        shape.test(formatRupiah(amount, language)) && BigInt(digits) === (amount < 0n ? -amount : amount)
      );
    }),
    PROPERTY,
  );
});

it('writes quantities from which the same can be read', () => {
  fc.assert(
    fc.property(amountText(10n ** 15n), (text) => {
      const written = formatQuantity(decimal(text), 'id').replaceAll('.', '').replace(',', '.');
      return decimal(written).eq(decimal(text));
    }),
    PROPERTY,
  );
});
