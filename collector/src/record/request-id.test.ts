import { describe, expect, it } from 'vitest';
import { digitsOf, RequestIds, requestId } from './request-id.ts';

const START = Date.UTC(2026, 10, 21);

describe('request ids', () => {
  it('only grow, also when the clock steps back and within one millisecond', () => {
    let now = START;
    const ids = new RequestIds('a');
    let last = -1n;
    for (let i = 0; i < 20_000; i += 1) {
      if (i === 9_000) {
        now -= 60_000;
      } else if (i % 1_000 === 0) {
        now += 1;
      }
      const id = BigInt(digitsOf(ids.next(now)));
      expect(id).toBeGreaterThan(last);
      last = id;
    }
    expect(last).toBeLessThan(2n ** 64n);
  });

  it('differ between instances at the same instant', () => {
    expect(new RequestIds('a').next(START)).not.toEqual(new RequestIds('b').next(START));
  });

  it('sort by time across instances', () => {
    const earlier = digitsOf(new RequestIds('a').next(START));
    const later = digitsOf(new RequestIds('b').next(START + 1));
    expect(BigInt(later)).toBeGreaterThan(BigInt(earlier));
  });

  it.each([0n, 1n, 999_999_999n, 10n ** 9n, 2n ** 53n, 2n ** 64n - 1n])('keep every digit: %s', (value) => {
    expect(digitsOf(requestId(value))).toBe(String(value));
  });
});
