import { expect, it } from 'vitest';
import { isDue, reportPeriod, weekEarlier } from './report-period.ts';

const JAKARTA = 'Asia/Jakarta';
const daysOf = ({ start, end }: { start: string; end: string }) => [start, end];

it('is about the day before, as the tenant’s clocks have it', () => {
  const period = reportPeriod('daily', '2026-03-01', JAKARTA);
  expect(daysOf(period)).toEqual(['2026-02-28', '2026-02-28']);
  expect(period.from).toEqual(new Date('2026-02-27T17:00:00Z'));
  expect(period.to).toEqual(new Date('2026-02-28T17:00:00Z'));
  expect(daysOf(weekEarlier(period))).toEqual(['2026-02-21', '2026-02-21']);
});

it.each(['2026-11-16', '2026-11-17', '2026-11-22'])(
  'is about the last week from Monday to Sunday on %s',
  (day) => {
    const period = reportPeriod('weekly', day, JAKARTA);
    expect(daysOf(period)).toEqual(['2026-11-09', '2026-11-15']);
    expect(daysOf(weekEarlier(period))).toEqual(['2026-11-02', '2026-11-08']);
  },
);

it('has seven local days also in a week in which clocks change', () => {
  const { from, to } = reportPeriod('weekly', '2026-11-02', 'America/New_York');
  expect([from, to]).toEqual([new Date('2026-10-26T04:00:00Z'), new Date('2026-11-02T05:00:00Z')]);
});

it('is due each day, or on Monday and two days after when it was missed', () => {
  const week = ['2026-11-16', '2026-11-17', '2026-11-18', '2026-11-19', '2026-11-22'];
  expect(week.map((day) => isDue('weekly', day))).toEqual([true, true, true, false, false]);
  expect(week.every((day) => isDue('daily', day))).toBe(true);
});
