import { type Decimal, spread, ZERO } from '../money/decimal.ts';
import { aggregated, METERS, type MeterKey, type Usage } from './meter.ts';

/**
 * The usage as it would be, had a meter come to a higher quantity on some of the days: what is more of a flow is spread
 * evenly over them, a level is reached on the last of them.
 *
 * @param quantity of the meter on these days, in its own units, not below what it is
 * @param days at least one, all of the usage
 */
export function raised(usage: Usage, meter: MeterKey, quantity: Decimal, days: ReadonlySet<string>): Usage {
  const values = usage.perDay[meter] ?? usage.days.map(() => ZERO);
  const places = usage.days.flatMap((day, index) => (days.has(day) ? [index] : []));
  const next = [...values];
  if (METERS[meter].kind === 'level') {
    const last = places.at(-1);
    if (last !== undefined) {
      next[last] = quantity;
    }
  } else {
    const now = places.map((place) => values[place] ?? ZERO);
    const more = spread(quantity.minus(aggregated(METERS[meter], now)), places.length);
    places.forEach((place, index) => {
      next[place] = (values[place] ?? ZERO).plus(more[index] ?? ZERO);
    });
  }
  return { ...usage, perDay: { ...usage.perDay, [meter]: next } };
}
