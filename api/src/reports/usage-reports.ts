import { billingMonth, monthAt, type Rupiah } from '@riwayat/billing';
import { type TenantId, type TenantScope, tenantScope, type UsageQueries } from '@riwayat/collector';
import type { Database } from '../postgres/database.ts';
import type { Tenant } from '../tenants/tenant.ts';
import type { UsageCosts } from '../usage/costs.ts';
import { type UsagePeriod, usagePeriod } from '../usage/period.ts';
import { alertsOf } from './alerts-of-period.ts';
import type { ReportCost, ReportKind, ReportTotals, UsageReport } from './report.ts';
import { reportPeriod, weekEarlier } from './report-period.ts';

/** Endpoints that a report names. */
const MOST_ENDPOINTS = 5;
const PERCENT = 100;

export interface UsageReportsOptions {
  readonly database: Database;
  readonly usage: Pick<
    UsageQueries,
    'summary' | 'daily' | 'callsByHourOfDay' | 'endpoints' | 'recordedBy' | 'responseTimes'
  >;
  readonly costs: Pick<UsageCosts, 'agreementOf' | 'byDay' | 'ofMonth' | 'totalOf'>;
  /** What a tenant's running month will probably cost; undefined where too little is known. */
  readonly predict: (tenantId: TenantId) => Promise<Rupiah | undefined>;
  readonly now: () => Date;
}

/** Puts together what a tenant used in a day or a week. */
export class UsageReports {
  readonly #options: UsageReportsOptions;

  constructor(options: UsageReportsOptions) {
    this.#options = options;
  }

  /**
   * The report that is made on a local day.
   *
   * @param today `YYYY-MM-DD`
   * @returns undefined when nothing was used
   * @throws {StoreError} and {DatabaseUnavailableError}
   */
  async of({ id, timezone }: Pick<Tenant, 'id' | 'timezone'>, kind: ReportKind, today: string) {
    const period = reportPeriod(kind, today, timezone);
    const scope = tenantScope(id);
    const usage = await this.#totals(scope, period);
    return usage.calls === 0 ? undefined : this.#report(scope, kind, period, usage);
  }

  async #report(
    scope: TenantScope,
    kind: ReportKind,
    period: UsagePeriod,
    used: ReportTotals,
  ): Promise<UsageReport> {
    const { database, usage } = this.#options;
    const { start, end } = period;
    const [before, calls, endpoints, cost, alerts] = await Promise.all([
      this.#before(scope, weekEarlier(period)),
      this.#calls(scope, kind, period),
      usage.endpoints(scope, period),
      this.#cost(scope, period),
      alertsOf(database.db, scope.tenantId, period),
    ]);
    return {
      kind,
      start,
      end,
      usage: used,
      before,
      ...calls,
      cost,
      alerts,
      endpoints: endpoints.slice(0, MOST_ENDPOINTS).map((row) => ({
        endpoint: row.endpoint,
        method: row.method,
        calls: row.calls,
        p95_ms: row.p95Ms,
        error_percent: row.errorRate * PERCENT,
      })),
    };
  }

  async #totals(scope: TenantScope, period: UsagePeriod): Promise<ReportTotals> {
    const [totals, times] = await Promise.all([
      this.#options.usage.summary(scope, period),
      this.#options.usage.responseTimes(scope, period),
    ]);
    return {
      calls: totals.calls,
      errors: totals.errors,
      bytes: totals.bytesIn + totals.bytesOut,
      people: totals.activeUsers,
      peak: totals.concurrentPeak,
      p50_ms: times?.p50Ms ?? null,
      p95_ms: times?.p95Ms ?? null,
    };
  }

  async #before(scope: TenantScope, period: UsagePeriod): Promise<ReportTotals | null> {
    const recorded = await this.#options.usage.recordedBy(scope, period.start);
    return recorded ? this.#totals(scope, period) : null;
  }

  async #calls(
    scope: TenantScope,
    kind: ReportKind,
    period: UsagePeriod,
  ): Promise<Pick<UsageReport, 'calls' | 'errors'>> {
    const { usage } = this.#options;
    if (kind === 'daily') {
      return { calls: await usage.callsByHourOfDay(scope, period, period.timezone), errors: [] };
    }
    const days = await usage.daily(scope, period, period.timezone);
    return { calls: days.map(({ calls }) => calls), errors: days.map(({ errors }) => errors) };
  }

  async #cost({ tenantId }: TenantScope, period: UsagePeriod): Promise<ReportCost | null> {
    const { costs, predict, now } = this.#options;
    const { end, timezone } = period;
    const agreement = await costs.agreementOf(tenantId);
    if (agreement === undefined) {
      return null;
    }
    const month = billingMonth(end.slice(0, 'YYYY-MM'.length), timezone);
    const [first = end] = month.days;
    const soFar = usagePeriod({ name: 'custom', start: first, end }, timezone, now());
    const isRunning = month.month === monthAt(now(), timezone);
    const [ofPeriod, ofMonth, byDay, expected] = await Promise.all([
      costs.totalOf(tenantId, period),
      costs.ofMonth(tenantId, agreement, month),
      costs.byDay(tenantId, agreement, soFar),
      isRunning ? predict(tenantId) : undefined,
    ]);
    const { budget } = agreement.terms;
    return {
      period: (ofPeriod ?? 0n).toString(),
      month: month.month,
      so_far: ofMonth.bill.total.toString(),
      expected: expected?.toString() ?? null,
      budget: budget?.toString() ?? null,
      days: month.days.filter((day) => day <= end).map((day) => (byDay.days.get(day) ?? 0n).toString()),
      days_in_month: month.days.length,
    };
  }
}
