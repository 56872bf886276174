import {
  type Decimal,
  decimal,
  isMeterKey,
  METER_KEYS,
  type MeterKey,
  quantityOf,
  quotient,
  ZERO,
} from '@riwayat/billing';
import type { Agreements, BilledTenant } from './agreements.ts';
import type { MonthTotals } from './month-totals.ts';
import type { SignalReader } from './reader.ts';
import type { RunningMonth, RunningMonths } from './running-months.ts';

const PERCENT = decimal('100');

export interface MonthSignalsParts {
  readonly agreements: Pick<Agreements, 'of'>;
  readonly months: Pick<RunningMonths, 'of'>;
  readonly totals: Pick<MonthTotals, 'of'>;
}

/**
 * What of a month's limits and of its budget is used. Null without a contract, without a limit or a budget.
 */
export function monthSignals({ agreements, months, totals }: MonthSignalsParts): SignalReader {
  return {
    signals: ['limit_used', 'budget_used'],
    async read(questions, at) {
      const billed = await agreements.of(
        questions.map(({ tenantId }) => tenantId),
        at,
      );
      const running = await months.of([...billed.values()], at);
      const ofBudget = new Set(
        questions.filter(({ input }) => input.signal === 'budget_used').map(({ tenantId }) => tenantId),
      );
      const toPrice = [...billed.values()].flatMap((tenant) => {
        const month = running.get(tenant.tenantId);
        const isAsked = ofBudget.has(tenant.tenantId) && tenant.agreement.terms.budget !== null;
        return month === undefined || !isAsked ? [] : [{ tenant, running: month }];
      });
      const totalOf = await totals.of(toPrice, at);
      return questions.map(({ tenantId, input }) => {
        const tenant = billed.get(tenantId);
        const month = running.get(tenantId);
        if (tenant === undefined || month === undefined) {
          return [{ subject: tenantId, value: null }];
        }
        const value =
          input.signal === 'limit_used'
            ? limitUsed(tenant, month, input.only.meter)
            : budgetShare(totalOf.get(tenantId), tenant);
        return [{ subject: tenantId, value }];
      });
    },
  };
}

/** An amount in percent of a tenant's budget; null without one of them. */
export function budgetShare(amount: bigint | undefined, { agreement }: BilledTenant): number | null {
  const { budget } = agreement.terms;
  return amount === undefined || budget === null ? null : percentOf(decimal(amount), decimal(budget));
}

/** Of one meter's limit, or of the one that is nearest. */
function limitUsed({ plan }: BilledTenant, { usage }: RunningMonth, only: string | undefined): number | null {
  const limits = plan?.limits ?? {};
  const meters: readonly MeterKey[] = only === undefined ? METER_KEYS : [only].filter(isMeterKey);
  const shares = meters.flatMap((meter) => {
    const limit = decimal(limits[meter] ?? '0');
    return limit.lte(ZERO) ? [] : [percentOf(quantityOf(usage, meter), limit)];
  });
  return shares.length === 0 ? null : Math.max(...shares);
}

function percentOf(part: Decimal, whole: Decimal): number {
  return Number(quotient(part.times(PERCENT), whole).toFixed());
}
