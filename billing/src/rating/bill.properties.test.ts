import fc from 'fast-check';
import { it } from 'vitest';
import type { Usage } from '../meters/meter.ts';
import { type Decimal, decimal, ONE, sum, ZERO } from '../money/decimal.ts';
import { roundToRupiah } from '../money/rupiah.ts';
import type { Contract } from '../plans/contract.ts';
import type { Plan } from '../plans/plan.ts';
import { PriceList } from '../plans/price-list.ts';
import {
  amountText,
  contractFor,
  DAYS,
  discounts,
  MONTH,
  PROPERTY,
  plans,
  risingPlans,
  usages,
} from '../testing/arbitraries.ts';
import { type Bill, bill } from './bill.ts';
import { negated } from './negated.ts';

const TIMEOUT = { timeout: 60_000 };

function billOf(usage: Usage, contract: Contract, ...prices: readonly Plan[]): Bill {
  return bill({ month: MONTH, usage, contract, prices: new PriceList(prices) });
}

/** Terms that begin on the n-th day; a day that there is not begins next month. */
function from(usage: Usage, day: number): string {
  return usage.days[day] ?? '2026-04-01';
}

/** A bill in plain text: what must be the same is the same to the last decimal. */
function text({ lines, exact, total }: Bill): string {
  return JSON.stringify([
    lines.map((line) => ({ ...line, amount: String(line.amount) })),
    exact,
    String(total),
  ]);
}

/** The usage with its days in another order, all meters alike. */
function reordered(usage: Usage, order: readonly number[]): Usage {
  const perDay = Object.fromEntries(
    Object.entries(usage.perDay).map(([meter, values]) => [
      meter,
      order.map((place) => values[place] ?? ZERO),
    ]),
  );
  return { days: usage.days, perDay };
}

it(
  'adds up: lines in whole rupiah to the total, which is the rounded exact sum and not below 0',
  TIMEOUT,
  () => {
    fc.assert(
      fc.property(plans, usages, discounts, (plan, usage, granted) => {
        const { lines, exact, total } = billOf(usage, contractFor(plan, granted), plan);
        return (
          lines.reduce((added, { amount }) => added + amount, 0n) === total &&
          sum(lines.map((line) => line.exact)).eq(exact) &&
          roundToRupiah(exact) === total &&
          total >= 0n &&
          lines.every((line) => line.exact.minus(decimal(line.amount)).abs().lt(ONE))
        );
      }),
      PROPERTY,
    );
  },
);

it('bills a plan that follows itself, in any version of saying so, as if it had never ended', TIMEOUT, () => {
  const cases = fc.record({
    plan: plans,
    usage: usages,
    granted: discounts,
    at: fc.nat(DAYS.length),
    again: fc.nat(DAYS.length),
  });
  fc.assert(
    fc.property(cases, ({ plan, usage, granted, at, again }) => {
      const whole = contractFor(plan, granted);
      const [first, second] = at <= again ? [at, again] : [again, at];
      const split = {
        ...whole,
        terms: [
          ...whole.terms,
          { from: from(usage, first), plan: plan.key, version: plan.version },
          { from: from(usage, second), plan: plan.key },
        ],
      };
      return text(billOf(usage, split, plan)) === text(billOf(usage, whole, plan));
    }),
    PROPERTY,
  );
});

it('rates the days of a plan together, whatever plan lies between them', TIMEOUT, () => {
  const cases = fc.record({
    plan: plans,
    between: plans,
    usage: usages,
    granted: discounts,
    at: fc.nat(DAYS.length),
    until: fc.nat(DAYS.length),
  });
  fc.assert(
    fc.property(cases, ({ plan, between, usage, granted, at, until }) => {
      const other = { ...between, key: 'between' };
      const [start, end] = at <= until ? [at, until] : [until, at];
      const apart = {
        ...contractFor(plan, granted),
        terms: [
          { from: '2025-01-01', plan: plan.key },
          { from: from(usage, start), plan: other.key },
          { from: from(usage, end), plan: plan.key },
        ],
      };
      const places = usage.days.map((_, place) => place);
      const isBetween = (place: number): boolean => place >= start && place < end;
      const order = [...places.filter((place) => !isBetween(place)), ...places.filter(isBetween)];
      const kept = places.length - places.filter(isBetween).length;
      const inTurn = {
        ...apart,
        terms: [
          { from: '2025-01-01', plan: kept === 0 ? other.key : plan.key },
          { from: from(usage, kept), plan: other.key },
        ],
      };
      const totalOf = (contract: Contract, of: Usage): string =>
        billOf(of, contract, plan, other).exact.toFixed();
      return totalOf(apart, usage) === totalOf(inTurn, reordered(usage, order));
    }),
    PROPERTY,
  );
});

