import { Temporal } from 'temporal-polyfill';

/** Hours of each day in which people are told of nothing that can wait. In the tenant's zone. */
export interface QuietHours {
  /** `22:00:00`. */
  readonly from: string;
  /** Before `from`: of the next day. The same: there are none. */
  readonly until: string;
  /** IANA name. */
  readonly timezone: string;
}

/**
 * When the quiet hours end that an instant is in; undefined when it is in none.
 *
 * They are a span between two instants, so clocks that are put forward or back in it make it shorter or longer, and
 * neither end it twice nor begin it again. A time that a day does not have is taken as much later as clocks are put.
 */
export function quietUntil({ from, until, timezone }: QuietHours, now: Date): Date | undefined {
  const begins = Temporal.PlainTime.from(from);
  const ends = Temporal.PlainTime.from(until);
  const order = Temporal.PlainTime.compare(begins, ends);
  if (order === 0) {
    return undefined;
  }
  const today = Temporal.Instant.fromEpochMilliseconds(now.getTime())
    .toZonedDateTimeISO(timezone)
    .toPlainDate();
  const at = (date: Temporal.PlainDate, plainTime: Temporal.PlainTime): number =>
    date.toZonedDateTime({ timeZone: timezone, plainTime }).epochMilliseconds;
  for (const day of [today.subtract({ days: 1 }), today]) {
    const end = at(order > 0 ? day.add({ days: 1 }) : day, ends);
    if (at(day, begins) <= now.getTime() && now.getTime() < end) {
      return new Date(end);
    }
  }
  return undefined;
}
