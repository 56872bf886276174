import { describe, expect, it } from 'vitest';
import { standardNormal } from '../random/distributions.ts';
import { createStream } from '../random/stream.ts';
import { batchMeans } from './batch-means.ts';
import { warmUp } from './warm-up.ts';

/** A correlated series around 100 that begins at 0 and gets there within some hundred observations. */
function heatingUp(length: number): Float64Array {
  const stream = createStream(5, 'heating');
  let state = -100;
  return Float64Array.from({ length }, () => {
    state = 0.98 * state + standardNormal(stream);
    return 100 + state;
  });
}

describe('warmUp', () => {
  it('cuts off the beginning, and little more', () => {
    const cut = warmUp(heatingUp(5000)) ?? 0;
    // 0.98^120 is 9 %: from there on the beginning disappears in the scatter.
    expect(cut).toBeGreaterThan(80);
    expect(cut).toBeLessThan(1000);
    expect(cut % 5).toBe(0);
  });

  it('finds none in a series that is steady from the first observation', () => {
    const stream = createStream(6, 'steady');
    expect(warmUp(Array.from({ length: 1000 }, () => standardNormal(stream)))).toBeLessThan(100);
    expect(warmUp(new Float64Array(50).fill(3))).toBe(0);
  });

  it('does not answer when the series never becomes steady', () => {
    expect(warmUp(Array.from({ length: 1000 }, (_, index) => index))).toBeUndefined();
  });

  it('refuses a series that is too short to tell', () => {
    expect(() => warmUp(new Float64Array(49))).toThrow(/these are 49/);
  });
});

describe('batchMeans', () => {
  it('leaves a rest off at the beginning', () => {
    const series = [1000, 1000, ...Array.from({ length: 20 }, (_, index) => index)];
    expect(batchMeans(series, 0.95, 5)).toMatchObject({ mean: 9.5, batchSize: 4, n: 5 });
  });

  it('says when the batches are too short to be independent', () => {
    const series = heatingUp(50_000).subarray(1000);
    expect(batchMeans(series, 0.95)).toMatchObject({ tooShort: false });
    const short = batchMeans(series.subarray(0, 1000), 0.95, 100);
    expect(short.tooShort).toBe(true);
    expect(short.correlation).toBeGreaterThan(0.5);
  });

  it('refuses batches that say nothing', () => {
    expect(() => batchMeans(new Float64Array(39), 0.95)).toThrow(RangeError);
    expect(() => batchMeans(new Float64Array(1000), 0.95, 4)).toThrow(RangeError);
  });
});
