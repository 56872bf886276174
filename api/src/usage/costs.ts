/*
 * What tenants used and what it costs, for screens.
 *
 * What always holds: the cost of a month is the bill that it would be now, by the one function that bills; the cost of
 * another span is the sum of its days, and a day's is its share of its month's bill by the weight of its requests; each
 * breakdown of a span adds up to the span's cost. What runs is read again after half a second, what is over after five
 * minutes (late events); contract and prices are as they are now.
 */
import {
  attribute,
  type Bill,
  type BillingMonth,
  billingMonth,
  costByComponent,
  dayAt,
  monthsLater,
  type Rupiah,
  type Usage,
  type Weighted,
} from '@riwayat/billing';
import {
  type MeteringQueries,
  type TenantId,
  tenantScope,
  type UsageQueries,
  type UsageSummary,
  type WeightQuestion,
} from '@riwayat/collector';
import { LRUCache } from 'lru-cache';
import type { ScreenMetering, ScreenMonth } from '../billing/metering.ts';
import type { Agreement, Pricing } from '../billing/pricing.ts';
import { addedUp, type GroupCost, groupsOfPart, type Part } from './part-of-bill.ts';
import type { UsagePeriod } from './period.ts';

export interface UsageCostsOptions {
  readonly metering: Pick<ScreenMetering, 'screenMonth'>;
  readonly totals: Pick<UsageQueries, 'summary' | 'recordedBy'>;
  readonly pricing: Pricing;
  readonly weights: Pick<MeteringQueries, 'weights'>;
  readonly now: () => Date;
}

/** What a month comes to, as far as it is known. */
export interface MonthCost {
  readonly month: BillingMonth;
  readonly usage: Usage;
  readonly bill: Bill;
}

/** What a span of days costs. */
export interface PeriodCost {
  readonly total: Rupiah;
  /** What it is for; adds up to the total. */
  readonly groups: readonly GroupCost[];
}

interface DayCost extends Weighted {
  readonly amount: Rupiah;
}

type Days = Pick<UsagePeriod, 'start' | 'end' | 'from' | 'to'>;

/** A request is to show within two seconds, and a good one of these go by until it is stored. */
const RUNNING_FRESH_MS = 500;
const OVER_FRESH_MS = 5 * 60_000;
const MOST_KEPT = 1_000;

/** Adds up and prices what tenants use. */
export class UsageCosts {
  readonly #options: UsageCostsOptions;
  readonly #months = new LRUCache<string, Promise<ScreenMonth>>({ max: MOST_KEPT });
  readonly #totals = new LRUCache<string, Promise<UsageSummary>>({ max: MOST_KEPT });
  readonly #recorded = new LRUCache<string, Promise<boolean>>({ max: MOST_KEPT });
  readonly #weights = new LRUCache<string, Promise<readonly Weighted[]>>({ max: MOST_KEPT });

  constructor(options: UsageCostsOptions) {
    this.#options = options;
  }

  /** The tenant's contract with its prices; undefined when it has none, and nothing costs anything. */
  agreementOf(tenantId: TenantId): Promise<Agreement | undefined> {
    return this.#options.pricing.agreementOf(tenantId);
  }

