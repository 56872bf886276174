import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { dealToMargins, largestRemainder, rake } from './apportionment.ts';
import { createStream } from './stream.ts';

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

describe('largestRemainder', () => {
  it('adds up exactly and stays within one of the exact share, for any weights', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100_000 }),
        fc
          .array(fc.integer({ min: 0, max: 1000 }), { minLength: 1, maxLength: 20 })
          .filter((w) => sum(w) > 0),
        (total, weights) => {
          const shares = largestRemainder(total, weights);
          expect(sum(shares)).toBe(total);
          for (const [index, share] of shares.entries()) {
            expect(Math.abs(share - (total * (weights[index] ?? 0)) / sum(weights))).toBeLessThan(1);
          }
        },
      ),
    );
  });

  it('refuses weights that say nothing', () => {
    expect(() => largestRemainder(10, [0, 0])).toThrow(RangeError);
  });
});

describe('rake', () => {
  it('meets both margins and keeps the association of the table', () => {
    const table = [
      [1, 2],
      [3, 4],
    ];
    const raked = rake(table, [30, 70], [60, 40]);
    expect(raked.map(sum)).toEqual([expect.closeTo(30, 6), expect.closeTo(70, 6)]);
    expect(sum(raked.map((row) => row[0] ?? 0))).toBeCloseTo(60, 6);
    const [[a = 0, b = 0] = [], [c = 0, d = 0] = []] = raked;
    expect((a * d) / (b * c)).toBeCloseTo((1 * 4) / (2 * 3), 6);
  });

  it('leaves a zero at zero', () => {
    expect(
      rake(
        [
          [0, 1],
          [1, 1],
        ],
        [5, 10],
        [4, 11],
      )[0]?.[0],
    ).toBe(0);
  });
});

describe('dealToMargins', () => {
  // A week of days by three classes, the last two days quieter, and most so for the first class.
  const rows = [50, 47, 45, 50, 52, 35, 32];
  const columns = [111, 150, 50];
  const expected = rake(
    rows.map((_, day) => (day < 5 ? [1, 1, 1] : [0.7, 1, 1])),
    rows,
    columns,
  );

  const meanSize = [6, 4, 2];
  /** Hands of one to twice the mean, as even as sessions are uneven. */
  function deal(seed: number): number[][] {
    const sizes = createStream(seed, 'sizes');
    return dealToMargins(createStream(seed, 'deal'), expected, rows, columns, {
      meanSize,
      take: (_row, column, most) =>
        Math.min(most, 1 + Math.floor(sizes.next() * (2 * (meanSize[column] ?? 1) - 1))),
    });
  }

  it('meets both margins exactly for every seed', () => {
    for (let seed = 0; seed < 100; seed += 1) {
      const dealt = deal(seed);
      expect(dealt.map(sum)).toEqual(rows);
      expect(columns.map((_, column) => sum(dealt.map((row) => row[column] ?? 0)))).toEqual(columns);
    }
  });

  it('scatters around the expected table', () => {
    const runs = 400;
    const means = expected.map((row) => row.map(() => 0));
    for (let seed = 0; seed < runs; seed += 1) {
      const dealt = deal(seed);
      for (const [index, row] of dealt.entries()) {
        for (const [column, count] of row.entries()) {
          const line = means[index] ?? [];
          line[column] = (line[column] ?? 0) + count / runs;
        }
      }
    }
    for (const [index, row] of expected.entries()) {
      for (const [column, cell] of row.entries()) {
        expect(Math.abs((means[index]?.[column] ?? 0) - cell)).toBeLessThan(1);
      }
    }
  });

  it('refuses margins that disagree', () => {
    expect(() =>
      dealToMargins(createStream(1, 'deal'), [[1]], [1], [2], { meanSize, take: () => 1 }),
    ).toThrow(/must agree/);
  });
});
