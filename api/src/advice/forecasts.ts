import {
  bill,
  billingMonth,
  type CostForecast,
  costByComponent,
  costForecast,
  DAYS_NEEDED,
  forecast,
  type MonthForecast,
  monthAt,
  monthsLater,
  type Rupiah,
} from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { Remembered } from './remembered.ts';
import type { ForecastBody } from './schema.ts';
import { elapsedOf, type TenantMonths, type TenantNow } from './tenant-months.ts';

/** A forecast resamples months of days: a tenth of a second, so it is not made anew for each glance. */
const FRESH_MS = 60_000;
/** Percent of months between low and high. */
const CONFIDENCE = 80;

/** What tenants will have used and will pay, by the end of the running month and of the next. */
export class Forecasts {
  readonly #months: TenantMonths;
  readonly #answers = new Remembered<ForecastBody>(FRESH_MS);

  constructor(months: TenantMonths) {
    this.#months = months;
  }

  of(tenant: TenantNow): Promise<ForecastBody> {
    return this.#answers.get(JSON.stringify([tenant.tenantId, tenant.today]), () => this.#compute(tenant));
  }

  /** What the running month is expected to come to; undefined without a contract, and while too little is known. */
  async expectedTotal(tenantId: TenantId): Promise<Rupiah | undefined> {
    const tenant = await this.#months.tenantNow(tenantId);
    if (tenant === undefined) {
      return undefined;
    }
    const answer = await this.of(tenant);
    const [running] = answer.status === 'forecast' ? answer.months : [];
    return running && BigInt(running.cost.expected);
  }

  async #compute(tenant: TenantNow): Promise<ForecastBody> {
    const { now, timezone, contract, prices } = tenant;
    const running = monthAt(now, timezone);
    const answer = forecast({
      usage: await this.#months.daysSoFar(tenant),
      elapsed: elapsedOf(tenant),
      months: [running, monthsLater(running, 1)].map((month) => billingMonth(month, timezone)),
    });
    if (answer.kind === 'too-little-known') {
      return { status: answer.kind, days_known: answer.daysKnown, days_needed: DAYS_NEEDED };
    }
    return {
      status: answer.kind,
      days_known: answer.daysKnown,
      basis: answer.basis,
      confidence: CONFIDENCE,
      months: answer.months.map((month) => ({
        ...monthBody(
          month,
          costForecast(month, (usage) => bill({ month: month.month, usage, contract, prices })),
        ),
        running: month.month === running,
      })),
    };
  }
}

function monthBody({ month, quantities }: MonthForecast, cost: CostForecast) {
  return {
    month,
    cost: {
      low: rupiahNumber(cost.low),
      expected: rupiahNumber(cost.bill.total),
      high: rupiahNumber(cost.high),
    },
    components: Object.fromEntries(
      costByComponent(cost.bill).map(({ key, amount }) => [key, rupiahNumber(amount)]),
    ),
    usage: quantities.map(({ meter, low, middle, high }) => ({
      meter,
      low: low.toFixed(),
      expected: middle.toFixed(),
      high: high.toFixed(),
    })),
  };
}
