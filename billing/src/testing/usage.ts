import { evenUsage, METER_KEYS, METERS, type MeterKey, type Usage } from '../meters/meter.ts';
import { decimal, portion } from '../money/decimal.ts';

export type Totals = Readonly<Partial<Record<MeterKey, string>>>;

/**
 * A month whose first days are busy and whose others are usual; each kind of day as a month would have it that were made
 * of such days.
 */
export function burstyUsage(
  days: readonly string[],
  usual: Totals,
  busiest: Totals,
  busyDays: number,
): Usage {
  const perDay = { ...evenUsage(days, usual).perDay };
  for (const meter of METER_KEYS) {
    const month = busiest[meter];
    if (month !== undefined) {
      const busy = METERS[meter].kind === 'flow' ? portion(decimal(month), 1, days.length) : decimal(month);
      perDay[meter] = perDay[meter]?.map((value, index) => (index < busyDays ? busy : value)) ?? [];
    }
  }
  return { days, perDay };
}
