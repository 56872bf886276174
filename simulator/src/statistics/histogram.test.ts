import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logNormal } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { LatencyHistogram } from './histogram.ts';

const RELATIVE_ERROR = 0.01;
/** From a microsecond to two hours. */
const latency = fc.double({ min: 0.001, max: 7_200_000, noNaN: true });
const latencies = fc.array(latency, { minLength: 1, maxLength: 200 });

function histogramOf(values: readonly number[]): LatencyHistogram {
  const histogram = new LatencyHistogram();
  for (const value of values) {
    histogram.record(value);
  }
  return histogram;
}

function merged(...histograms: readonly LatencyHistogram[]): LatencyHistogram {
  const sum = new LatencyHistogram();
  for (const histogram of histograms) {
    sum.merge(histogram);
  }
  return sum;
}

describe('LatencyHistogram', () => {
  it('gives every quantile within 1 % of the latency at that rank', () => {
    fc.assert(
      fc.property(latencies, fc.double({ min: 0, max: 1, noNaN: true }), (values, share) => {
        const exact =
          [...values].sort((one, other) => one - other)[Math.max(0, Math.ceil(share * values.length) - 1)] ??
          0;
        const told = histogramOf(values).quantile(share);
        expect(Math.abs(told - exact)).toBeLessThanOrEqual(RELATIVE_ERROR * exact);
      }),
    );
  });

  it('counts exactly and knows the mean, the smallest and the largest', () => {
    const stream = createStream(1, 'latencies');
    const values = Array.from({ length: 20_000 }, () => logNormal(stream, 247, 0.8));
    const histogram = histogramOf(values);
    expect(histogram.count).toBe(20_000);
    expect(histogram.mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 4);
    expect(histogram.quantile(0)).toBe(Math.min(...values));
    expect(histogram.quantile(1)).toBe(Math.max(...values));
  });

  it('merges to the histogram of the whole, in any order and grouping', () => {
    fc.assert(
      fc.property(latencies, latencies, latencies, (...parts) => {
        const whole = histogramOf(parts.flat()).pack();
        const [a, b, c] = parts.map(histogramOf);
        if (a === undefined || b === undefined || c === undefined) {
          throw new Error('three parts make three histograms');
        }
        expect(merged(merged(a, b), c).pack()).toEqual(whole);
        expect(merged(a, merged(b, c)).pack()).toEqual(whole);
        expect(merged(c, a, b).pack()).toEqual(whole);
      }),
    );
  });

  it('comes back from another thread as it went', () => {
    fc.assert(
      fc.property(latencies, (values) => {
        const histogram = histogramOf(values);
        const back = LatencyHistogram.unpack(structuredClone(histogram.pack()));
        expect(back.pack()).toEqual(histogram.pack());
        expect(back.count).toBe(values.length);
        expect(back.quantile(0.5)).toBe(histogram.quantile(0.5));
      }),
    );
  });

  it('keeps what lies outside its range in its outermost buckets', () => {
    const histogram = histogramOf([0, 1e-9, 5, 1e9, 1e12]);
    expect(histogram.count).toBe(5);
    expect(histogram.quantile(0)).toBe(0);
    expect(histogram.quantile(0.6)).toBeCloseTo(5, 1);
    expect(histogram.quantile(1)).toBe(1e12);
  });

  it('says that it knows nothing when nothing is recorded', () => {
    const empty = new LatencyHistogram();
    expect([empty.count, empty.mean, empty.quantile(0.5)]).toEqual([0, Number.NaN, Number.NaN]);
    expect(merged(empty, histogramOf([5])).pack()).toEqual(histogramOf([5]).pack());
  });

  it('refuses what is no latency, and what is no share', () => {
    for (const value of [-1, Number.NaN, Infinity]) {
      expect(() => new LatencyHistogram().record(value)).toThrow(RangeError);
    }
    expect(() => new LatencyHistogram().quantile(95)).toThrow(/0 to 1/);
  });
});
