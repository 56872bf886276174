import { evenUsage, METERS, type MeterKey, quantityOf, type Usage } from '../meters/meter.ts';
import { type Decimal, quotient, ZERO } from '../money/decimal.ts';

/**
 * The usage with another quantity of one meter, spread over the days as it was; evenly, if there was none.
 *
 * @param quantity not below 0; the usage has it exactly
 */
export function withQuantity(usage: Usage, meter: MeterKey, quantity: Decimal): Usage {
  const own = quantityOf(usage, meter);
  const values = usage.perDay[meter];
  const scaled =
    values === undefined || own.eq(ZERO)
      ? evenUsage(usage.days, { [meter]: quantity.toFixed() }).perDay[meter]
      : METERS[meter].aggregate === 'sum'
        ? scaledSum(values, own, quantity)
        : values.map((value) => quotient(value.times(quantity), own));
  return { days: usage.days, perDay: { ...usage.perDay, [meter]: scaled } };
}

/** Each day takes what is due up to its end less what is due up to its beginning: so they add up, whatever is rounded. */
function scaledSum(values: readonly Decimal[], own: Decimal, quantity: Decimal): Decimal[] {
  let before = ZERO;
  let dueBefore = ZERO;
  return values.map((value) => {
    before = before.plus(value);
    const due = quotient(before.times(quantity), own);
    const share = due.minus(dueBefore);
    dueBefore = due;
    return share;
  });
}
