import { expect, it } from 'vitest';
import { backoffDelay } from './backoff.ts';

it('doubles its ceiling from half a second to fifteen', () => {
  const ceilings = Array.from({ length: 8 }, (_, attempt) => backoffDelay(attempt, 1));
  expect(ceilings).toEqual([500, 1000, 2000, 4000, 8000, 15_000, 15_000, 15_000]);
  expect(backoffDelay(5000, 1)).toBe(15_000);
});

it('spreads attempts over the whole span below it', () => {
  expect(backoffDelay(3, 0)).toBe(0);
  expect(backoffDelay(3, 0.25)).toBe(1000);
});
