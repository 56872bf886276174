/*
 * What will be used by the end of a month that is running, or in months to come.
 *
 * What always holds: days that are over keep what was measured; a month's quantity is made of its days as a bill's is;
 * low, middle and high are days that can be billed: of all scenarios, those whose quantity of the month is at these places,
 * so that four of five months are expected to end between low and high. Forecasts are floats on the way, rounded to
 * what the meter counts in; money is not among them.
 */
import {
  aggregated,
  METER_KEYS,
  METERS,
  type Meter,
  type MeterKey,
  quantityOf,
  type Usage,
} from '../meters/meter.ts';
import { type Decimal, decimal, ZERO } from '../money/decimal.ts';
import type { BillingMonth } from '../period/month.ts';
import { DAYS_FOR_WEEKDAYS } from './daily-rate.ts';
import { type Scenarios, scenariosOfDays, scenariosOfState } from './scenarios.ts';

/** Which share of the scenarios has at most so much. */
const PLACES = { low: 0.1, middle: 0.5, high: 0.9 } as const;

export type Place = keyof typeof PLACES;

/** Complete days, since the first with any usage, without which nothing is forecast. */
export const DAYS_NEEDED = 7;
/** States that are measured anew each day, and so go up and down like what happens. */
const DAILY_PEAKS: readonly MeterKey[] = ['concurrent_users'];

/** Decimals that a day's value is rounded to; whole, unless here. */
const DECIMALS: Partial<Record<MeterKey, number>> = { storage: 9, data_transfer: 9, cpu: 6, memory: 6 };

export interface ForecastQuestion {
  /** Every day without a gap up to today, and today as far as it has gone. */
  readonly usage: Usage;
  /** The share of today that is over, 0 to 1. */
  readonly elapsed: number;
  /** The month that is running, which the usage has all days of so far, or later ones. */
  readonly months: readonly BillingMonth[];
}

/** What a month is expected to have used at its end. */
export interface MonthForecast {
  readonly month: string;
  /** Of every day of the month. */
  readonly usage: Readonly<Record<Place, Usage>>;
  /** The quantities of that usage, by meter that ever measured anything. */
  readonly quantities: readonly (Readonly<Record<Place, Decimal>> & { readonly meter: MeterKey })[];
}

/** A forecast, or why there is none. `daysKnown` are the complete days since the first with any usage. */
export type Forecast =
  | { readonly kind: 'too-little-known'; readonly daysKnown: number }
  | {
      readonly kind: 'forecast';
      /** `days`: too few to tell weekdays apart, so every day is taken as like any other. */
      readonly basis: 'days' | 'weeks';
      readonly daysKnown: number;
      readonly months: readonly MonthForecast[];
    };

/** How a month's quantity is made of its days, as `aggregated` does it exactly. */
const QUANTITY: Record<Meter['aggregate'], (days: readonly number[]) => number> = {
  sum: (days) => days.reduce((sum, value) => sum + value, 0),
  last: (days) => days.at(-1) ?? 0,
  maximum: (days) => Math.max(0, ...days),
};

/** A meter's days to come, from today on, in as many scenarios as there are. */
interface MeterScenarios {
  readonly meter: MeterKey;
  readonly days: Scenarios;
}

/**
 * Forecasts months from the days so far.
 *
 * @throws {RangeError} when the usage has no day, or a month has days before the usage begins
 */
export function forecast({ usage, elapsed, months }: ForecastQuestion): Forecast {
  const known = sinceFirstUse(usage);
  const [today, last] = [usage.days.at(-1), months.at(-1)?.days.at(-1)];
  if (today === undefined || months.some(({ days }) => (days[0] ?? '') < (usage.days[0] ?? ''))) {
    throw new RangeError('A forecast needs every day of its months up to today.');
  }
  const daysKnown = known.days.length - 1;
  if (daysKnown < DAYS_NEEDED) {
    return { kind: 'too-little-known', daysKnown: Math.max(0, daysKnown) };
  }
  const ahead = daysBetween(today, last ?? today) + 1;
  const scenarios = METER_KEYS.filter((meter) => meter !== 'cache_hits').flatMap((meter) =>
    scenariosOf(meter, known, elapsed, ahead),
  );
  return {
    kind: 'forecast',
    basis: daysKnown < DAYS_FOR_WEEKDAYS ? 'days' : 'weeks',
    daysKnown,
    months: months.map((month) => monthForecast(month, usage, scenarios)),
  };
}

/** The days from the first on which any meter was above 0. */
function sinceFirstUse({ days, perDay }: Usage): Usage {
  const first = days.findIndex((_, index) =>
    METER_KEYS.some((meter) => perDay[meter]?.[index]?.gt(ZERO) === true),
  );
  const from = first === -1 ? days.length : first;
  const kept: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const values = perDay[meter];
    if (values !== undefined) {
      kept[meter] = values.slice(from);
    }
  }
  return { days: days.slice(from), perDay: kept };
}

