/*
 * What each charge of a plan comes to, for the days of a month on which the plan was in effect.
 *
 * What always holds: a flow is charged for what happened on those days, and the quantities that the plan gives a month
 * (what is included, where tiers end) are the days' share of the month's; a level and a flat price are charged as for the
 * whole month, and the amount is the days' share of that. So a plan that follows itself costs what it costs unbroken.
 */
import { aggregated, METERS, type Usage } from '../meters/meter.ts';
import {
  type Decimal,
  decimal,
  kept,
  largest,
  ONE,
  portion,
  quotient,
  smallest,
  sum,
  ZERO,
} from '../money/decimal.ts';
import type { Charge, ChargeOf, MeteredCharge } from '../plans/plan.ts';
import { burstOf } from './burst.ts';
import type { Calculation, Measured } from './line.ts';

/** Days of a month on which a plan was in effect, and how many days the month has. */
export interface Share {
  readonly days: number;
  readonly of: number;
}

export interface Charged {
  readonly measured: Measured | null;
  readonly calculation: Calculation;
  readonly exact: Decimal;
}

/** @param usage of the days on which the plan was in effect */
export function charged(charge: Charge, usage: Usage, share: Share): Charged {
  const { exact, ...rest } = calculated(charge, usage, share);
  return { ...rest, exact: kept(exact) };
}

function calculated(charge: Charge, usage: Usage, share: Share): Charged {
  switch (charge.model) {
    case 'flat':
      return flat(charge, share);
    case 'per-unit':
      return perUnit(charge, measure(charge, usage, share));
    case 'tiered':
      return tiered(charge, measure(charge, usage, share));
    case 'package':
      return packaged(charge, measure(charge, usage, share));
    case 'per-day-peak':
      return perDayPeak(charge, measure(charge, usage, share));
    case 'burst':
      return burst(charge, measure(charge, usage, share));
  }
}

/** What was measured for a charge, in billed units. */
interface Measurement {
  readonly measured: Measured;
  readonly days: readonly { readonly day: string; readonly value: Decimal }[];
  /** A quantity that the plan gives a month, for the days that the plan was in effect. */
  readonly given: (quantity: string) => Decimal;
  /** An amount as for the whole month, for those days. */
  readonly shared: (amount: Decimal) => Decimal;
}

function measure(charge: MeteredCharge, usage: Usage, share: Share): Measurement {
  const meter = METERS[charge.meter];
  const size = charge.unit === undefined ? ONE : decimal(charge.unit.size);
  const inUnits = (quantity: Decimal): Decimal => (size.eq(ONE) ? quantity : quotient(quantity, size));
  const values = usage.perDay[charge.meter] ?? usage.days.map(() => ZERO);
  // What a day may have is the same on every day of a month.
  const byDay = charge.model === 'per-day-peak';
  const included = charge.model === 'burst' ? '0' : charge.included;
  const flow = meter.kind === 'flow';
  const given = (quantity: string): Decimal =>
    flow && !byDay ? portion(decimal(quantity), share.days, share.of) : decimal(quantity);
  return {
    measured: {
      meter: charge.meter,
      quantity: inUnits(aggregated(meter, values)),
      included: given(included),
      includedInMonth: decimal(included),
      unit: charge.unit?.name,
    },
    days: usage.days.map((day, index) => ({ day, value: inUnits(values[index] ?? ZERO) })),
    given,
    shared: (amount) => (flow || byDay ? amount : portion(amount, share.days, share.of)),
  };
}

function flat({ price: text }: ChargeOf<'flat'>, { days, of }: Share): Charged {
  const price = decimal(text);
  return { measured: null, calculation: { kind: 'flat', price }, exact: portion(price, days, of) };
}

function perUnit({ price: text }: ChargeOf<'per-unit'>, { measured, shared }: Measurement): Charged {
  const price = decimal(text);
  const billed = beyond(measured.quantity, measured.included);
  return { measured, calculation: { kind: 'units', billed, price }, exact: shared(billed.times(price)) };
}

function tiered(charge: ChargeOf<'tiered'>, { measured, given, shared }: Measurement): Charged {
  const { quantity, included } = measured;
  const tiers = charge.tiers.map(({ upTo, price }) => ({
    upTo: upTo === null ? null : given(upTo),
    price: decimal(price),
  }));
  const parts =
    charge.mode === 'volume'
      ? tiers
          .filter(({ upTo }) => upTo === null || quantity.lte(upTo))
          .slice(0, 1)
          .map((tier) => ({ ...tier, billed: beyond(quantity, included) }))
      : tiers.flatMap((tier, index) => {
          const from = largest(included, tiers[index - 1]?.upTo ?? ZERO);
          const to = tier.upTo === null ? quantity : smallest(quantity, tier.upTo);
          const billed = beyond(to, from);
          return billed.gt(ZERO) ? [{ ...tier, billed }] : [];
        });
  const amount = sum(parts.map(({ billed, price }) => billed.times(price)));
  return { measured, calculation: { kind: 'tiers', mode: charge.mode, parts }, exact: shared(amount) };
}

function packaged(charge: ChargeOf<'package'>, { measured, shared }: Measurement): Charged {
  const [price, size] = [decimal(charge.price), decimal(charge.packageSize)];
  const packages = wholePackages(beyond(measured.quantity, measured.included), size);
  return {
    measured,
    calculation: { kind: 'packages', packages, size, price },
    exact: shared(packages.times(price)),
  };
}

function perDayPeak(charge: ChargeOf<'per-day-peak'>, { measured, days, shared }: Measurement): Charged {
  const price = decimal(charge.price);
  const peaks = days.flatMap(({ day, value }) => {
    const billed = beyond(value, measured.included);
    return billed.gt(ZERO) ? [{ day, peak: value, billed }] : [];
  });
  const billed = sum(peaks.map((peak) => peak.billed));
  return {
    measured,
    calculation: { kind: 'day-peaks', peaks, billed, price },
    exact: shared(billed.times(price)),
  };
}

function burst(charge: ChargeOf<'burst'>, { measured, days, given, shared }: Measurement): Charged {
  const price = decimal(charge.price);
  const { usual: median, busiest } = burstOf(
    charge.meter,
    days.map(({ value }) => value),
  );
  const usual = charge.covered === undefined ? median : smallest(median, given(charge.covered));
  const billed = beyond(busiest, usual);
  return {
    measured: { ...measured, quantity: busiest },
    calculation: { kind: 'burst', usual, busiest, billed, price },
    exact: shared(billed.times(price)),
  };
}

function beyond(quantity: Decimal, free: Decimal): Decimal {
  return largest(ZERO, quantity.minus(free));
}

/** One that is begun counts. */
function wholePackages(quantity: Decimal, size: Decimal): Decimal {
  const down = quotient(quantity, size).round(0, 0);
  return down.times(size).lt(quantity) ? down.plus(ONE) : down;
}
