import {
  aggregated,
  type BillingMonth,
  billingMonth,
  type Decimal,
  dayAt,
  METER_KEYS,
  METERS,
  type MeterKey,
  monthAt,
  monthsLater,
  portion,
  quantityOf,
  sum,
  type Usage,
  ZERO,
} from '@riwayat/billing';
import type { Metering } from '../billing/metering.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { OwnUsage } from './direction.ts';

/** What a tenant used in the last whole month of its calendar, and in the running one until now. */
export async function ownUsage(
  metering: Pick<Metering, 'ofScreen'>,
  { id: tenantId, timezone }: Pick<Tenant, 'id' | 'timezone'>,
  now: Date,
): Promise<OwnUsage> {
  const runningMonth = monthAt(now, timezone);
  const month = billingMonth(monthsLater(runningMonth, -1), timezone);
  const [last, running] = await Promise.all([
    metering.ofScreen({ tenantId, month }),
    metering.ofScreen({ tenantId, month: billingMonth(runningMonth, timezone) }),
  ]);
  const today = dayAt(now, timezone);
  return { lastMonth: { month, usage: last }, running: until(running, today) };
}

/**
 * What a month is expected to use. Days until now have what was measured. Of days to come, what happens is as on the mean
 * day of the last whole month, or of the days so far when nothing happened in it; what is stored stays as it is; and a
 * peak is as high as the highest since the last month began.
 *
 * @param month the running one or a later one
 */
export function expectedUsage({ days }: BillingMonth, own: OwnUsage): Usage {
  const { lastMonth, running } = own;
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const toCome = usualDay(meter, own);
    const measured = new Map(running.days.map((day, index) => [day, running.perDay[meter]?.[index] ?? ZERO]));
    if (lastMonth.usage.perDay[meter] !== undefined || running.perDay[meter] !== undefined) {
      perDay[meter] = days.map((day) => measured.get(day) ?? toCome);
    }
  }
  return { days, perDay };
}

function usualDay(meter: MeterKey, { lastMonth, running }: OwnUsage): Decimal {
  const [before, now] = [lastMonth.usage.perDay[meter] ?? [], running.perDay[meter] ?? []];
  switch (METERS[meter].aggregate) {
    case 'sum': {
      const happened = isUsed(lastMonth.usage) ? before : now;
      return happened.length === 0 ? ZERO : portion(sum(happened), 1, happened.length);
    }
    case 'last':
    case 'maximum':
      return aggregated(METERS[meter], [...before, ...now]);
  }
}

function isUsed(usage: Usage): boolean {
  return METER_KEYS.some((meter) => quantityOf(usage, meter).gt(ZERO));
}

function until({ days, perDay }: Usage, today: string): Usage {
  const count = days.filter((day) => day <= today).length;
  const cut: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of METER_KEYS) {
    const values = perDay[meter];
    if (values !== undefined) {
      cut[meter] = values.slice(0, count);
    }
  }
  return { days: days.slice(0, count), perDay: cut };
}
