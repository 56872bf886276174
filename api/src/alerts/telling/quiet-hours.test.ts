import { expect, it } from 'vitest';
import { quietUntil } from './quiet-hours.ts';

const jakarta = { from: '22:00:00', until: '06:00:00', timezone: 'Asia/Jakarta' };
const berlin = { from: '01:00:00', until: '02:30:00', timezone: 'Europe/Berlin' };

const endOf = (hours: typeof jakarta, now: string) => quietUntil(hours, new Date(now))?.toISOString();

it('goes over midnight, in the zone of the tenant', () => {
  expect(endOf(jakarta, '2026-11-22T14:59:59.999Z')).toBeUndefined();
  expect(endOf(jakarta, '2026-11-22T15:00:00Z')).toBe('2026-11-22T23:00:00.000Z');
  expect(endOf(jakarta, '2026-11-22T22:59:59.999Z')).toBe('2026-11-22T23:00:00.000Z');
  expect(endOf(jakarta, '2026-11-22T23:00:00Z')).toBeUndefined();
});

it('is within a day when it ends later than it begins', () => {
  const noon = { from: '12:00:00', until: '13:00:00', timezone: 'Asia/Makassar' };
  expect(endOf(noon, '2026-11-22T04:30:00Z')).toBe('2026-11-22T05:00:00.000Z');
  expect(endOf(noon, '2026-11-22T05:00:00Z')).toBeUndefined();
});

it('ends at the same clock time when clocks are put forward in it, which is sooner', () => {
  // 2026-03-29: 02:00 becomes 03:00, so there is no 02:30.
  expect(endOf(berlin, '2026-03-29T00:10:00Z')).toBe('2026-03-29T01:30:00.000Z');
  const night = { ...berlin, from: '22:00:00', until: '06:00:00' };
  expect(endOf(night, '2026-03-28T21:00:00Z')).toBe('2026-03-29T04:00:00.000Z');
});

it('ends once when clocks are put back in it', () => {
  // 2026-10-25: 03:00 becomes 02:00, so there are two times 02:30; the first ends it.
  expect(endOf(berlin, '2026-10-25T00:10:00Z')).toBe('2026-10-25T00:30:00.000Z');
  expect(endOf(berlin, '2026-10-25T01:10:00Z')).toBeUndefined();
});

it('is never when it begins and ends at the same time', () => {
  expect(endOf({ ...jakarta, until: '22:00:00' }, '2026-11-22T15:00:00Z')).toBeUndefined();
});
