import { describe, expect, it } from 'vitest';
import { TokenBuckets } from './token-bucket.ts';

const RATE = { eventsPerSecond: 10, burst: 20 };

describe('the rate of a key', () => {
  it('lets a burst through, then as many events a second as it says', () => {
    let now = 0;
    const buckets = new TokenBuckets(() => now);
    expect(buckets.take('a', 20, RATE)).toBe(0);
    expect(buckets.take('a', 1, RATE)).toBe(1);
    expect(buckets.take('a', 15, RATE)).toBe(2);
    now = 1_500;
    expect(buckets.take('a', 15, RATE)).toBe(0);
    expect(buckets.take('a', 1, RATE)).toBe(1);
    expect(buckets.take('b', 20, RATE)).toBe(0);
  });

  it('takes a batch larger than the burst when the bucket is full, and has it paid off', () => {
    let now = 0;
    const buckets = new TokenBuckets(() => now);
    expect(buckets.take('a', 50, RATE)).toBe(0);
    expect(buckets.wait('a', RATE)).toBe(3);
    now = 3_000;
    expect(buckets.wait('a', RATE)).toBe(0);
    expect(buckets.take('a', 50, RATE)).toBe(2);
    now = 5_000;
    expect(buckets.take('a', 50, RATE)).toBe(0);
  });

  it('follows a rate that changes, and a clock that steps back', () => {
    let now = 10_000;
    const buckets = new TokenBuckets(() => now);
    buckets.take('a', 20, RATE);
    now = 9_000;
    expect(buckets.take('a', 1, RATE)).toBe(1);
    now = 10_000;
    expect(buckets.take('a', 5, { eventsPerSecond: 5, burst: 5 })).toBe(0);
  });
});
