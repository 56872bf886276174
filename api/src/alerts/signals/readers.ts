import type { Rupiah } from '@riwayat/billing';
import type { Collector, TenantId } from '@riwayat/collector';
import type { Logger } from 'pino';
import { Forecasts } from '../../advice/forecasts.ts';
import { TenantMonths } from '../../advice/tenant-months.ts';
import type { ScreenMetering } from '../../billing/metering.ts';
import type { Prices } from '../../billing/prices.ts';
import type { Pricing } from '../../billing/pricing.ts';
import type { Database } from '../../postgres/database.ts';
import type { TenantDirectory } from '../../tenants/directory.ts';
import { UsageCosts } from '../../usage/costs.ts';
import { Agreements } from './agreements.ts';
import { backupSignal } from './backup-signal.ts';
import { BurnSignal } from './burn-signal.ts';
import { CertificateSignal } from './certificate-signal.ts';
import { collectorSignals } from './collector-signals.ts';
import { ForecastSignal } from './forecast-signal.ts';
import { monthSignals } from './month-signals.ts';
import { MonthTotals } from './month-totals.ts';
import { peopleSignals } from './people-signals.ts';
import type { SignalReader } from './reader.ts';
import { requestSignals } from './request-signals.ts';
import { RunningMonths } from './running-months.ts';
import { sampleSignals } from './sample-signals.ts';
import { securitySignal } from './security-signal.ts';
import { SilenceSignal } from './silence-signal.ts';

/** Milliseconds of a round that running months are priced in. */
const PRICING_MS = 200;

export interface SignalReadersParts {
  readonly collector: Pick<Collector, 'windows' | 'sampled' | 'status' | 'ledger' | 'metering' | 'usage'>;
  readonly database: Database;
  readonly prices: Prices;
  readonly pricing: Pricing;
  readonly metering: ScreenMetering;
  readonly tenants: TenantDirectory;
  /** Name of this process. */
  readonly instance: string;
  /** Where people reach the application. */
  readonly publicUrl: string | undefined;
  readonly logger: Logger;
  readonly now: () => Date;
}

/** Whoever reads signals: one that fails leaves the others as they are. */
export function signalReaders(parts: SignalReadersParts): SignalReader[] {
  const { collector, database, prices, instance, publicUrl, logger } = parts;
  const { windows } = collector;
  const agreements = new Agreements(database, prices);
  const months = new RunningMonths(collector.metering);
  return [
    requestSignals(windows),
    peopleSignals(windows, agreements),
    new SilenceSignal(windows),
    securitySignal(windows, database),
    monthSignals({ agreements, months, totals: new MonthTotals(PRICING_MS) }),
    new BurnSignal({ agreements, months, queries: collector.metering }),
    new ForecastSignal({ agreements, expectedTotal: expectedTotals(parts), logger }),
    sampleSignals(collector.sampled),
    collectorSignals({ collector, instance }),
    backupSignal(database),
    new CertificateSignal(publicUrl),
  ];
}

/** Forecasts as screens have them. */
function expectedTotals(parts: SignalReadersParts): (tenantId: TenantId) => Promise<Rupiah | undefined> {
  const { collector, database, prices, pricing, metering, tenants, now } = parts;
  const costs = new UsageCosts({
    metering,
    totals: collector.usage,
    weights: collector.metering,
    pricing,
    now,
  });
  const forecasts = new Forecasts(
    new TenantMonths({
      database,
      prices,
      tenants,
      usageOf: (tenantId, month) => costs.usageOf(tenantId, month),
      now,
    }),
  );
  return (tenantId) => forecasts.expectedTotal(tenantId);
}
