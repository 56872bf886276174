const KILO = 1000;
/** Names of data sizes in powers of ten, which is how transfer is metered. */
const BYTE_UNITS = ['B', 'kB', 'MB', 'GB', 'TB', 'PB'] as const;
const MS_PER_SECOND = 1000;
const NO_BREAK_SPACE = '\u00a0';
/** Local days have no zone of their own: they are written as they are, by formatting their midnight in UTC. */
const PLAIN_DAY = { timeZone: 'UTC' } as const;

/** How numbers, sizes, durations, days and times are written in one language and one tenant's time zone. */
export class Formats {
  readonly #whole: Intl.NumberFormat;
  readonly #compact: Intl.NumberFormat;
  readonly #significant: Intl.NumberFormat;
  readonly #tenth: Intl.NumberFormat;
  readonly #percent: Intl.NumberFormat;
  readonly #change: Intl.NumberFormat;
  readonly #rupiah: Intl.NumberFormat;
  readonly #day: Intl.DateTimeFormat;
  readonly #month: Intl.DateTimeFormat;
  readonly #weekday: Intl.DateTimeFormat;
  readonly #longDay: Intl.DateTimeFormat;
  readonly #shortRange: Intl.DateTimeFormat;
  readonly #longRange: Intl.DateTimeFormat;
  readonly #clock: Intl.DateTimeFormat;

  /**
   * @param tag BCP 47 tag of the language
   * @param timezone IANA name of the zone that instants are shown in
   */
  constructor(tag: string, timezone: string) {
    this.#whole = new Intl.NumberFormat(tag, { maximumFractionDigits: 0 });
    this.#compact = new Intl.NumberFormat(tag, { notation: 'compact', maximumFractionDigits: 1 });
    this.#significant = new Intl.NumberFormat(tag, {
      minimumSignificantDigits: 3,
      maximumSignificantDigits: 3,
    });
    this.#tenth = new Intl.NumberFormat(tag, { maximumFractionDigits: 1 });
    this.#percent = new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 1 });
    this.#change = new Intl.NumberFormat(tag, {
      style: 'percent',
      maximumFractionDigits: 0,
      signDisplay: 'exceptZero',
    });
    this.#rupiah = new Intl.NumberFormat(tag, {
      style: 'currency',
      currency: 'IDR',
      currencyDisplay: 'narrowSymbol',
      maximumFractionDigits: 0,
    });
    const date = (options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat =>
      new Intl.DateTimeFormat(tag, { ...options, ...PLAIN_DAY });
    this.#day = date({ day: 'numeric' });
    this.#month = date({ month: 'short' });
    this.#weekday = date({ weekday: 'short' });
    this.#longDay = date({ weekday: 'long', day: 'numeric', month: 'long' });
    this.#shortRange = date({ day: 'numeric', month: 'short' });
    this.#longRange = date({ day: 'numeric', month: 'long', year: 'numeric' });
    this.#clock = new Intl.DateTimeFormat(tag, {
      timeZone: timezone,
      hour: '2-digit',
      minute: '2-digit',
      second: '2-digit',
      hourCycle: 'h23',
    });
  }

  /** 12345 → "12,345". */
  count(value: number): string {
    return this.#whole.format(value);
  }

  /** For axes, short: 12345 → "12.3K". */
  compact(value: number): string {
    return this.#compact.format(value);
  }

  /** One decimal where there is one: 3.25 → "3.3". */
  decimal(value: number): string {
    return this.#tenth.format(value);
  }

  /** From percent: 12.34 → "12.3%". */
  percent(value: number): string {
    return this.#percent.format(value / 100);
  }

  /** From a share: 0.123 → "+12%". */
  change(share: number): string {
    return this.#change.format(share);
  }

  /** Three digits and the unit that suits, in powers of ten: 1234567 → "1.23 MB". */
  bytes(value: number): string {
    const { text, unit } = this.bytesParts(value);
    return text + NO_BREAK_SPACE + unit;
  }

  /** {@link bytes} as number and unit, for where they are set apart. */
  bytesParts(value: number): { readonly text: string; readonly unit: string } {
    let scaled = value;
    let index = 0;
    // 999.5 would be written as 1000 in three digits: it belongs to the next unit already.
    while (Math.abs(scaled) >= KILO - 0.5 && index < BYTE_UNITS.length - 1) {
      scaled /= KILO;
      index += 1;
    }
    const format = index === 0 ? this.#whole : this.#significant;
    return { text: format.format(scaled), unit: BYTE_UNITS[index] ?? 'B' };
  }

  /** From milliseconds: 3.14 → "3.1 ms", 89.4 → "89 ms", 1234 → "1.23 s". */
  duration(milliseconds: number): string {
    if (milliseconds >= MS_PER_SECOND - 0.5) {
      return `${this.#significant.format(milliseconds / MS_PER_SECOND)}${NO_BREAK_SPACE}s`;
    }
    const format = milliseconds < 10 ? this.#tenth : this.#whole;
    return `${format.format(milliseconds)}${NO_BREAK_SPACE}ms`;
  }

  /** Whole rupiah: 1234 → "Rp 1.234". */
  rupiah(value: number): string {
    return this.#rupiah.format(value);
  }

  /** "21", of `2026-11-21`. */
  dayOfMonth(day: string): string {
    return this.#day.format(new Date(day));
  }

  /** "Nov", of `2026-11-21`. */
  month(day: string): string {
    return this.#month.format(new Date(day));
  }

  /** "Sat", of `2026-11-21`. */
  weekday(day: string): string {
    return this.#weekday.format(new Date(day));
  }

  /** "Saturday 21 November", of `2026-11-21`. */
  longDay(day: string): string {
    return this.#longDay.format(new Date(day));
  }

  /** "21 Nov", of `2026-11-21`. */
  shortDay(day: string): string {
    return this.#shortRange.format(new Date(day));
  }

  /** "1–21 Nov", of two days. */
  shortRange(start: string, end: string): string {
    return this.#shortRange.formatRange(new Date(start), new Date(end));
  }

  /** "1–21 November 2026", of two days. */
  longRange(start: string, end: string): string {
    return this.#longRange.formatRange(new Date(start), new Date(end));
  }

  /** "14:03:21", the tenant's wall clock. */
  clock(instant: Date): string {
    return this.#clock.format(instant);
  }
}
