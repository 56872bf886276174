import { type Decimal, decimal, largest, METERS, type MeterKey, ZERO } from '@riwayat/billing';

/** What the events of one meter said in some days. */
export interface ToldOnDay {
  /** Among the days, from 0; undefined: before the first. */
  readonly index: number | undefined;
  /** Plain decimals; null: nothing was said. */
  readonly last: string | null;
  readonly largest: string | null;
  readonly sum: string | null;
}

/**
 * The value of a meter on each day, of what events said of it. What happens adds up. A state lasts until something else is
 * said of it, from before the first day and to the last, also when that is still to come: of a day it is the last, or the
 * largest, which may be the one that the day began with.
 *
 * @param days how many
 */
export function dailyValues(meter: MeterKey, told: readonly ToldOnDay[], days: number): Decimal[] {
  const byDay = new Map(told.map((day) => [day.index, day]));
  const { kind, aggregate } = METERS[meter];
  let state = decimalOf(byDay.get(undefined)?.last) ?? ZERO;
  return Array.from({ length: days }, (_, index) => {
    const day = byDay.get(index);
    if (kind === 'flow') {
      return decimalOf(day?.sum) ?? ZERO;
    }
    const began = state;
    state = decimalOf(day?.last) ?? began;
    return aggregate === 'maximum' ? largest(began, decimalOf(day?.largest) ?? ZERO) : state;
  });
}

function decimalOf(text: string | null | undefined): Decimal | undefined {
  return text === null || text === undefined ? undefined : decimal(text);
}
