/*
 * The calendar day of an instant in a time zone, cheap enough for every request.
 *
 * What always holds: the answer equals what Intl says. A day found is kept with the span of instants that share
 * it; a span is a whole local day only when the zone's offset is the same at both of its ends, else the quarter of
 * an hour around the instant (zones change their offset on such a boundary).
 */
const MS_PER_MINUTE = 60_000;
const MS_PER_QUARTER_HOUR = 15 * MS_PER_MINUTE;
const MS_PER_DAY = 24 * 60 * MS_PER_MINUTE;
const DAY_LENGTH = 'YYYY-MM-DD'.length;

interface Span {
  readonly day: string;
  /** Epoch milliseconds, half open. */
  readonly from: number;
  readonly to: number;
}

/** Calendar days by time zone, with the last one of each zone kept. */
export class LocalDays {
  readonly #last = new Map<string, Span>();
  readonly #formats = new Map<string, Intl.DateTimeFormat>();

  /**
   * The local calendar day, `YYYY-MM-DD`.
   *
   * @param epochMs epoch milliseconds
   * @param timezone IANA name
   * @throws {RangeError} when there is no such zone
   */
  day(epochMs: number, timezone: string): string {
    const last = this.#last.get(timezone);
    if (last !== undefined && epochMs >= last.from && epochMs < last.to) {
      return last.day;
    }
    const span = this.#span(epochMs, timezone);
    this.#last.set(timezone, span);
    return span.day;
  }

  #span(epochMs: number, timezone: string): Span {
    const offset = this.#offset(epochMs, timezone);
    const local = epochMs + offset;
    const day = new Date(local).toISOString().slice(0, DAY_LENGTH);
    const from = Math.floor(local / MS_PER_DAY) * MS_PER_DAY - offset;
    const to = from + MS_PER_DAY;
    if (this.#offset(from, timezone) === offset && this.#offset(to - 1, timezone) === offset) {
      return { day, from, to };
    }
    const quarter = Math.floor(epochMs / MS_PER_QUARTER_HOUR) * MS_PER_QUARTER_HOUR;
    return { day, from: Math.max(quarter, from), to: Math.min(quarter + MS_PER_QUARTER_HOUR, to) };
  }

  /** What is added to UTC to get local time, in milliseconds. */
  #offset(epochMs: number, timezone: string): number {
    let format = this.#formats.get(timezone);
    if (format === undefined) {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: timezone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
      this.#formats.set(timezone, format);
    }
    const parts: Record<string, number> = {};
    for (const { type, value } of format.formatToParts(epochMs)) {
      parts[type] = Number(value);
    }
    const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = parts;
    const seconds = Math.floor(epochMs / 1000) * 1000;
    return Date.UTC(year, month - 1, day, hour, minute, second) - seconds;
  }
}
