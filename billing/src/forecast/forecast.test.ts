import { expect, it } from 'vitest';
import { METERS, type MeterKey, quantityOf, type Usage, usageOfDays } from '../meters/meter.ts';
import { decimal, ZERO } from '../money/decimal.ts';
import { billingMonth, daysLater } from '../period/month.ts';
import { CATALOGUE } from '../plans/catalogue.ts';
import { PriceList } from '../plans/price-list.ts';
import { bill } from '../rating/bill.ts';
import { type Random, randomOf } from '../testing/random.ts';
import { costForecast } from './cost-forecast.ts';
import { type Forecast, forecast, type MonthForecast } from './forecast.ts';

const ZONE = 'Asia/Jakarta';
const MARCH = billingMonth('2026-03', ZONE);
const APRIL = billingMonth('2026-04', ZONE);
/** Mondays to Sundays of the thirteen weeks before the day that is taken as today, and the days after it. */
const FIRST_DAY = '2025-12-15';
const TODAY_INDEX = 91;
const LAST_INDEX = TODAY_INDEX + 45;

type DaysOf = (random: Random) => number[];

const WEEK = [1.2, 1.3, 1.2, 1.1, 1, 0.6, 0.3];
const OFFICE_WEEK = [1, 1, 1, 1, 1, 0, 0];

function days(value: (index: number, weekday: number) => number): number[] {
  return Array.from({ length: LAST_INDEX + 1 }, (_, index) => value(index, index % 7));
}

const SERIES: Record<string, { meter: MeterKey; of: DaysOf }> = {
  'counts by weekday': {
    meter: 'api_calls',
    of: (random) => days((_, weekday) => random.poisson(400 * (WEEK[weekday] ?? 0))),
  },
  'few counts, with days of none': {
    meter: 'transactions',
    of: (random) => days(() => random.poisson(0.4)),
  },
  'an office that is closed on weekends': {
    meter: 'transactions',
    of: (random) =>
      days((_, weekday) => Math.round(40 * (OFFICE_WEEK[weekday] ?? 0) * Math.exp(0.4 * random.normal()))),
  },
  'days that go like the day before': {
    meter: 'rendering_requests',
    of: (random) => {
      let deviation = 0;
      return days((_, weekday) => {
        deviation = 0.4 * deviation + 0.25 * random.normal();
        return Math.round(1000 * (WEEK[weekday] ?? 0) * Math.exp(deviation));
      });
    },
  },
  growth: {
    meter: 'api_calls',
    of: (random) => days((index, weekday) => random.poisson((100 + 4 * index) * (WEEK[weekday] ?? 0))),
  },
  'a state that grows by chance': {
    meter: 'members',
    of: (random) => {
      let members = 200;
      return days(() => {
        members += random.poisson(0.8) - random.poisson(0.3);
        return Math.max(0, members);
      });
    },
  },
  'peaks of days': {
    meter: 'concurrent_users',
    of: (random) => days((_, weekday) => random.poisson(30 * (WEEK[weekday] ?? 0))),
  },
};

function usageOf(meter: MeterKey, values: readonly number[]): Usage {
  return {
    days: values.map((_, index) => daysLater(FIRST_DAY, index)),
    perDay: { [meter]: values.map((value) => decimal(BigInt(value))) },
  };
}

function monthsOf(answer: Forecast): readonly MonthForecast[] {
  if (answer.kind !== 'forecast') {
    throw new Error('There is no forecast.');
  }
  return answer.months;
}

/** The last day is today, of which nothing is known yet. */
function usageUntilToday(meter: MeterKey, values: readonly number[]): Usage {
  const known = values.slice(0, TODAY_INDEX);
  return usageOf(meter, [...known, METERS[meter].kind === 'level' ? (known.at(-1) ?? 0) : 0]);
}

const ROUNDS = 120;

it.each(Object.keys(SERIES))('covers four months of five: %s', { timeout: 60_000 }, (name) => {
  const { meter, of } = SERIES[name] ?? { meter: 'api_calls', of: () => [] };
  const covered = Array.from({ length: ROUNDS }, (_, seed) => {
    const values = of(randomOf(seed + 1));
    const [april] = monthsOf(
      forecast({ usage: usageUntilToday(meter, values), elapsed: 0, months: [APRIL] }),
    );
    const [quantity] = april?.quantities ?? [];
    const truth = quantityOf(usageOfDays(usageOf(meter, values), new Set(APRIL.days)), meter);
    return quantity !== undefined && truth.gte(quantity.low) && truth.lte(quantity.high);
  }).filter((isCovered) => isCovered).length;
  expect(covered / ROUNDS).toBeGreaterThanOrEqual(0.7);
  expect(covered / ROUNDS).toBeLessThanOrEqual(0.9);
});

