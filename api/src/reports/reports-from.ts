import type { Collector } from '@riwayat/collector';
import { Forecasts } from '../advice/forecasts.ts';
import { TenantMonths } from '../advice/tenant-months.ts';
import type { ScreenMetering } from '../billing/metering.ts';
import type { Prices } from '../billing/prices.ts';
import type { Pricing } from '../billing/pricing.ts';
import type { Database } from '../postgres/database.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import { UsageCosts } from '../usage/costs.ts';
import { UsageReports } from './usage-reports.ts';

export interface ReportSources {
  readonly database: Database;
  readonly collector: Pick<Collector, 'usage' | 'metering'>;
  readonly metering: ScreenMetering;
  readonly prices: Prices;
  readonly pricing: Pricing;
  readonly tenants: Pick<TenantDirectory, 'find'>;
  readonly now: () => Date;
}

/** Reports of what screens show: the same usage, bills and forecasts. */
export function reportsFrom({
  database,
  collector,
  prices,
  tenants,
  now,
  ...parts
}: ReportSources): UsageReports {
  const { usage, metering: weights } = collector;
  const costs = new UsageCosts({ ...parts, totals: usage, weights, now });
  const months = new TenantMonths({
    database,
    prices,
    tenants,
    usageOf: (tenantId, month) => costs.usageOf(tenantId, month),
    now,
  });
  const forecasts = new Forecasts(months);
  return new UsageReports({
    database,
    usage,
    costs,
    predict: (tenantId) => forecasts.expectedTotal(tenantId),
    now,
  });
}
