import { describe, expect, it } from 'vitest';
import { AbortError } from '../replications/run-replications.ts';
import { calibrate } from './calibrate.ts';

/** More than anybody waits for: only the signal can end it in time. */
const MANY = 1_000_000;
/** How soon after the signal. A replication takes some 50 ms, and far more on a machine that is busy. */
const SOON_MS = 5000;

describe('calibrate', () => {
  it('ends between two replications when its signal fires', async () => {
    const interrupt = new AbortController();
    const running = calibrate({ replications: MANY, seed: 1, signal: interrupt.signal });
    setImmediate(() => interrupt.abort());
    const begin = performance.now();
    await expect(running).rejects.toThrow(AbortError);
    expect(performance.now() - begin).toBeLessThan(SOON_MS);
  });

  it('does not begin with a signal that has fired', async () => {
    const running = calibrate({ replications: MANY, seed: 1, signal: AbortSignal.abort() });
    await expect(running).rejects.toMatchObject({ name: 'AbortError', code: 'ABORT_ERR' });
  });
});
