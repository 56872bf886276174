import { EventEmitter, once } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { Holds } from './hold.ts';

let now: number;
let holds: Holds;

beforeEach(() => {
  now = 0;
  holds = new Holds(1_000, () => now);
});

it('holds a job while it is done, and until its end must have been noted', async () => {
  const ends = new EventEmitter();
  const done = holds.during('7', async () => void (await once(ends, 'first')));
  now += 60_000;
  expect(holds.jobIds()).toEqual(['7']);
  ends.emit('first');
  await done;
  now += 1_000;
  expect(holds.jobIds()).toEqual(['7']);
  now += 1;
  expect(holds.jobIds()).toEqual([]);
});

it('holds a job that failed for as long', async () => {
  await expect(holds.during('7', () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  expect(holds.jobIds()).toEqual(['7']);
  now += 1_001;
  expect(holds.jobIds()).toEqual([]);
});

it('holds a job that came back while it was done before', async () => {
  const ends = new EventEmitter();
  const done = holds.during('7', async () => void (await once(ends, 'first')));
  void holds.during('7', async () => void (await once(ends, 'second')));
  ends.emit('first');
  await done;
  now += 1_001;
  expect(holds.jobIds()).toEqual(['7']);
});
