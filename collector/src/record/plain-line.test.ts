import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PlainLine } from './plain-line.ts';

const plainText = fc.string({
  unit: fc.integer({ min: 0x20, max: 0x7e }).map((code) => String.fromCharCode(code)),
  maxLength: 60,
});
const whole = fc.oneof(
  fc.nat({ max: Number.MAX_SAFE_INTEGER }),
  fc.nat({ max: 1_000 }),
  fc.constantFrom(0, 9, 10, 999_999_999, 10 ** 9, 10 ** 9 + 1, 2 ** 31, 2 ** 53 - 1, 1_763_727_600_000_000),
);
const values = fc.array(fc.oneof(plainText, whole), { minLength: 1, maxLength: 24 });

function written(all: readonly (string | number)[], line = new PlainLine()): string | undefined {
  line.begin();
  for (const value of all) {
    if (typeof value === 'string') {
      line.text(value);
    } else {
      line.whole(value);
    }
  }
  return line.end() ? String(line) : undefined;
}

it('writes what joining strings would give, or nothing where JSON escapes', () => {
  const line = new PlainLine();
  fc.assert(
    fc.property(values, (all) => {
      const escapes = all.some((value) => /["\\]/.test(String(value)));
      expect(written(all, line)).toBe(escapes ? undefined : `${JSON.stringify(all)}\n`);
    }),
    { numRuns: 2_000 },
  );
});

it.each(['\u0000', '\n', '\u007f', 'é', '\u2028', '\ud800', '😀', 'x'.repeat(10_000)])(
  'leaves a text that is not plain, or too long, to others: %j',
  (value) => {
    const line = new PlainLine();
    expect(written([1, value, 'after'], line)).toBeUndefined();
    expect(written([1, 'next'], line)).toBe('[1,"next"]\n');
  },
);

it('has room for all numbers after texts that just fit', () => {
  const text = 'x'.repeat(8 * 1024 - 24 * 20 - 10);
  const numbers = Array.from({ length: 22 }, () => Number.MAX_SAFE_INTEGER);
  expect(written([text, ...numbers])).toBe(`${JSON.stringify([text, ...numbers])}\n`);
});

it.each([0n, 7n, 999_999_999n, 10n ** 9n, 123_000_000_007n, 2n ** 64n - 1n])(
  'writes a number of two parts with all its digits: %s',
  (value) => {
    const line = new PlainLine();
    line.begin();
    line.billions(Number(value / 10n ** 9n), Number(value % 10n ** 9n));
    line.whole(1);
    expect(line.end() && String(line)).toBe(`[${value},1]\n`);
  },
);
