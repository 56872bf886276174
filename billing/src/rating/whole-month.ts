import { METER_KEYS, type Usage } from '../meters/meter.ts';
import { monthDays } from '../period/month.ts';

/**
 * Holds usage to be of a whole month: every day of it, in order, with a value of each meter that was measured. Fees are
 * those of the days that a bill sees, so a month that lacks some would be billed as if it had no more.
 *
 * @param month `YYYY-MM`
 * @throws {RangeError} when a day or a value is missing or too many, or the month is none
 */
export function requireWholeMonth(month: string, { days, perDay }: Usage): void {
  const wanted = monthDays(month);
  const wrong = wanted.findIndex((day, index) => days[index] !== day);
  if (wrong !== -1 || days.length !== wanted.length) {
    const found = days[wrong === -1 ? wanted.length : wrong] ?? 'nothing';
    const place = wanted[wrong] ?? 'the last day';
    throw new RangeError(
      `${month} is billed by the usage of each of its ${wanted.length} days, in order: there are ${days.length}, ` +
        `with ${found} in the place of ${place}.`,
    );
  }
  for (const meter of METER_KEYS) {
    const values = perDay[meter];
    if (values !== undefined && values.length !== days.length) {
      throw new RangeError(
        `${month} has ${days.length} days, and the usage ${values.length} values of ${meter}.`,
      );
    }
  }
}
