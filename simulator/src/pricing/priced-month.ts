import { METER_KEYS, type MeterKey, quantityOf, type Usage } from '@riwayat/billing';
import type { MonthPrice } from './month-prices.ts';

/** What a simulated month would cost, as JSON. Amounts are whole rupiah. */
export interface PricedMonth {
  /** What is billed, by meter in its own unit: plain decimals. */
  readonly usage: Readonly<Partial<Record<MeterKey, string>>>;
  /** The cheapest first. */
  readonly plans: readonly {
    readonly key: string;
    readonly version: number;
    readonly name: Readonly<{ id: string; en: string }>;
    readonly total: number;
    readonly lines: readonly {
      readonly kind: string;
      readonly component: string | null;
      readonly name: Readonly<{ id: string; en: string }>;
      readonly amount: number;
    }[];
  }[];
}

/** @throws {RangeError} for an amount that a number of JSON cannot hold */
export function pricedMonth(usage: Usage, prices: readonly MonthPrice[]): PricedMonth {
  return {
    usage: Object.fromEntries(
      METER_KEYS.filter((meter) => usage.perDay[meter] !== undefined).map((meter) => [
        meter,
        quantityOf(usage, meter).toFixed(),
      ]),
    ),
    plans: prices.map(({ plan: { key, version, name }, bill: { total, lines } }) => ({
      key,
      version,
      name,
      total: wholeNumber(total),
      lines: lines.map(({ kind, component, name: line, amount }) => ({
        kind,
        component,
        name: line,
        amount: wholeNumber(amount),
      })),
    })),
  };
}

function wholeNumber(amount: bigint): number {
  const number = Number(amount);
  if (!Number.isSafeInteger(number)) {
    throw new RangeError(`${amount} rupiah cannot be written as a number.`);
  }
  return number;
}
