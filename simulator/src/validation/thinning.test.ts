import { describe, expect, it } from 'vitest';
import { createStream } from '../random/stream.ts';
import { samplesToDraw } from './thinning.ts';

describe('samplesToDraw', () => {
  it('keeps the highest and the lowest of every bucket, and the ends', () => {
    const stream = createStream(1, 'samples');
    const values = Float32Array.from({ length: 10_000 }, () => stream.next());
    const kept = samplesToDraw([values], 100);
    expect(kept.length).toBeLessThanOrEqual(202);
    for (let from = 0; from < values.length; from += 100) {
      const bucket = values.subarray(from, from + 100);
      const drawn = kept.filter((index) => index >= from && index < from + 100).map((index) => values[index]);
      expect(Math.max(...drawn.map(Number))).toBe(Math.max(...bucket));
      expect(Math.min(...drawn.map(Number))).toBe(Math.min(...bucket));
    }
    expect([kept[0], kept.at(-1)]).toEqual([0, 9999]);
  });

  it('gives indices in order, each once, with those that are wanted', () => {
    const kept = samplesToDraw([new Float32Array(1000), new Float32Array(1000)], 10, [5, 777, 5000]);
    expect(kept).toEqual([...new Set(kept)].sort((one, other) => one - other));
    expect(kept).toContain(777);
    expect(kept.at(-1)).toBe(999);
  });

  it('keeps everything of a short series, and nothing of none', () => {
    expect(samplesToDraw([Float32Array.of(1, 2, 3)], 1440)).toEqual([0, 1, 2]);
    expect(samplesToDraw([new Float32Array(0)], 1440)).toEqual([]);
  });
});
