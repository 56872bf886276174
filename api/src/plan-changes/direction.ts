/*
 * Whether another plan is more or less, which decides how long before it is asked for.
 *
 * The rule: a change is a downgrade when the tenant's own last whole month would have cost less on the new plan, or when
 * the tenant uses more of something than the new plan allows and the present one allows more of it. Anything else is an
 * upgrade. Both plans are priced without discounts, which go with the tenant and not with the plan.
 */
import {
  type BillingMonth,
  bill,
  decimal,
  METER_KEYS,
  type MeterKey,
  type Plan,
  PriceList,
  quantityOf,
  type Rupiah,
  type Usage,
} from '@riwayat/billing';

type Direction = 'upgrade' | 'downgrade';

/** A limit of a plan that is below what the tenant uses. */
interface ExceededLimit {
  readonly meter: MeterKey;
  /** Of the last whole month or of the running one, whichever is more: plain decimals in the meter's unit. */
  readonly used: string;
  readonly limit: string;
}

/** How two plans compare for one tenant. */
export interface Comparison {
  readonly direction: Direction;
  /** What the last whole month would have cost on each, in whole rupiah, without discounts. */
  readonly lastMonth: { readonly on: Rupiah; readonly instead: Rupiah };
  /** Limits of the new plan that are exceeded already, whatever the direction. */
  readonly exceeded: readonly ExceededLimit[];
}

/** What a tenant used of late. */
export interface OwnUsage {
  readonly lastMonth: { readonly month: BillingMonth; readonly usage: Usage };
  /** Of the running month, up to now. */
  readonly running: Usage;
}

export function comparePlans(present: Plan, wanted: Plan, own: OwnUsage): Comparison {
  const on = priceAlone(present, own);
  const instead = priceAlone(wanted, own);
  const exceeded = exceededLimits(wanted, own);
  const isLess = instead < on || exceeded.some(({ meter }) => allowsMore(present, wanted, meter));
  return { direction: isLess ? 'downgrade' : 'upgrade', lastMonth: { on, instead }, exceeded };
}

function priceAlone(plan: Plan, { lastMonth: { month, usage } }: OwnUsage): Rupiah {
  const [first = ''] = month.days;
  const terms = [{ from: first, plan: plan.key, version: plan.version }];
  const contract = { startedOn: first, terms, discounts: [] };
  return bill({ month: month.month, usage, contract, prices: new PriceList([plan]) }).total;
}

function exceededLimits({ limits }: Plan, { lastMonth, running }: OwnUsage): ExceededLimit[] {
  return METER_KEYS.flatMap((meter) => {
    const limit = limits[meter];
    const [last, now] = [quantityOf(lastMonth.usage, meter), quantityOf(running, meter)];
    const used = last.gt(now) ? last : now;
    return limit !== undefined && used.gt(decimal(limit)) ? [{ meter, used: used.toFixed(), limit }] : [];
  });
}

function allowsMore(one: Plan, other: Plan, meter: MeterKey): boolean {
  const [limit, below] = [one.limits[meter], other.limits[meter]];
  return below !== undefined && (limit === undefined || decimal(limit).gt(decimal(below)));
}
