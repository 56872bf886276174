import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { localTime, sessionsOf, teachingHours } from './schedule.ts';

const JAKARTA = 'Asia/Jakarta';
const BERLIN = 'Europe/Berlin';
const HOUR_MS = 3_600_000;

function planned(hours: object, timezone: string, now: string) {
  return sessionsOf(teachingHours.parse(hours), timezone, new Date(now));
}

function local(hours: object, timezone: string, now: string): string[] {
  return planned(hours, timezone, now).sessions.map(({ startsAt }) => {
    const { date, time } = localTime(startsAt, timezone);
    return `${date} ${time}`;
  });
}

describe('a schedule', () => {
  it('cuts the hours of each week into sessions, in the zone of the tenant', () => {
    const weekly = [{ day: 1, from: '19:00', until: '21:30' }];
    const { sessions, leftOut } = planned({ weekly, weeks: 2 }, JAKARTA, '2026-11-21T00:00:00Z');
    expect(sessions.map(({ startsAt, endsAt }) => [startsAt.toISOString(), endsAt.toISOString()])).toEqual([
      ['2026-11-23T12:00:00.000Z', '2026-11-23T13:00:00.000Z'],
      ['2026-11-23T13:00:00.000Z', '2026-11-23T14:00:00.000Z'],
      ['2026-11-30T12:00:00.000Z', '2026-11-30T13:00:00.000Z'],
      ['2026-11-30T13:00:00.000Z', '2026-11-30T14:00:00.000Z'],
    ]);
    expect(leftOut).toBe(0);
  });

  it('begins with the tenant’s today, which is not always that of UTC, and leaves out what has begun', () => {
    // Monday 01:00 in Jakarta, Sunday in UTC.
    const weekly = [{ day: 1, from: '00:00', until: '03:00' }];
    expect(local({ weekly, weeks: 1 }, JAKARTA, '2026-11-22T18:00:00Z')).toEqual(['2026-11-23 02:00']);
  });

  it('takes single sessions besides, in order, and leaves out what overlaps', () => {
    const hours = {
      weekly: [{ day: 6, from: '09:00', until: '11:00' }],
      slots: [
        { date: '2026-12-05', from: '10:30', until: '12:00' },
        { date: '2026-12-05', from: '23:00', until: '24:00' },
        { date: '2026-12-01', from: '08:00', until: '09:30' },
        { date: '2020-01-01', from: '08:00', until: '09:00' },
      ],
      weeks: 2,
    };
    const { sessions, leftOut } = planned(hours, JAKARTA, '2026-11-23T00:00:00Z');
    expect(sessions.map(({ startsAt }) => startsAt.toISOString())).toEqual([
      '2026-11-28T02:00:00.000Z',
      '2026-11-28T03:00:00.000Z',
      '2026-12-01T01:00:00.000Z',
      '2026-12-05T02:00:00.000Z',
      '2026-12-05T03:00:00.000Z',
      '2026-12-05T16:00:00.000Z',
    ]);
    expect(leftOut).toBe(2);
  });

  it('knows no hour that the clocks skip, and takes the first of one that they repeat', () => {
    const weekly = [{ day: 7, from: '01:00', until: '05:00' }];
    const spring = planned({ weekly, weeks: 1 }, BERLIN, '2026-03-28T00:00:00Z');
    expect(spring.sessions.map(({ startsAt }) => localTime(startsAt, BERLIN).time)).toEqual([
      '01:00',
      '03:00',
      '04:00',
    ]);
    expect(spring.leftOut).toBe(1);
    const autumn = planned({ weekly, weeks: 1 }, BERLIN, '2026-10-24T00:00:00Z').sessions;
    expect(autumn.map(({ startsAt }) => startsAt.toISOString())).toEqual([
      '2026-10-24T23:00:00.000Z',
      '2026-10-25T00:00:00.000Z',
      '2026-10-25T02:00:00.000Z',
      '2026-10-25T03:00:00.000Z',
    ]);
    for (const { startsAt, endsAt } of [...spring.sessions, ...autumn]) {
      expect(endsAt.getTime() - startsAt.getTime()).toBe(HOUR_MS);
    }
  });

  it('keeps a weekly hour at its local time over a clock change', () => {
    const weekly = [{ day: 1, from: '19:00', until: '20:00' }];
    const { sessions } = planned({ weekly, weeks: 2 }, BERLIN, '2026-10-18T00:00:00Z');
    expect(sessions.map(({ startsAt }) => startsAt.toISOString())).toEqual([
      '2026-10-19T17:00:00.000Z',
      '2026-10-26T18:00:00.000Z',
    ]);
  });

  it('never overlaps, never lies in the past and loses none silently, whatever the hours and the zone', () => {
    const time = fc
      .tuple(fc.integer({ min: 0, max: 23 }), fc.constantFrom('00', '15', '30', '45'))
      .map(([hour, minute]) => `${String(hour).padStart(2, '0')}:${minute}`);
    const hours = fc
      .tuple(fc.integer({ min: 1, max: 7 }), time, time)
      .filter(([, from, until]) => from < until)
      .map(([day, from, until]) => ({ day, from, until }));
    fc.assert(
      fc.property(
        fc.array(hours, { maxLength: 5 }),
        fc.integer({ min: 15, max: 180 }),
        fc.constantFrom(JAKARTA, BERLIN, 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu'),
        fc.date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true }),
        (weekly, session_minutes, timezone, now) => {
          const parsed = teachingHours.safeParse({ weekly, session_minutes, weeks: 2 });
          fc.pre(parsed.success);
          const { sessions, leftOut } = sessionsOf(parsed.data, timezone, now);
          let free = now.getTime();
          for (const { startsAt, endsAt } of sessions) {
            expect(startsAt.getTime()).toBeGreaterThanOrEqual(free);
            expect(endsAt.getTime() - startsAt.getTime()).toBe(session_minutes * 60_000);
            free = endsAt.getTime();
          }
          expect(leftOut).toBeGreaterThanOrEqual(0);
        },
      ),
      { numRuns: 300 },
    );
  });

  it.each([
    [{ weekly: [{ day: 0, from: '09:00', until: '10:00' }] }, 'weekly.0.day'],
    [{ weekly: [{ day: 1, from: '10:00', until: '09:00' }] }, 'weekly.0.until'],
    [{ weekly: [{ day: 1, from: '07:60', until: '08:00' }] }, 'weekly.0.from'],
    [{ weekly: [{ day: 1, from: '20:00', until: '1e999' }] }, 'weekly.0.until'],
    [{ slots: [{ date: '2026-02-30', from: '09:00', until: '10:00' }] }, 'slots.0.date'],
    [{ weeks: 13 }, 'weeks'],
    [{ session_minutes: 5 }, 'session_minutes'],
  ])('refuses %j', (hours, path) => {
    const { error } = teachingHours.safeParse(hours);
    expect(error?.issues.map((issue) => issue.path.join('.'))).toEqual([path]);
  });

  it('refuses hours that come to more sessions than anybody gives', () => {
    const weekly = Array.from({ length: 7 }, (_, index) => ({
      day: index + 1,
      from: '00:00',
      until: '24:00',
    }));
    const { error } = teachingHours.safeParse({ weekly, session_minutes: 15, weeks: 12 });
    expect(error?.issues[0]?.message).toBe('must come to no more than 1000 sessions');
  });

  it.each([0, -60, 14])('refuses sessions of %i minutes by that field alone', (session_minutes) => {
    const { error } = teachingHours.safeParse({
      weekly: [{ day: 1, from: '10:00', until: '20:00' }],
      session_minutes,
    });
    expect(error?.issues.map(({ path }) => path)).toEqual([['session_minutes']]);
  });
});
