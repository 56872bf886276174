import { kept } from '../money/decimal.ts';
import type { BillLine } from './line.ts';

/**
 * The line that takes another one back: the same, with the other sign. The two are exactly 0 together, and taking back a
 * line that takes back gives the first one again.
 */
export function negated(line: BillLine): BillLine {
  return {
    ...line,
    exact: kept(line.exact.neg()),
    amount: -line.amount,
    negated: !line.negated,
  };
}
