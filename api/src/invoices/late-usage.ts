/*
 * What a month that was billed already costs more, or less, by what became known since.
 *
 * What always holds: the lines add up to the difference of the two bills in whole rupiah; a line's exact amount and
 * quantity are the difference of the two lines'. So a month that is corrected again and again has been billed what its
 * last bill says.
 */
import { type Bill, type BillLine, type Measured, roundTogether, ZERO } from '@riwayat/billing';
import type { InvoiceLine } from './line.ts';

/**
 * The lines in which two bills of a month differ, for the invoice of a later month.
 *
 * @param before of what was billed, or let go
 * @param after of what is known now, under the same contract
 * @param treatment `waived`: told, and charged 0
 */
export function lateLines(before: Bill, after: Bill, treatment: 'adjusted' | 'waived'): InvoiceLine[] {
  const differing = differences(before.lines, after.lines, after.month).filter(
    ({ exact, measured }) => !exact.eq(ZERO) || measured?.quantity.eq(ZERO) === false,
  );
  if (treatment === 'waived') {
    return differing.map((line) => ({ ...line, kind: 'waived', exact: ZERO, amount: 0n }));
  }
  const { parts, total } = roundTogether(differing.map(({ exact }) => exact));
  // Each bill was rounded by itself, so their difference may be a rupiah off the rounded difference.
  const off = after.total - before.total - total;
  const largest = differing.reduce(
    (found, { exact }, index) => (exact.abs().gt(differing[found]?.exact.abs() ?? ZERO) ? index : found),
    0,
  );
  return differing.map((line, index) => ({
    ...line,
    amount: (parts[index] ?? 0n) + (index === largest ? off : 0n),
  }));
}

function differences(before: readonly BillLine[], after: readonly BillLine[], period: string): InvoiceLine[] {
  const billed = byIdentity(before);
  const known = byIdentity(after);
  return [...new Set([...billed.keys(), ...known.keys()])].flatMap((identity) => {
    const was = billed.get(identity);
    const is = known.get(identity);
    const line = is ?? was;
    return line === undefined ? [] : [difference(line, was, is, period)];
  });
}

function difference(
  line: BillLine,
  was: BillLine | undefined,
  is: BillLine | undefined,
  period: string,
): InvoiceLine {
  const { component, name, plan, discount, share } = line;
  const earlier = was?.exact ?? ZERO;
  const now = is?.exact ?? ZERO;
  return {
    kind: 'adjustment',
    period,
    component,
    name,
    plan,
    discount,
    share,
    measured: measuredMore(was?.measured ?? null, is?.measured ?? null),
    calculation: { kind: 'late', before: earlier, after: now },
    exact: now.minus(earlier),
    amount: 0n,
    credits: null,
  };
}

function measuredMore(was: Measured | null, is: Measured | null): Measured | null {
  const measured = is ?? was;
  return (
    measured && {
      ...measured,
      quantity: (is?.quantity ?? ZERO).minus(was?.quantity ?? ZERO),
      included: ZERO,
    }
  );
}

/** Lines by what they are of. Two bills under one contract have the same, but for those that their amounts bring. */
function byIdentity(lines: readonly BillLine[]): Map<string, BillLine> {
  const seen = new Map<string, number>();
  return new Map(
    lines.map((line) => {
      const { kind, component, name, plan, discount } = line;
      const identity = JSON.stringify([kind, component, name.en, plan?.key, plan?.version, discount]);
      const times = seen.get(identity) ?? 0;
      seen.set(identity, times + 1);
      return [`${identity} ${times}`, line];
    }),
  );
}
