import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';

const SHORTEST_SESSION_MINUTES = 15;
const LONGEST_SESSION_MINUTES = 8 * 60;
const DEFAULT_SESSION_MINUTES = 60;
const DEFAULT_WEEKS = 4;
const MOST_WEEKS = 12;
const DAYS_IN_WEEK = 7;
const MOST_HOURS_A_WEEK = 50;
const MOST_SINGLE_SLOTS = 200;
/** Enough for twelve weeks of full days; a mistake asks for more. */
const MOST_SESSIONS = 1_000;
const MINUTES_PER_HOUR = 60;

// A time that is none ends the check, for no hours can be cut by it.
const from = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, { error: 'must be a local time such as 19:00', abort: true })
  .describe('Local time in the zone of the tenant');
const until = z
  .string()
  .regex(/^(([01]\d|2[0-3]):[0-5]\d|24:00)$/, {
    error: 'must be a local time such as 21:00, at most 24:00',
    abort: true,
  })
  .describe('Local time in the zone of the tenant; 24:00 is the end of the day');

/** When somebody wants to teach, in local time. */
export const teachingHours = z
  .object({
    weekly: z
      .array(
        z
          .object({ day: z.int().min(1).max(DAYS_IN_WEEK).describe('1 is Monday, 7 Sunday'), from, until })
          .refine((hours) => hours.from < hours.until, { path: ['until'], error: 'must be after "from"' }),
      )
      .max(MOST_HOURS_A_WEEK)
      .default([])
      .describe('Hours of each week, cut into sessions'),
    slots: z
      .array(
        z
          .object({ date: z.iso.date(), from, until })
          .refine((slot) => slot.from < slot.until, { path: ['until'], error: 'must be after "from"' }),
      )
      .max(MOST_SINGLE_SLOTS)
      .default([])
      .describe('Single sessions besides'),
    session_minutes: z
      .int()
      // Ends the check: hours cannot be cut into sessions of no length.
      .min(SHORTEST_SESSION_MINUTES, { abort: true })
      .max(LONGEST_SESSION_MINUTES)
      .default(DEFAULT_SESSION_MINUTES)
      .describe('How long a session of the weekly hours is'),
    weeks: z.int().min(1).max(MOST_WEEKS).default(DEFAULT_WEEKS).describe('For how many weeks from today on'),
  })
  .refine((hours) => countSessions(hours) <= MOST_SESSIONS, {
    error: `must come to no more than ${MOST_SESSIONS} sessions`,
  })
  .meta({
    id: 'TeachingHours',
    examples: [
      {
        weekly: [{ day: 1, from: '19:00', until: '21:00' }],
        slots: [{ date: '2026-12-05', from: '09:00', until: '10:30' }],
        session_minutes: 60,
        weeks: 4,
      },
    ],
  });

export type TeachingHours = z.infer<typeof teachingHours>;

function countSessions({
  weekly,
  slots,
  session_minutes,
  weeks,
}: {
  weekly: readonly { from: string; until: string }[];
  slots: readonly unknown[];
  session_minutes: number;
  weeks: number;
}): number {
  const aWeek = weekly.reduce((sum, hours) => sum + cutHours(hours, session_minutes).length, 0);
  return aWeek * weeks + slots.length;
}

export interface Interval {
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/**
 * The sessions that fit into somebody's hours, in the order of their beginnings, none overlapping another.
 *
 * Left out is what has begun; what overlaps one before it; and what would begin at a local time that a clock change
 * skips. At a time that occurs twice, the first is meant. A session of the weekly hours lasts as long as asked for,
 * whatever the clocks do meanwhile.
 *
 * @param timezone of the tenant, IANA
 * @returns the sessions, and how many were left out
 */
export function sessionsOf(
  { weekly, slots, session_minutes, weeks }: TeachingHours,
  timezone: string,
  now: Date,
): { sessions: Interval[]; leftOut: number } {
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate();
  const days = Array.from({ length: weeks * DAYS_IN_WEEK }, (_, day) => today.add({ days: day }));
  const repeated = days.flatMap((date) =>
    weekly
      .filter(({ day }) => day === date.dayOfWeek)
      .flatMap((hours) => cutHours(hours, session_minutes))
      .map((minute) => {
        const startsAt = instantOf(date, minute, timezone);
        return startsAt && interval(startsAt, startsAt.add({ minutes: session_minutes }));
      }),
  );
  const single = slots.map((slot) => {
    const date = Temporal.PlainDate.from(slot.date);
    const startsAt = instantOf(date, minuteOf(slot.from), timezone);
    const endsAt = instantOf(date, minuteOf(slot.until), timezone);
    return startsAt && endsAt && interval(startsAt, endsAt);
  });

  const asked = [...repeated, ...single];
  const sessions: Interval[] = [];
  for (const session of asked
    .filter((one) => one !== undefined)
    .sort((one, other) => one.startsAt.getTime() - other.startsAt.getTime())) {
    const free = sessions.at(-1)?.endsAt ?? now;
    if (session.startsAt > now && session.startsAt >= free) {
      sessions.push(session);
    }
  }
  return { sessions, leftOut: asked.length - sessions.length };
}

/** Beginnings of the sessions that fit into hours, in minutes of the day. */
function cutHours(hours: { from: string; until: string }, sessionMinutes: number): number[] {
  const first = minuteOf(hours.from);
  const count = Math.floor((minuteOf(hours.until) - first) / sessionMinutes);
  return Array.from({ length: count }, (_, index) => first + index * sessionMinutes);
}

function minuteOf(time: string): number {
  const [hour = 0, minute = 0] = time.split(':').map(Number);
  return hour * MINUTES_PER_HOUR + minute;
}

/** Undefined for a local time that does not occur on that day. */
function instantOf(
  date: Temporal.PlainDate,
  minuteOfDay: number,
  timeZone: string,
): Temporal.Instant | undefined {
  const local = date.toPlainDateTime().add({ minutes: minuteOfDay });
  const zoned = local.toZonedDateTime(timeZone, { disambiguation: 'compatible' });
  return zoned.toPlainDateTime().equals(local) ? zoned.toInstant() : undefined;
}

function interval(startsAt: Temporal.Instant, endsAt: Temporal.Instant): Interval | undefined {
  return Temporal.Instant.compare(startsAt, endsAt) < 0
    ? { startsAt: new Date(startsAt.epochMilliseconds), endsAt: new Date(endsAt.epochMilliseconds) }
    : undefined;
}

/** An instant as the clocks of a zone show it. */
export function localTime(instant: Date, timezone: string): { date: string; time: string } {
  const zoned = Temporal.Instant.fromEpochMilliseconds(instant.getTime()).toZonedDateTimeISO(timezone);
  return {
    date: zoned.toPlainDate().toString(),
    time: zoned.toPlainTime().toString({ smallestUnit: 'minute' }),
  };
}
