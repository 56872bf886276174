import { setImmediate as nextTurn } from 'node:timers/promises';
import {
  type BreakEven,
  breakEvens,
  breakEvenText,
  cheaperBeyond,
  comparePlans,
  explainCheaper,
  type PlanComparison,
  type PricedPlan,
  priceOfVaried,
  wholeMonthUnder,
} from '@riwayat/billing';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import type { PlansBody } from './schema.ts';
import type { TenantNow, UsedMonth } from './tenant-months.ts';

/** All plans priced on a tenant's month, and where another would be the cheaper one. */
export async function planAnswer(tenant: TenantNow, used: UsedMonth): Promise<PlansBody> {
  const { month, usage, complete } = used;
  const comparison = comparisonOf(tenant, used);
  const { plans, current, cheapest } = comparison;
  const all = plans.map(({ plan }) => plan);
  const points = await pointsOf(tenant, used, comparison);
  const more =
    current === undefined
      ? []
      : cheaperBeyond(wholeMonthUnder(current.plan, month.month, usage, tenant.contract));
  return {
    month: month.month,
    complete,
    current: current?.plan.key ?? null,
    cheapest: cheapest?.plan.key ?? null,
    plans: plans.map((priced) => planBody(priced, current)),
    break_even: points.map((point) => ({
      meter: point.meter,
      quantity: String(point.quantity),
      cheaper_below: point.cheaperBelow,
      cheaper_above: point.cheaperAbove,
      text: { id: breakEvenText(point, all, 'id'), en: breakEvenText(point, all, 'en') },
    })),
    more_for_less: more.map((found) => ({
      meter: found.meter,
      quantity: found.quantity.toFixed(),
      beyond: found.beyond.toFixed(),
      total: rupiahNumber(found.total),
      saves: rupiahNumber(found.saves),
      text: { id: explainCheaper(found, 'id'), en: explainCheaper(found, 'en') },
    })),
  };
}

export function comparisonOf(
  { contract, prices, today }: TenantNow,
  { month, usage }: UsedMonth,
): PlanComparison {
  return comparePlans({ month: month.month, usage, contract, prices, today });
}

/** Of the own plan and each other one; of the cheapest when the contract has ended. */
async function pointsOf(
  { contract }: TenantNow,
  { month: { month }, usage }: UsedMonth,
  { plans, current, cheapest }: PlanComparison,
): Promise<BreakEven[]> {
  const own = current ?? cheapest;
  const priceOf = priceOfVaried(month, usage, contract);
  const points: BreakEven[] = [];
  for (const { plan } of own === undefined ? [] : plans) {
    if (own !== undefined && plan !== own.plan) {
      points.push(...breakEvens({ month, usage, contract, plans: [own.plan, plan] }, priceOf));
      // A pair takes some hundred bills: others get their turn in between.
      await nextTurn();
    }
  }
  return points;
}

function planBody({ plan, bill, exceeded }: PricedPlan, current: PricedPlan | undefined) {
  const { key, version, name, description, uptime, supportHours } = plan;
  return {
    key,
    version,
    name,
    description,
    total: rupiahNumber(bill.total),
    difference: current === undefined ? null : rupiahNumber(bill.total - current.bill.total),
    fits: exceeded.length === 0,
    exceeded: [...exceeded],
    uptime: uptime ?? null,
    support_hours: supportHours ?? null,
  };
}
