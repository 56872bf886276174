/** Hours of the ledger and of `usage_hour`: UTC, told by the epoch second of their beginning. */
export const SECONDS_PER_HOUR = 3_600;
/** SQL: a row's `hour` is in an {@link HourRange}, given as parameters. */
export const IN_HOURS = "hour >= toDateTime({from:UInt32}, 'UTC') AND hour < toDateTime({to:UInt32}, 'UTC')";
const MS_PER_SECOND = 1_000;

/** Whole hours, epoch seconds, half open. */
export interface HourRange {
  readonly from: number;
  readonly to: number;
}

/**
 * The hours that a span touches.
 *
 * @throws {RangeError} when an instant is not valid or the span ends before it begins
 */
export function hourRange({ from, to }: { readonly from: Date; readonly to: Date }): HourRange {
  const perHour = SECONDS_PER_HOUR * MS_PER_SECOND;
  const first = Math.floor(from.getTime() / perHour) * SECONDS_PER_HOUR;
  const last = Math.ceil(to.getTime() / perHour) * SECONDS_PER_HOUR;
  if (!(first >= 0 && first <= last)) {
    throw new RangeError(
      `A range must begin before it ends, at valid instants: ${String(from)} to ${String(to)}.`,
    );
  }
  return { from: first, to: last };
}

/** Hours put together to ranges, latest first; none longer than `longest` hours. */
export function rangesOf(hours: Iterable<number>, longest: number): HourRange[] {
  const ranges: HourRange[] = [];
  for (const hour of [...hours].sort((a, b) => b - a)) {
    const last = ranges.at(-1);
    if (
      last !== undefined &&
      last.from === hour + SECONDS_PER_HOUR &&
      last.to - hour <= longest * SECONDS_PER_HOUR
    ) {
      ranges[ranges.length - 1] = { from: hour, to: last.to };
    } else {
      ranges.push({ from: hour, to: hour + SECONDS_PER_HOUR });
    }
  }
  return ranges;
}
