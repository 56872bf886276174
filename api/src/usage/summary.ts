import { type Decimal, decimal, type Plan, quantityOf, type Rupiah, whole, ZERO } from '@riwayat/billing';
import type { TenantId, TenantScope, UsageSummary as UsageTotals } from '@riwayat/collector';
import type { Agreement } from '../billing/pricing.ts';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { monthsOf, type PeriodCost, type UsageCosts } from './costs.ts';
import { changeOf, percentOf } from './percent.ts';
import { previousPeriod, type UsagePeriod } from './period.ts';
import { daysOf } from './question.ts';
import type { UsageSummary } from './schema.ts';
import { usageUntil } from './usage-until.ts';

const BYTES_PER_GB = 1e9;
const GB_PER_BYTE = decimal('0.000000001');

export interface SummaryParts {
  readonly costs: UsageCosts;
  /** What a tenant's running month will probably cost; undefined where too little is known. */
  readonly predict: (tenantId: TenantId, agreement: Agreement) => Promise<Rupiah | undefined>;
}

interface SummaryCosts {
  readonly agreement: Agreement;
  readonly current: PeriodCost;
  readonly previous: Rupiah;
  readonly prediction: Rupiah | undefined;
  /** The most members on any day of the month that the period begins in. */
  readonly members: Decimal;
}

/** Totals of a period with their limits and costs, beside the span before. */
export async function summaryOf(
  { tenantId }: TenantScope,
  period: UsagePeriod,
  { costs, predict }: SummaryParts,
): Promise<UsageSummary> {
  const before = previousPeriod(period);
  const [current, previous, comparable, priced] = await Promise.all([
    costs.totalsOf(tenantId, period),
    costs.totalsOf(tenantId, before),
    costs.isRecordedBy(tenantId, before.start),
    costsOf(period, before),
  ]);
  const bytes = current.bytesIn + current.bytesOut;
  const bytesBefore = previous.bytesIn + previous.bytesOut;
  const plan = isMonth(period) ? priced?.agreement.planOn(period.end) : undefined;
  const than = (amount: number, earlier: number): number | null =>
    comparable ? changeOf(whole(amount), whole(earlier)) : null;
  return {
    period: period.name,
    range: daysOf(period),
    api_calls: {
      total: current.calls,
      errors: current.errors,
      ...limited(plan?.limits.api_calls, whole(current.calls)),
      cost: costOf(priced, ['api_calls']),
      change: than(current.calls, previous.calls),
    },
    data_transfer: {
      total: bytes / BYTES_PER_GB,
      bytes,
      unit: 'GB',
      ...limited(plan?.limits.data_transfer, whole(bytes).times(GB_PER_BYTE)),
      cost: costOf(priced, ['data_transfer']),
      change: than(bytes, bytesBefore),
    },
    active_users: {
      total: current.activeUsers,
      concurrent_peak: current.concurrentPeak,
      ...limitOfPeople(plan, current, priced?.members ?? ZERO),
      cost: costOf(priced, ['members', 'concurrent_users']),
      change: than(current.activeUsers, previous.activeUsers),
    },
    total_cost: priced === undefined ? null : totalCost(priced, isMonth(period), comparable),
    previous: comparable
      ? {
          range: daysOf(before),
          api_calls: previous.calls,
          data_transfer_bytes: bytesBefore,
          active_users: previous.activeUsers,
          cost: priced === undefined ? null : rupiahNumber(priced.previous),
        }
      : null,
  };

  async function costsOf(asked: UsagePeriod, earlier: UsagePeriod): Promise<SummaryCosts | undefined> {
    const agreement = await costs.agreementOf(tenantId);
    if (agreement === undefined) {
      return undefined;
    }
    const [month] = monthsOf(asked);
    const [now, then, prediction, used] = await Promise.all([
      costs.ofPeriod(tenantId, agreement, asked),
      costBefore(agreement, asked, earlier),
      asked.name === 'current_month' ? predict(tenantId, agreement) : undefined,
      month && costs.usageOf(tenantId, month),
    ]);
    const members = used === undefined ? ZERO : quantityOf(used, 'members');
    return { agreement, current: now, previous: then, prediction, members };
  }

  /** A running month is compared with what the one before came to by the same day: its fees are those of whole months. */
  async function costBefore(agreement: Agreement, asked: UsagePeriod, earlier: UsagePeriod): Promise<Rupiah> {
    const [month] = monthsOf(earlier);
    if (asked.name !== 'current_month' || month === undefined) {
      return (await costs.ofPeriod(tenantId, agreement, earlier)).total;
    }
    return agreement.billOf(month, usageUntil(await costs.usageOf(tenantId, month), earlier.end)).total;
  }
}

/** Limits and budgets are of months. */
function isMonth(period: UsagePeriod): boolean {
  const [month, ...others] = monthsOf(period);
  return (
    period.name === 'current_month' ||
    (others.length === 0 && month?.days.at(0) === period.start && month.days.at(-1) === period.end)
  );
}

function limited(
  limit: string | undefined,
  used: Decimal,
): { limit: number | null; percentage: number | null } {
  return limit === undefined
    ? { limit: null, percentage: null }
    : { limit: Number(limit), percentage: percentOf(used, decimal(limit)) };
}

function limitOfPeople(
  plan: Plan | undefined,
  { concurrentPeak }: UsageTotals,
  memberCount: Decimal,
): Pick<UsageSummary['active_users'], 'limit' | 'percentage' | 'limit_of'> {
  const { concurrent_users: atOnce, members } = plan?.limits ?? {};
  if (atOnce !== undefined) {
    return { ...limited(atOnce, whole(concurrentPeak)), limit_of: 'concurrent_users' };
  }
  return { ...limited(members, memberCount), limit_of: members === undefined ? null : 'members' };
}

function costOf(priced: SummaryCosts | undefined, keys: readonly string[]): number | null {
  if (priced === undefined) {
    return null;
  }
  const amounts = priced.current.groups.filter(({ key }) => keys.includes(key)).map(({ amount }) => amount);
  return rupiahNumber(amounts.reduce((total, amount) => total + amount, 0n));
}

function totalCost(
  { agreement, current, previous, prediction }: SummaryCosts,
  ofMonth: boolean,
  comparable: boolean,
): UsageSummary['total_cost'] {
  const budget = ofMonth ? agreement.terms.budget : null;
  return {
    current: rupiahNumber(current.total),
    budget: budget === null ? null : rupiahNumber(budget),
    percentage: budget === null ? null : percentOf(decimal(current.total), decimal(budget)),
    prediction: prediction === undefined ? null : rupiahNumber(prediction),
    change: comparable ? changeOf(decimal(current.total), decimal(previous)) : null,
  };
}
