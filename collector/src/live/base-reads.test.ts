import { expect, it } from 'vitest';
import { BaseReads } from './base-reads.ts';

const WATCHED = { priced: true, watched: true };
const NOW = 1_000_000_000;
const MINUTE_MS = 60_000;

function readAt(now: number): BaseReads {
  const reads = new BaseReads();
  reads.begin(now);
  reads.succeeded();
  reads.end();
  return reads;
}

it('reads again within seconds of a told meter, not once for each, and else every five minutes', () => {
  const reads = readAt(NOW);
  expect(reads.isDue(NOW + 4 * MINUTE_MS, WATCHED)).toBe(false);
  expect(reads.isDue(NOW + 5 * MINUTE_MS, WATCHED)).toBe(true);
  reads.meterTold();
  expect(reads.isDue(NOW + 1_000, WATCHED)).toBe(false);
  expect(reads.isDue(NOW + 3_000, WATCHED)).toBe(true);
  expect(reads.isDue(NOW + 3_000, { priced: true, watched: false })).toBe(false);
  expect(reads.isDue(NOW + 3_000, { priced: false, watched: true })).toBe(false);
});

it('has what was told during a reading read after it', () => {
  const reads = new BaseReads();
  reads.begin(NOW);
  reads.meterTold();
  expect(reads.isDue(NOW + MINUTE_MS, WATCHED)).toBe(false);
  expect(reads.end()).toBe(false);
  expect(reads.isDue(NOW + MINUTE_MS, WATCHED)).toBe(true);
});

it('has one reading at a time, and another at once when it was asked for meanwhile', () => {
  const reads = new BaseReads();
  expect([reads.begin(NOW), reads.begin(NOW)]).toEqual([true, false]);
  expect(reads.end()).toBe(true);
  expect(reads.begin(NOW)).toBe(true);
  expect(reads.end()).toBe(false);
});

it('tries again after a failure, later each time', () => {
  const reads = new BaseReads();
  reads.begin(NOW);
  reads.failed(NOW);
  reads.end();
  reads.meterTold();
  expect(reads.isDue(NOW - 1, WATCHED)).toBe(false);
  expect(reads.isDue(NOW + 5 * MINUTE_MS, { priced: false, watched: false })).toBe(true);
});
