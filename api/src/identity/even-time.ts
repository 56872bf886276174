import { setTimeout as pause } from 'node:timers/promises';

/** Longer than the work that is to be hidden takes on a machine that is not overloaded. */
const STEP_MS = 250;

/**
 * Does work and comes back only at the next full quarter of a second, so that the time taken does not tell what there
 * was to do: whether an e-mail address is known, for one.
 */
export async function atEvenTime<T>(work: () => Promise<T>): Promise<T> {
  const begun = performance.now();
  try {
    return await work();
  } finally {
    await pause(STEP_MS - ((performance.now() - begun) % STEP_MS));
  }
}
