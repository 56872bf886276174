/** Whole local days, one after another, and the instants at which they begin: a month, as a tenant's calendar has it. */
export interface MeteredDays {
  /** In order, at least one. */
  readonly days: readonly LocalDay[];
  /** The instant at which the last one ends. */
  readonly to: Date;
}

export interface LocalDay {
  /** `YYYY-MM-DD`. */
  readonly day: string;
  readonly from: Date;
}

/** The bounds of some days as parameters: epoch seconds, half open, and the names of the first and the last day. */
export interface DayBounds extends Readonly<Record<string, string | number>> {
  readonly from: number;
  readonly to: number;
  readonly start: string;
  readonly end: string;
}

const MS_PER_SECOND = 1_000;

/** @throws {RangeError} when there is no day, or a day does not begin before the one after it */
export function dayBounds({ days, to }: MeteredDays): DayBounds {
  const [first, last] = [days.at(0), days.at(-1)];
  const begins = [...days.map(({ from }) => from.getTime()), to.getTime()];
  if (
    first === undefined ||
    last === undefined ||
    !begins.every((at, i) => i === 0 || at > (begins[i - 1] ?? at))
  ) {
    throw new RangeError('Days to meter come one after another, and there is at least one.');
  }
  return { from: epochSeconds(first.from), to: epochSeconds(to), start: first.day, end: last.day };
}

export function epochSeconds(instant: Date): number {
  return Math.floor(instant.getTime() / MS_PER_SECOND);
}