it('never bills less for more usage, where no quantity is priced by volume', TIMEOUT, () => {
  const cases = fc.record({
    plan: risingPlans,
    next: risingPlans,
    change: fc.nat(DAYS.length),
    usage: usages,
    meter: fc.constantFrom('api_calls' as const, 'storage' as const, 'members' as const),
    day: fc.nat(DAYS.length - 1),
    more: amountText(2_000n),
  });
  fc.assert(
    fc.property(cases, ({ plan, next, change, usage, meter, day, more }) => {
      const other = { ...next, key: 'next' };
      const contract = {
        ...contractFor(plan),
        terms: [
          { from: '2025-01-01', plan: plan.key },
          { from: from(usage, change), plan: other.key },
        ],
      };
      const values = usage.perDay[meter] ?? [];
      const increased = values.map((value, index) =>
        index === day % values.length ? value.plus(decimal(more)) : value,
      );
      const usedMore = { ...usage, perDay: { ...usage.perDay, [meter]: increased } };
      const [less, most] = [usage, usedMore].map((of) => billOf(of, contract, plan, other).total);
      return less !== undefined && most !== undefined && most >= less;
    }),
    PROPERTY,
  );
});

it('does not care on which day of a plan something happened, or a level was highest', TIMEOUT, () => {
  const shuffled = usages.chain((usage) =>
    fc.tuple(
      fc.constant(usage),
      fc.shuffledSubarray([...usage.days.keys()], { minLength: usage.days.length }),
    ),
  );
  fc.assert(
    fc.property(plans, shuffled, discounts, (plan, [usage, order], granted) => {
      // Storage counts as it is at the end: its last day stays the last.
      const storage = usage.perDay.storage ?? [];
      const other = reordered(usage, order);
      const kept = { ...other, perDay: { ...other.perDay, storage } };
      const contract = contractFor(plan, granted);
      return billOf(kept, contract, plan).exact.eq(billOf(usage, contract, plan).exact);
    }),
    PROPERTY,
  );
});

it('discounts never below zero, whatever is granted, and alike in any order of granting', TIMEOUT, () => {
  const orders = discounts.chain((granted) =>
    fc.tuple(fc.constant(granted), fc.shuffledSubarray(granted, { minLength: granted.length })),
  );
  fc.assert(
    fc.property(plans, usages, orders, (plan, usage, [granted, otherwise]) => {
      const first = billOf(usage, contractFor(plan, granted), plan);
      let left: Decimal = ZERO;
      const areTaken = first.lines.every(({ kind, exact }) => {
        left = left.plus(exact);
        return kind !== 'discount' || (exact.lte(ZERO) && left.gte(ZERO));
      });
      return areTaken && text(billOf(usage, contractFor(plan, otherwise), plan)) === text(first);
    }),
    PROPERTY,
  );
});

it('is nothing together with what takes it back: each line, exactly and in rupiah', TIMEOUT, () => {
  fc.assert(
    fc.property(plans, usages, discounts, (plan, usage, granted) => {
      const { lines } = billOf(usage, contractFor(plan, granted), plan);
      return lines.every((line) => {
        const back = negated(line);
        const again = negated(back);
        return (
          back.exact.plus(line.exact).eq(ZERO) &&
          back.amount + line.amount === 0n &&
          again.exact.toFixed() === line.exact.toFixed() &&
          again.amount === line.amount
        );
      });
    }),
    PROPERTY,
  );
});
