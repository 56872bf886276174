import { describe, expect, it, vi } from 'vitest';
import { Breaker } from './breaker.ts';

const NO_SIGNAL = new AbortController().signal;

describe('the breaker', () => {
  it('lets one probe through at a time, and everybody once a probe succeeds', async () => {
    const breaker = new Breaker(() => 0.01);
    expect(await breaker.enter(NO_SIGNAL)).toBe(true);
    expect(await breaker.enter(NO_SIGNAL)).toBe(true);
    breaker.failed();
    breaker.failed();
    expect(breaker.state).toBe('open');

    let entered = 0;
    const all = Array.from({ length: 3 }, async () => {
      await breaker.enter(NO_SIGNAL);
      entered += 1;
    });
    await Promise.race(all);
    expect({ entered, state: breaker.state }).toEqual({ entered: 1, state: 'half-open' });
    breaker.failed();
    expect(breaker.state).toBe('open');
    await vi.waitUntil(() => entered > 1);
    expect({ entered, state: breaker.state }).toEqual({ entered: 2, state: 'half-open' });
    breaker.succeeded();
    await Promise.all(all);
    expect({ entered, state: breaker.state }).toEqual({ entered: 3, state: 'closed' });
  });

  it('lets go of those who wait when they are told to stop', async () => {
    const breaker = new Breaker(() => 1);
    breaker.failed();
    const stop = new AbortController();
    const entering = breaker.enter(stop.signal);
    stop.abort();
    expect(await entering).toBe(false);
  });
});
