import type { DiscountKind } from '../discounts/discounts.ts';
import type { MeterKey } from '../meters/meter.ts';
import type { Decimal } from '../money/decimal.ts';
import type { Rupiah } from '../money/rupiah.ts';
import type { Component, LocalText } from '../plans/plan.ts';

/** How an amount came about, with every number that it takes to check it. */
export type Calculation =
  | { readonly kind: 'flat'; readonly price: Decimal }
  | { readonly kind: 'units'; readonly billed: Decimal; readonly price: Decimal }
  | {
      readonly kind: 'tiers';
      readonly mode: 'volume' | 'graduated';
      readonly parts: readonly {
        readonly billed: Decimal;
        readonly price: Decimal;
        readonly upTo: Decimal | null;
      }[];
    }
  | { readonly kind: 'packages'; readonly packages: Decimal; readonly size: Decimal; readonly price: Decimal }
  | {
      readonly kind: 'day-peaks';
      readonly peaks: readonly { readonly day: string; readonly peak: Decimal; readonly billed: Decimal }[];
      readonly billed: Decimal;
      readonly price: Decimal;
    }
  | {
      readonly kind: 'burst';
      /** Of a month like the median day, but not more than what the plan covers. */
      readonly usual: Decimal;
      readonly busiest: Decimal;
      readonly billed: Decimal;
      readonly price: Decimal;
    }
  /** `percent` of what a component costs, by how many lookups the cache answered. */
  | {
      readonly kind: 'cache';
      readonly hits: Decimal;
      readonly lookups: Decimal;
      readonly of: Decimal;
      readonly percent: Decimal;
    }
  /** `percent` of an amount; a discount's is negative. */
  | { readonly kind: 'percent'; readonly of: Decimal; readonly percent: Decimal }
  /** What lacks to the minimum (above 0), or is above the cap (below 0); the limit is a whole month's. */
  | { readonly kind: 'limit'; readonly charged: Decimal; readonly limit: Decimal };

/** What was measured for a line, in billed units. */
export interface Measured {
  readonly meter: MeterKey;
  readonly quantity: Decimal;
  /** Free of it: of a flow, the share of the plan's days. */
  readonly included: Decimal;
  /** Free of it in a whole month. */
  readonly includedInMonth: Decimal;
  readonly unit: LocalText | undefined;
}

/** An amount of a bill, and everything it is made of. */
export interface BillLine {
  readonly kind: 'charge' | 'cache-modifier' | 'minimum' | 'cap' | 'discount';
  /** Of what it is; a discount and a limit are of no component. */
  readonly component: Component | null;
  readonly name: LocalText;
  readonly plan: { readonly key: string; readonly version: number } | null;
  readonly discount: DiscountKind | null;
  readonly measured: Measured | null;
  readonly calculation: Calculation;
  /** The share of the month that the line's plan was in effect: days, of days in the month. */
  readonly share: { readonly days: number; readonly of: number };
  /** What `calculation` comes to: exact, to 12 decimals. */
  readonly exact: Decimal;
  /** In whole rupiah; the lines of a bill add up to its total. */
  readonly amount: Rupiah;
  /** Whether it takes back what such a line charged: then its amounts are the calculation's with the other sign. */
  readonly negated: boolean;
}

/** A line before all lines are rounded together. */
export type ExactLine = Omit<BillLine, 'amount' | 'negated'>;