function scenariosOf(meter: MeterKey, known: Usage, elapsed: number, ahead: number): MeterScenarios[] {
  const values = (known.perDay[meter] ?? []).map(toNumber);
  const firstUse = values.findIndex((value) => value > 0);
  if (firstUse === -1) {
    return [];
  }
  const today = values.at(-1) ?? 0;
  if (METERS[meter].kind === 'level' && !DAILY_PEAKS.includes(meter)) {
    const later = scenariosOfState(values.slice(firstUse), ahead - 1);
    return [{ meter, days: later.map((days) => [today, ...days]) }];
  }
  const left = 1 - elapsed;
  const whole = scenariosOfDays(values.slice(0, -1), ahead);
  return [
    {
      meter,
      days: whole.map(([expected = 0, ...later]) => [
        METERS[meter].kind === 'flow' ? today + expected * left : Math.max(today, expected * left),
        ...later,
      ]),
    },
  ];
}

function monthForecast(
  month: BillingMonth,
  usage: Usage,
  scenarios: readonly MeterScenarios[],
): MonthForecast {
  const perMeter = scenarios.map((ofMeter) => ({
    meter: ofMeter.meter,
    days: placed(ofMeter, month.days, usage),
  }));
  const usageAt = (place: Place): Usage => {
    const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
    for (const { meter, days } of perMeter) {
      perDay[meter] = days[place];
    }
    return { days: month.days, perDay: { ...perDay, ...cacheHits(month.days, usage, perDay) } };
  };
  const at = { low: usageAt('low'), middle: usageAt('middle'), high: usageAt('high') };
  return {
    month: month.month,
    usage: at,
    quantities: METER_KEYS.filter((meter) => at.middle.perDay[meter] !== undefined).map((meter) => ({
      meter,
      low: quantityOf(at.low, meter),
      middle: quantityOf(at.middle, meter),
      high: quantityOf(at.high, meter),
    })),
  };
}

/** The days of the month in the scenarios whose quantity of the month is at each place. */
function placed(
  { meter, days: scenarios }: MeterScenarios,
  monthDays: readonly string[],
  usage: Usage,
): Record<Place, readonly Decimal[]> {
  const today = usage.days.length - 1;
  const indexes = monthDays.map((day) => daysBetween(usage.days[0] ?? day, day));
  const measured = usage.perDay[meter] ?? [];
  const known = indexes.map((index) => toNumber(measured[index] ?? ZERO));
  const byQuantity = scenarios
    .map((scenario) => {
      const days = indexes.map((index, day) =>
        index < today ? (known[day] ?? 0) : (scenario[index - today] ?? 0),
      );
      return { scenario, quantity: QUANTITY[METERS[meter].aggregate](days) };
    })
    .sort((a, b) => a.quantity - b.quantity);
  const at = (place: Place): readonly Decimal[] => {
    const scenario = byQuantity[Math.round(PLACES[place] * (byQuantity.length - 1))]?.scenario ?? [];
    return indexes.map((index) =>
      index < today ? (measured[index] ?? ZERO) : roundedTo(meter, scenario[index - today] ?? 0),
    );
  };
  return { low: at('low'), middle: at('middle'), high: at('high') };
}

/** Of lookups to come, the share that were hits so far; a forecast of its own could have more hits than lookups. */
function cacheHits(
  monthDays: readonly string[],
  usage: Usage,
  { cache_lookups: expected }: Usage['perDay'],
): Usage['perDay'] {
  const lookups = usage.perDay.cache_lookups ?? [];
  const hits = usage.perDay.cache_hits ?? [];
  const ratio =
    toNumber(aggregated(METERS.cache_hits, hits)) / toNumber(aggregated(METERS.cache_lookups, lookups));
  if (expected === undefined || !Number.isFinite(ratio)) {
    return {};
  }
  return {
    cache_hits: monthDays.map((day, index) => {
      const known = daysBetween(usage.days[0] ?? day, day);
      const more = toNumber((expected[index] ?? ZERO).minus(lookups[known] ?? ZERO));
      return (hits[known] ?? ZERO).plus(roundedTo('cache_hits', Math.max(0, more * ratio)));
    }),
  };
}

function toNumber(quantity: Decimal): number {
  return Number(quantity.toFixed());
}

function roundedTo(meter: MeterKey, value: number): Decimal {
  return decimal(value.toFixed(DECIMALS[meter] ?? 0));
}

const MS_PER_DAY = 86_400_000;

/** Days of a calendar, of which all have one length. */
function daysBetween(from: string, to: string): number {
  return (Date.parse(to) - Date.parse(from)) / MS_PER_DAY;
}
