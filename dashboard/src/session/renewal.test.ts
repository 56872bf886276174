import { expect, it } from 'vitest';
import { renewalDelay } from './renewal.ts';

it('renews a minute early, and a short-lived token at half its life', () => {
  expect(renewalDelay(900)).toBe(840_000);
  expect(renewalDelay(120)).toBe(60_000);
  expect(renewalDelay(10)).toBe(5_000);
});
