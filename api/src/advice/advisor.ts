import {
  type Advice,
  adviceOn,
  adviceText,
  type BillingMonth,
  DAYS_FOR_PATTERN,
  PATTERNS,
  patternOf,
  startOfDay,
} from '@riwayat/billing';
import { type MeteringQueries, tenantScope, type UsageQueries } from '@riwayat/collector';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import { comparisonOf, planAnswer } from './plan-answer.ts';
import { Remembered } from './remembered.ts';
import type { AdviceBody, PatternBody, PlansBody } from './schema.ts';
import type { TenantMonths, TenantNow, UsedMonth } from './tenant-months.ts';

/** Hundreds of bills go into an answer, and endpoints are read from raw rows. */
const FRESH_MS = 60_000;
/** The busiest: what is called less than those saves nothing worth telling. */
const ENDPOINTS_LOOKED_AT = 200;
const PERCENT = 100;

export interface AdvisorOptions {
  readonly months: TenantMonths;
  readonly habits: Pick<MeteringQueries, 'endpointHabits'>;
  readonly usage: Pick<UsageQueries, 'callsByHourOfDay'>;
}

/** What a tenant's usage could cost. */
export class Advisor {
  readonly #options: AdvisorOptions;
  readonly #plans = new Remembered<PlansBody>(FRESH_MS);
  readonly #advice = new Remembered<AdviceBody>(FRESH_MS);
  readonly #patterns = new Remembered<PatternBody>(FRESH_MS);

  constructor(options: AdvisorOptions) {
    this.#options = options;
  }

  /** @param month the one that is compared; the last used one unless given */
  plans(tenant: TenantNow, month?: BillingMonth): Promise<PlansBody> {
    return this.#plans.get(keyOf(tenant, month?.month ?? ''), async () =>
      planAnswer(tenant, await this.#usedMonth(tenant, month)),
    );
  }

  /** Advice on the last used month, with the endpoints that each is about. */
  advice(tenant: TenantNow): Promise<AdviceBody> {
    return this.#advice.get(keyOf(tenant), async () => {
      const used = await this.#usedMonth(tenant);
      const { month, usage, complete } = used;
      const { contract, prices, today } = tenant;
      const endpoints = await this.#options.habits.endpointHabits(
        tenantScope(tenant.tenantId),
        month,
        ENDPOINTS_LOOKED_AT,
      );
      const uses = endpoints.map(({ apiBytesOut, ...use }) => ({ ...use, textBytesOut: apiBytesOut }));
      const found = adviceOn({ month: month.month, usage, contract, prices, today, endpoints: uses });
      const own = comparisonOf(tenant, used).current;
      return {
        month: month.month,
        complete,
        total: own === undefined ? null : rupiahNumber(own.bill.total),
        advice: found.map(adviceBody),
      };
    });
  }

  pattern(tenant: TenantNow): Promise<PatternBody> {
    return this.#patterns.get(keyOf(tenant), async () => {
      const { days, perDay } = await this.#options.months.daysSoFar(tenant);
      const calls = (perDay.api_calls ?? []).slice(0, -1).map((count) => Number(count.toFixed()));
      const begun = calls.findIndex((count) => count > 0);
      const told = begun === -1 ? undefined : await this.#told(tenant, days, calls, begun);
      return told ?? { status: 'too-little-known', days_needed: DAYS_FOR_PATTERN };
    });
  }

  async #told(
    tenant: TenantNow,
    days: readonly string[],
    calls: readonly number[],
    begun: number,
  ): Promise<PatternBody | undefined> {
    const { tenantId, timezone, today } = tenant;
    const range = {
      from: startOfDay(days[begun] ?? today, timezone),
      to: startOfDay(today, timezone),
    };
    const [hours, used] = await Promise.all([
      this.#options.usage.callsByHourOfDay(tenantScope(tenantId), range, timezone),
      this.#usedMonth(tenant),
    ]);
    const detected = patternOf({ days: calls.slice(begun), hours });
    if (detected === undefined) {
      return undefined;
    }
    const { name, plans } = PATTERNS[detected.pattern];
    const suited: readonly string[] = detected.highVolume ? plans : [];
    return {
      status: 'told',
      pattern: detected.pattern,
      name,
      days: detected.days,
      high_volume: detected.highVolume,
      measures: {
        burst_days: detected.burstDays.flatMap((index) => days[begun + index] ?? []),
        burst_share: detected.burstShare * PERCENT,
        growth_per_week: detected.growthPerWeek * PERCENT,
        growth_is_significant: detected.growthIsSignificant,
        peak_hours: [...detected.peakHours],
        peak_share: detected.peakShare * PERCENT,
      },
      suggested_plans: comparisonOf(tenant, used)
        .plans.filter(({ plan }) => suited.includes(plan.key))
        .map(({ plan, bill }) => ({ key: plan.key, name: plan.name, total: rupiahNumber(bill.total) })),
    };
  }

  #usedMonth(tenant: TenantNow, month?: BillingMonth): Promise<UsedMonth> {
    const { months } = this.#options;
    return month === undefined ? months.lastUsed(tenant) : months.used(tenant, month);
  }
}

function keyOf({ tenantId, today }: TenantNow, ...more: readonly string[]): string {
  return JSON.stringify([tenantId, today, ...more]);
}

function adviceBody(advice: Advice): AdviceBody['advice'][number] {
  const [id, en] = [adviceText(advice, 'id'), adviceText(advice, 'en')];
  return {
    kind: advice.kind,
    saving: rupiahNumber(advice.saving),
    title: { id: id.title, en: en.title },
    detail: { id: id.detail, en: en.detail },
    plan: advice.kind === 'other-plan' ? advice.plan.key : null,
    options:
      advice.kind === 'commitment'
        ? advice.options.map(({ years, saving }) => ({ years, saving: rupiahNumber(saving) }))
        : [],
    endpoints:
      'endpoints' in advice
        ? advice.endpoints.map(({ method, endpoint, amount }) => ({
            method,
            endpoint,
            amount: Number(amount),
          }))
        : [],
  };
}