  /** What a tenant used in a month. */
  async usageOf(tenantId: TenantId, month: BillingMonth): Promise<Usage> {
    return (await this.#screenMonth(tenantId, month)).usage;
  }

  /** What the requests of a span add up to. */
  async totalsOf(tenantId: TenantId, period: UsagePeriod): Promise<UsageSummary> {
    const [month, ...others] = monthsOf(period);
    if (month !== undefined && others.length === 0 && this.#isWhole(month, period)) {
      return (await this.#screenMonth(tenantId, month)).totals;
    }
    const key = JSON.stringify([tenantId, period.from.getTime(), period.to.getTime()]);
    return kept(this.#totals, key, this.#freshMs(period.to), () =>
      this.#options.totals.summary(tenantScope(tenantId), period),
    );
  }

  /** Whether anything is recorded of a local day or of one before it, as far as that is over. */
  isRecordedBy(tenantId: TenantId, day: string): Promise<boolean> {
    return kept(this.#recorded, JSON.stringify([tenantId, day]), OVER_FRESH_MS, () =>
      this.#options.totals.recordedBy(tenantScope(tenantId), day),
    );
  }

  async ofMonth(tenantId: TenantId, agreement: Agreement, month: BillingMonth): Promise<MonthCost> {
    const usage = await this.usageOf(tenantId, month);
    return { month, usage, bill: agreement.billOf(month, usage) };
  }

  /** What a span costs. */
  async ofPeriod(tenantId: TenantId, agreement: Agreement, period: UsagePeriod): Promise<PeriodCost> {
    const parts = await Promise.all(
      monthsOf(period).map(async (month): Promise<PeriodCost> => {
        const cost = await this.ofMonth(tenantId, agreement, month);
        const groups = costByComponent(cost.bill);
        if (this.#isWhole(month, period)) {
          return { total: cost.bill.total, groups };
        }
        const days = await this.#daysOf(tenantId, cost);
        const inside = days.filter(({ key }) => isIn(period, key));
        const total = sum(inside.map(({ amount }) => amount));
        const part: Part = {
          weight: sum(inside.map(({ weight }) => weight)),
          of: sum(days.map(({ weight }) => weight)),
        };
        return { total, groups: groupsOfPart(groups, total, part) };
      }),
    );
    return {
      total: sum(parts.map(({ total }) => total)),
      groups: addedUp(parts.map(({ groups }) => groups)),
    };
  }

  /** What each local day of a span costs; the days add up to what the span does. Days to come cost nothing. */
  async byDay(
    tenantId: TenantId,
    agreement: Agreement,
    period: UsagePeriod,
  ): Promise<{ readonly total: Rupiah; readonly days: ReadonlyMap<string, Rupiah> }> {
    const months = await Promise.all(
      monthsOf(period).map(async (month) =>
        this.#daysOf(tenantId, await this.ofMonth(tenantId, agreement, month)),
      ),
    );
    const inside = months.flat().filter(({ key }) => isIn(period, key));
    return {
      total: sum(inside.map(({ amount }) => amount)),
      days: new Map(inside.map(({ key, amount }) => [key, amount])),
    };
  }

  /** What a span costs; undefined when the tenant has no contract. */
  async totalOf(tenantId: TenantId, period: UsagePeriod): Promise<Rupiah | undefined> {
    const agreement = await this.agreementOf(tenantId);
    return agreement && (await this.ofPeriod(tenantId, agreement, period)).total;
  }

  /** Shares the cost of a span out, by key; `UNATTRIBUTED` has what nobody asked for. */
  async sharedBy(
    tenantId: TenantId,
    period: Days,
    total: Rupiah,
    by: 'endpoint' | 'user',
  ): Promise<ReadonlyMap<string, Rupiah>> {
    const weights = await this.#weightsOf(tenantId, period, by);
    return new Map(attribute(total, weights).map(({ key, amount }) => [key, amount]));
  }

  /** The weight of all requests of a span. */
  async weightOf(tenantId: TenantId, period: Days): Promise<bigint> {
    return sum((await this.#weightsOf(tenantId, period, 'user')).map(({ weight }) => weight));
  }

  #screenMonth(tenantId: TenantId, month: BillingMonth): Promise<ScreenMonth> {
    const key = JSON.stringify([tenantId, month.month, month.timezone]);
    return kept(this.#months, key, this.#freshMs(month.to), () =>
      this.#options.metering.screenMonth({ tenantId, month }),
    );
  }

  /**
   * A month's bill by day, of which those that have not come yet have nothing. Of a month without any requests each day
   * has the same share.
   */
  async #daysOf(tenantId: TenantId, { month, bill }: MonthCost): Promise<DayCost[]> {
    const { from, to, days, timezone } = month;
    const [start = '', end = ''] = [days.at(0), days.at(-1)];
    const weights = await this.#weightsOf(tenantId, { start, end, from, to }, 'day');
    const weightOf = new Map(weights.map(({ key, weight }) => [key, weight]));
    const today = dayAt(this.#options.now(), timezone);
    const begun = start <= today ? days.filter((day) => day <= today) : days;
    const weighted = begun.map((key) => ({ key, weight: weightOf.get(key) ?? 0n }));
    const used = weighted.some(({ weight }) => weight > 0n);
    return attribute(bill.total, used ? weighted : weighted.map(({ key }) => ({ key, weight: 1n })));
  }

  #weightsOf(
    tenantId: TenantId,
    { start, end, from, to }: Days,
    by: WeightQuestion['by'],
  ): Promise<readonly Weighted[]> {
    const key = JSON.stringify([tenantId, by, from.getTime(), to.getTime()]);
    return kept(this.#weights, key, this.#freshMs(to), () =>
      this.#options.weights.weights(tenantScope(tenantId), { start, end, from, to, by }),
    );
  }

  /** Whether all that was used of a month so far lies in a span. */
  #isWhole({ days, timezone }: BillingMonth, { start, end }: UsagePeriod): boolean {
    const [first = '', last = ''] = [days.at(0), days.at(-1)];
    const today = dayAt(this.#options.now(), timezone);
    return start <= first && (end >= last || (first <= today && today <= end));
  }

  #freshMs(to: Date): number {
    return to > this.#options.now() ? RUNNING_FRESH_MS : OVER_FRESH_MS;
  }
}

/** Every month that a span touches, in order. */
export function monthsOf({
  start,
  end,
  timezone,
}: Pick<UsagePeriod, 'start' | 'end' | 'timezone'>): BillingMonth[] {
  const months: BillingMonth[] = [];
  for (let month = monthOf(start); month <= monthOf(end); month = monthsLater(month, 1)) {
    months.push(billingMonth(month, timezone));
  }
  return months;
}

function monthOf(day: string): string {
  return day.slice(0, 'YYYY-MM'.length);
}

function isIn({ start, end }: Pick<UsagePeriod, 'start' | 'end'>, day: string): boolean {
  return start <= day && day <= end;
}

function sum(amounts: readonly bigint[]): bigint {
  return amounts.reduce((total, amount) => total + amount, 0n);
}

/** One answer for all who ask at once, and for some time after. A failure is not kept. */
function kept<T>(
  cache: LRUCache<string, Promise<T>>,
  key: string,
  freshMs: number,
  ask: () => Promise<T>,
): Promise<T> {
  const known = cache.get(key);
  if (known !== undefined) {
    return known;
  }
  const asked = ask();
  cache.set(key, asked, { ttl: freshMs });
  asked.catch(() => cache.delete(key));
  return asked;
}
