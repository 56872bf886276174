import { expect, it } from 'vitest';
import { crashRun } from './testing/crash/crash-run.ts';

const TIMEOUT_MS = 60_000;
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
    expect(result.batches.acknowledged).toBeGreaterThan(kills * 1_000);
    expect(result.requests.acknowledged).toBeGreaterThan(kills * 100);
  },
  TIMEOUT_MS,
);
