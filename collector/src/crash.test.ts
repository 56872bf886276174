import { expect, it } from 'vitest';
import { crashRun } from './testing/crash/crash-run.ts';

/** Ten kills take 20 seconds, and far longer while others use the machine. */
const TIMEOUT_MS = 180_000;
const seed = Date.now() % 1_000_000;
const load = { eventsPerSecond: 2_000, requestsPerSecond: 2_000, seed };
const EXACT = { lost: 0, twice: 0, strange: 0, rollupDifference: 0 };

it.each([
  { name: 'before a store that misbehaves', store: 'server', kills: 10 },
  { name: 'with the engine inside it', store: 'embedded', kills: 3 },
] as const)(
  'stores all that was acknowledged, once, when the collector is killed again and again, $name',
  async ({ store, kills }) => {
    const result = await crashRun({ ...load, store, kills });
    expect({ seed, ...result }).toMatchObject({ batches: EXACT, requests: EXACT, refused: 0, kills });
    expect(result.batches.stored).toBe(result.batches.acknowledged);
    expect(result.batches.acknowledged).toBeGreaterThan(kills * 100);
    expect(result.requests.acknowledged).toBeGreaterThan(0);
  },
  TIMEOUT_MS,
);