it('keeps the days that are over, and adds what is left of the month', () => {
  const usage = usageOf(
    'api_calls',
    days((index) => (index === TODAY_INDEX ? 40 : 100)).slice(0, TODAY_INDEX + 1),
  );
  const [march, april] = monthsOf(forecast({ usage, elapsed: 0.25, months: [MARCH, APRIL] }));
  // Fifteen days are over, of today three quarters are left, and fifteen days are to come.
  expect(march?.usage.middle.perDay.api_calls?.map(String)).toEqual([
    ...Array.from({ length: 15 }, () => '100'),
    '115',
    ...Array.from({ length: 15 }, () => '100'),
  ]);
  expect(april?.quantities.map(({ meter, low, high }) => [meter, String(low), String(high)])).toEqual([
    ['api_calls', '3000', '3000'],
  ]);
});

it('says when too little is known, and when weekdays cannot be told apart yet', () => {
  const busyFrom = (index: number): Usage =>
    usageOf('api_calls', days((day) => (day < index ? 0 : 10)).slice(0, TODAY_INDEX + 1));
  const asked = { elapsed: 0.5, months: [MARCH] };
  expect(forecast({ usage: busyFrom(TODAY_INDEX + 1), ...asked })).toEqual({
    kind: 'too-little-known',
    daysKnown: 0,
  });
  expect(forecast({ usage: busyFrom(TODAY_INDEX - 6), ...asked })).toEqual({
    kind: 'too-little-known',
    daysKnown: 6,
  });
  expect(forecast({ usage: busyFrom(TODAY_INDEX - 7), ...asked })).toMatchObject({ basis: 'days' });
  expect(forecast({ usage: busyFrom(TODAY_INDEX - 14), ...asked })).toMatchObject({ basis: 'weeks' });
});

it('goes on from the state that is, not from what it was in the mean', () => {
  const usage = usageOf('members', days((index) => 100 + index).slice(0, TODAY_INDEX + 1));
  const [march] = monthsOf(forecast({ usage, elapsed: 0.5, months: [MARCH] }));
  expect(march?.quantities.map(({ middle }) => String(middle))).toEqual([String(100 + TODAY_INDEX + 15)]);
});

it('expects no more hits than lookups', () => {
  const random = randomOf(7);
  const lookups = days(() => random.poisson(20)).slice(0, TODAY_INDEX + 1);
  const hits = lookups.map((count) => count - random.poisson(0.2)).map((count) => Math.max(0, count));
  const usage: Usage = {
    days: usageOf('cache_lookups', lookups).days,
    perDay: { ...usageOf('cache_lookups', lookups).perDay, ...usageOf('cache_hits', hits).perDay },
  };
  const [march, april] = monthsOf(forecast({ usage, elapsed: 0.5, months: [MARCH, APRIL] }));
  for (const month of [march, april]) {
    for (const place of ['low', 'middle', 'high'] as const) {
      const { cache_lookups: lookedUp, cache_hits: hit } = month?.usage[place].perDay ?? {};
      expect(hit).toHaveLength(month?.usage[place].days.length ?? 0);
      expect(hit?.every((count, day) => count.lte(lookedUp?.[day] ?? ZERO))).toBe(true);
    }
  }
});

it('forecasts a bill, from the cheapest to the dearest that is likely', () => {
  const random = randomOf(3);
  const members = days((index) => 400 + index + Math.round(5 * random.uniform()));
  const [, april] = monthsOf(
    forecast({ usage: usageUntilToday('members', members), elapsed: 0, months: [MARCH, APRIL] }),
  );
  if (april === undefined) {
    throw new Error('April was not forecast.');
  }
  const contract = { startedOn: '2026-01-01', terms: [{ from: '2026-01-01', plan: 'usage' }], discounts: [] };
  const prices = new PriceList(CATALOGUE);
  const cost = costForecast(april, (usage) => bill({ month: april.month, usage, contract, prices }));
  const perMember = (place: 'low' | 'middle' | 'high'): bigint =>
    300_000n + 2_000n * BigInt(april.quantities[0]?.[place].toFixed() ?? '0');
  expect([cost.low, cost.bill.total, cost.high]).toEqual([
    perMember('low'),
    perMember('middle'),
    perMember('high'),
  ]);
  expect(cost.low).toBeLessThan(cost.high);
});
