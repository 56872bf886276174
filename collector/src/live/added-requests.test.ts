import { expect, it } from 'vitest';
import { microseconds, record } from '../testing/records.ts';
import { AddedSince } from './added-requests.ts';

const DAY = '2026-10-05';
/** The beginning of a window. */
const WINDOW = 5_000_000 * 300 * 1_000_000;

function at(offsetSeconds: number, userId: string, changes: Parameters<typeof record>[0] = {}) {
  return record({ day: DAY, ts: microseconds(WINDOW + offsetSeconds * 1_000_000), userId, ...changes });
}

it('adds up by day what is billed of requests', () => {
  const added = new AddedSince();
  added.add(at(0, 'ana', { kind: 'render', cache: 'hit', bytesIn: 1, bytesOut: 9 }), 'ana');
  added.add(at(1, '', { cache: 'miss', bytesIn: 0, bytesOut: 5, cpu: microseconds(7), memory: 11 }), '');
  added.add(at(2, 'ana', { day: '2026-10-06' }), 'ana');
  added.add(at(3, 'ana', { day: '2026-11-01' }), 'ana');
  expect(added.daysOf('2026-10')).toEqual([
    {
      day: DAY,
      calls: 2,
      bytes: 15,
      renders: 1,
      cpu: 307,
      memory: 1_211,
      cacheLookups: 2,
      cacheHits: 1,
      concurrentUsers: 1,
    },
    expect.objectContaining({ day: '2026-10-06', calls: 1 }),
  ]);
});

it('counts people of a window with those who were there before the boundary, whenever that is known', () => {
  const added = new AddedSince();
  added.add(at(10, 'ana'), 'ana');
  added.add(at(20, 'ben'), 'ben');
  added.seen('cid', WINDOW);
  added.seen('ana', WINDOW + 5);
  added.seen('dan', WINDOW - 1);
  expect(added.daysOf('2026-10')[0]?.concurrentUsers).toBe(3);
  added.add(at(310, 'eve'), 'eve');
  expect(added.daysOf('2026-10')[0]?.concurrentUsers).toBe(3);
});
