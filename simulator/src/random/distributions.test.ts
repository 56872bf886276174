import { describe, expect, it } from 'vitest';
import { categorical, exponential, logNormal, multinomial, standardNormal } from './distributions.ts';
import { createStream } from './stream.ts';

const DRAWS = 100_000;

function moments(draw: () => number): { mean: number; deviation: number } {
  const values = Array.from({ length: DRAWS }, draw);
  const mean = values.reduce((sum, value) => sum + value, 0) / DRAWS;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / DRAWS;
  return { mean, deviation: Math.sqrt(variance) };
}

describe('distributions', () => {
  it('have the moments that they promise', () => {
    const stream = createStream(1, 'moments');
    const waits = moments(() => exponential(stream, 12));
    expect(waits.mean / 12).toBeCloseTo(1, 1);
    expect(waits.deviation / 12).toBeCloseTo(1, 1);
    const normal = moments(() => standardNormal(stream));
    expect(normal.mean).toBeCloseTo(0, 1);
    expect(normal.deviation).toBeCloseTo(1, 1);
    const latencies = moments(() => logNormal(stream, 89, 0.5));
    expect(latencies.mean / 89).toBeCloseTo(1, 1);
    expect(latencies.deviation / latencies.mean).toBeCloseTo(0.5, 1);
  });

  it('draw categories in proportion, never one without weight', () => {
    const stream = createStream(2, 'categories');
    const counts = [0, 0, 0];
    for (let draw = 0; draw < DRAWS; draw += 1) {
      const category = categorical(stream, [1, 0, 3]);
      counts[category] = (counts[category] ?? 0) + 1;
    }
    expect(counts[1]).toBe(0);
    expect((counts[2] ?? 0) / DRAWS).toBeCloseTo(0.75, 1);
    expect(() => categorical(stream, [0, 0])).toThrow(RangeError);
  });

  it('split a count without losing any of it', () => {
    const counts = multinomial(createStream(3, 'split'), 1925, [1, 1, 1, 1, 1]);
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(1925);
    expect(new Set(counts).size).toBeGreaterThan(1);
  });
});
