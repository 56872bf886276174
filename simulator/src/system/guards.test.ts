import { describe, expect, it } from 'vitest';
import { LoginGuard } from './login-guard.ts';
import { Presence, Stays } from './stay.ts';
import { TokenBuckets } from './token-bucket.ts';
import { lognormalTable } from './variation.ts';

const HOUR = 3600;

describe('the login guard', () => {
  it('locks an account after five failures in a row and opens it after an hour', () => {
    const guard = new LoginGuard(2);
    for (let attempt = 0; attempt < 5; attempt += 1) {
      expect(guard.isLocked(attempt, 1)).toBe(false);
      guard.fail(attempt, 1);
    }
    expect(guard.lockouts).toBe(1);
    expect(guard.isLocked(4 + HOUR - 1, 1)).toBe(true);
    expect(guard.isLocked(4 + HOUR, 1)).toBe(false);
    expect(guard.isLocked(5, 0)).toBe(false);
  });

  it('forgets failures at a log-in, and those of long ago', () => {
    const guard = new LoginGuard(1);
    for (const at of [0, 1, 2, 3]) {
      guard.fail(at, 0);
    }
    guard.succeed(0);
    guard.fail(4, 0);
    for (const at of [2 * HOUR, 2 * HOUR + 1, 2 * HOUR + 2]) {
      guard.fail(at, 0);
    }
    expect(guard.lockouts).toBe(0);
    expect(guard.failures).toBe(8);
  });
});

describe('the rate limit', () => {
  it('lets a burst through, then no more than the rate, each client by itself', () => {
    const buckets = new TokenBuckets(2);
    const allowed = Array.from({ length: 100 }, () => buckets.allows(0, 0)).filter(Boolean).length;
    expect(allowed).toBe(30);
    expect(buckets.allows(0, 1)).toBe(true);
    expect(buckets.allows(1, 0)).toBe(true);
    expect(buckets.allows(1, 0)).toBe(false);
  });
});

describe('presence', () => {
  it('counts a person once, for five minutes after the last request', () => {
    const presence = new Presence(2, 20);
    presence.note(0, 10, 10);
    presence.note(1, 60, 60);
    presence.note(0, 200, 200);
    const users = presence.count();
    expect([...users]).toEqual([0, 2, 2, 2, 2, 2, 1, 1, 1, ...new Array<number>(11).fill(0)]);
  });

  it('counts those whose stay goes on beyond the last sample', () => {
    const stays = new Stays(3);
    stays.add(90, 1e9);
    expect([...stays.count()]).toEqual([0, 0, 1]);
  });
});

describe('the table of lognormal values', () => {
  it('has the mean and very nearly the variation that it is made for', () => {
    const table = lognormalTable(0.55);
    const mean = table.reduce((sum, value) => sum + value, 0) / table.length;
    const variance = table.reduce((sum, value) => sum + (value - mean) ** 2, 0) / table.length;
    expect(mean).toBeCloseTo(1, 10);
    expect(Math.sqrt(variance)).toBeGreaterThan(0.53);
    expect(Math.sqrt(variance)).toBeLessThan(0.56);
  });
});
