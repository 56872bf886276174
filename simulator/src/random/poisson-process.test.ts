import { describe, expect, it } from 'vitest';
import { piecewiseRate, poissonTimes } from './poisson-process.ts';
import { createStream } from './stream.ts';

/** A day with a quiet night, two humps and an hour in which nobody comes; events per hour. */
const DAY = [1, 0.5, 0.5, 0.5, 0.5, 1, 3, 8, 9, 6, 5, 0, 9, 8, 5, 5, 6, 7, 10, 19, 20, 14, 6, 3];
const RATE = piecewiseRate(Float64Array.from(DAY), 1);
const MEAN = DAY.reduce((sum, rate) => sum + rate, 0);
const REPLICATIONS = 2000;
/** Two-sided 99 % quantile of the standard normal distribution. */
const NORMAL_99 = 2.576;

const replications = Array.from({ length: REPLICATIONS }, (_, replication) =>
  poissonTimes(createStream(1, 'poisson', replication), RATE),
);
const times = replications.flat().sort((one, other) => one - other);

describe('poissonTimes', () => {
  it('has Poisson counts: their mean and their dispersion are within the 99 % interval', () => {
    const counts = replications.map(({ length }) => length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / REPLICATIONS;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (REPLICATIONS - 1);
    expect(Math.abs(mean - MEAN)).toBeLessThan(NORMAL_99 * Math.sqrt(MEAN / REPLICATIONS));
    // The index of dispersion times the degrees of freedom is chi-squared, nearly normal for so many of them.
    expect(Math.abs(variance / mean - 1)).toBeLessThan(NORMAL_99 * Math.sqrt(2 / (REPLICATIONS - 1)));
  });

  it('has independent counts in hours that follow each other', () => {
    const evening = replications.map((times) => times.filter((at) => at >= 19 && at < 20).length - 19);
    const after = replications.map((times) => times.filter((at) => at >= 20 && at < 21).length - 20);
    const covariance =
      evening.reduce((sum, count, index) => sum + count * (after[index] ?? 0), 0) / REPLICATIONS;
    expect(Math.abs(covariance / Math.sqrt(19 * 20))).toBeLessThan(NORMAL_99 / Math.sqrt(REPLICATIONS));
  });

  it('has the rate of every hour within its 99.9 % interval, and none where it is zero', () => {
    for (const [hour, rate] of DAY.entries()) {
      const count = times.filter((at) => Math.floor(at) === hour).length;
      // 99.9 %, as there are 24 of them.
      expect(Math.abs(count / REPLICATIONS - rate), `hour ${hour}`).toBeLessThanOrEqual(
        3.3 * Math.sqrt(rate / REPLICATIONS),
      );
    }
  });

  it('has times that follow the integrated rate (Kolmogorov and Smirnov, 99 %)', () => {
    const before = DAY.map((_, hour) => DAY.slice(0, hour).reduce((sum, rate) => sum + rate, 0));
    let distance = 0;
    for (const [index, at] of times.entries()) {
      const hour = Math.floor(at);
      const expected = ((before[hour] ?? 0) + (at - hour) * (DAY[hour] ?? 0)) / MEAN;
      distance = Math.max(
        distance,
        Math.abs(expected - index / times.length),
        Math.abs(expected - (index + 1) / times.length),
      );
    }
    expect(Math.sqrt(times.length) * distance).toBeLessThan(1.628);
  });

  it('refuses a rate that is none', () => {
    for (const rate of [-1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => piecewiseRate(Float64Array.of(1, rate), 1)).toThrow(RangeError);
    }
    expect(poissonTimes(createStream(1, 'none'), piecewiseRate(new Float64Array(24), 1))).toEqual([]);
  });
});
