import { type Decimal, decimal, largest, spread, sum, ZERO } from '../money/decimal.ts';

/**
 * What is measured, by the local day.
 *
 * `flow`: something that happens, so that days add up to the period. `level`: a state, of which the period has either the
 * last or the largest; a day without news has the state of the day before.
 */
export interface Meter {
  readonly kind: 'flow' | 'level';
  /** How the days of a period become its quantity. */
  readonly aggregate: 'sum' | 'last' | 'maximum';
  /** What 1 is one of. */
  readonly unit:
    | 'member'
    | 'transaction'
    | 'gigabyte'
    | 'call'
    | 'request'
    | 'second'
    | 'megabyte-second'
    | 'user'
    | 'feature'
    | 'lookup';
}

/** Every meter there is. A gigabyte is 10^9 bytes. */
export const METERS = {
  /** The most active members on any day. */
  members: { kind: 'level', aggregate: 'maximum', unit: 'member' },
  transactions: { kind: 'flow', aggregate: 'sum', unit: 'transaction' },
  /** What is stored at the end of the period. */
  storage: { kind: 'level', aggregate: 'last', unit: 'gigabyte' },
  api_calls: { kind: 'flow', aggregate: 'sum', unit: 'call' },
  /** Bytes in and out. */
  data_transfer: { kind: 'flow', aggregate: 'sum', unit: 'gigabyte' },
  /** Requests of the kind `render`. */
  rendering_requests: { kind: 'flow', aggregate: 'sum', unit: 'request' },
  /** CPU time attributed to requests. */
  cpu: { kind: 'flow', aggregate: 'sum', unit: 'second' },
  /** Memory attributed to requests, times how long; a megabyte is 10^6 bytes. */
  memory: { kind: 'flow', aggregate: 'sum', unit: 'megabyte-second' },
  /** The most distinct people within one window of five minutes (:00, :05, …). */
  concurrent_users: { kind: 'level', aggregate: 'maximum', unit: 'user' },
  /** The most administrators on any day. */
  admin_users: { kind: 'level', aggregate: 'maximum', unit: 'user' },
  premium_features: { kind: 'level', aggregate: 'maximum', unit: 'feature' },
  /** Answers that a cache could have given, and those of them that it gave. */
  cache_lookups: { kind: 'flow', aggregate: 'sum', unit: 'lookup' },
  cache_hits: { kind: 'flow', aggregate: 'sum', unit: 'lookup' },
} as const satisfies Record<string, Meter>;

export type MeterKey = keyof typeof METERS;

export const METER_KEYS = Object.keys(METERS).filter(isMeterKey);

export function isMeterKey(key: string): key is MeterKey {
  return Object.hasOwn(METERS, key);
}

/** What was used, by local day (`YYYY-MM-DD`, in order). A meter that is absent measured nothing on any day. */
export interface Usage {
  readonly days: readonly string[];
  /** As many values as there are days, none below 0. */
  readonly perDay: Readonly<Partial<Record<MeterKey, readonly Decimal[]>>>;
}

/** The quantity of a meter over all days of the usage. */
export function quantityOf(usage: Usage, meter: MeterKey): Decimal {
  return aggregated(METERS[meter], usage.perDay[meter] ?? []);
}

/** The quantity that the values of some days, in order, make together. */
export function aggregated({ aggregate }: Meter, values: readonly Decimal[]): Decimal {
  switch (aggregate) {
    case 'sum':
      return sum(values);
    case 'last':
      return values.at(-1) ?? ZERO;
    case 'maximum':
      return largest(ZERO, ...values);
  }
}

/** The usage of some of its days. */
export function usageOfDays(usage: Usage, days: ReadonlySet<string>): Usage {
  const kept = usage.days.flatMap((day, index) => (days.has(day) ? [index] : []));
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const values = usage.perDay[meter];
    if (values !== undefined) {
      perDay[meter] = kept.map((index) => values[index] ?? ZERO);
    }
  }
  return { days: kept.map((index) => usage.days[index] ?? ''), perDay };
}

/**
 * Usage of which only the totals are known: what happens is taken as spread evenly over the days, so that no day is busier
 * than another and parts of a call can be on one; a state as the same on all of them.
 *
 * @param totals plain decimals, such as `{ members: '250', storage: '2' }`
 */
export function evenUsage(
  days: readonly string[],
  totals: Readonly<Partial<Record<MeterKey, string>>>,
): Usage {
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const total = totals[meter];
    if (total !== undefined) {
      perDay[meter] =
        METERS[meter].kind === 'level' ? days.map(() => decimal(total)) : spread(decimal(total), days.length);
    }
  }
  return { days, perDay };
}
