import { METERS, type MeterKey } from '../meters/meter.ts';
import { type Decimal, decimal, largest, quotient, ZERO } from '../money/decimal.ts';

/** What a month is told to: a byte of a gigabyte. So a third of a day's calls, times the days, is the whole again. */
const MONTH_DECIMALS = 9;

/** The usual and the busiest day, both as if every day of the month were like it. */
export interface Burst {
  readonly usual: Decimal;
  readonly busiest: Decimal;
}

/**
 * How a meter bursts. Of a flow, a day stands for the month by the number of its days: the usual one is the median day,
 * so that a few busy days do not make themselves usual. Of a level, the days are compared as they are.
 *
 * @param values by day
 */
export function burstOf(meter: MeterKey, values: readonly Decimal[]): Burst {
  const times = METERS[meter].kind === 'flow' ? decimal(BigInt(values.length)) : decimal('1');
  const asMonth = (day: Decimal): Decimal => day.times(times).round(MONTH_DECIMALS, 1 /* roundHalfUp */);
  return { usual: asMonth(median(values)), busiest: asMonth(largest(ZERO, ...values)) };
}

function median(values: readonly Decimal[]): Decimal {
  const sorted = [...values].sort((a, b) => a.cmp(b));
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? ZERO;
  return sorted.length % 2 === 1 ? upper : quotient((sorted[middle - 1] ?? ZERO).plus(upper), decimal('2'));
}
