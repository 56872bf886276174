/*
 * How fast budgets are used up.
 *
 *   burn = (cost of the window / budget) / (length of the window / length of the month)
 *
 * 1 is a rate that costs exactly the budget in a month. The cost of a window is what the month would cost less without what
 * happened in it: fees, and states such as members, cost the same with and without. Of a window that began before the
 * month did, only what lies in the month counts: what was before is of another month's budget.
 */
import {
  type BillingMonth,
  billingMonth,
  type Decimal,
  dayAt,
  decimal,
  METER_KEYS,
  METERS,
  type MeterKey,
  monthAt,
  quotient,
  smallest,
  startOfDay,
  type Usage,
  whole,
  ZERO,
} from '@riwayat/billing';
import { type MeteredDays, type MeteringQueries, type TenantId, tenantScope } from '@riwayat/collector';
import { METER_TYPES } from '../../metering/event-meters.ts';
import { byTenant, usageOf } from '../../metering/metering.ts';
import type { Agreements, BilledTenant } from './agreements.ts';
import { Turns } from './month-totals.ts';
import { grouped } from './questions.ts';
import type { SignalQuestion, SignalReader } from './reader.ts';
import type { RunningMonth, RunningMonths } from './running-months.ts';

const MS_PER_SECOND = 1_000;
/** The shortest window has five minutes: its rate is another after a minute, not after each round. */
const FRESH_MS = 60_000;

export interface BurnSignalParts {
  readonly agreements: Pick<Agreements, 'of'>;
  readonly months: Pick<RunningMonths, 'of'>;
  readonly queries: Pick<MeteringQueries, 'requestsOfDays' | 'eventsOfDays'>;
}

/** Burn rates of budgets: each is made again after a minute. */
export class BurnSignal implements SignalReader {
  readonly signals = ['budget_burn'] as const;
  readonly #parts: BurnSignalParts;
  readonly #known = new Map<string, { readonly rate: number; readonly of: string; readonly at: number }>();

  constructor(parts: BurnSignalParts) {
    this.#parts = parts;
  }

  async read(questions: readonly SignalQuestion[], at: Date) {
    const billed = await this.#parts.agreements.of(
      questions.map(({ tenantId }) => tenantId),
      at,
    );
    const stale = questions.filter(({ tenantId, input }) => {
      const tenant = billed.get(tenantId);
      const known = this.#known.get(keyOf(tenantId, input.window));
      const isFresh =
        known !== undefined &&
        known.of === termsOf(tenant) &&
        at.getTime() >= known.at &&
        at.getTime() - known.at < FRESH_MS;
      return tenant !== undefined && tenant.agreement.terms.budget !== null && !isFresh;
    });
    const groups = grouped(
      stale,
      ({ tenantId, input }) => `${billed.get(tenantId)?.timezone} ${input.window}`,
    );
    await Promise.all(
      [...groups.values()].map((group) =>
        this.#rate(
          group.flatMap(({ tenantId }) => billed.get(tenantId) ?? []),
          group[0].input.window,
          at,
        ),
      ),
    );
    return questions.map(({ tenantId, input }) => {
      const budget = billed.get(tenantId)?.agreement.terms.budget ?? null;
      const rate = this.#known.get(keyOf(tenantId, input.window))?.rate ?? null;
      return [{ subject: tenantId, value: budget === null ? null : rate }];
    });
  }

  /** @param tenants of one zone @param window seconds */
  async #rate(tenants: readonly BilledTenant[], window: number, at: Date): Promise<void> {
    const used = await this.#usedIn(tenants, window, at);
    // After the window: what is stored between the two readings is then in the month, as in life.
    const months = await this.#parts.months.of(tenants, at);
    const turns = new Turns();
    for (const tenant of tenants) {
      const month = months.get(tenant.tenantId);
      const { budget } = tenant.agreement.terms;
      if (month !== undefined && budget !== null) {
        const cost = costOf(tenant, month, used.get(tenant.tenantId));
        const rate = quotient(
          decimal(cost).times(whole(month.month.to.getTime() - month.month.from.getTime())),
          decimal(budget).times(whole(window * MS_PER_SECOND)),
        );
        this.#known.set(keyOf(tenant.tenantId, window), {
          rate: Number(rate.toFixed()),
          of: termsOf(tenant),
          at: at.getTime(),
        });
        await turns.next();
      }
    }
  }

  /** What happened in the window, by day; of those tenants of which anything did. */
  async #usedIn(
    tenants: readonly BilledTenant[],
    window: number,
    at: Date,
  ): Promise<ReadonlyMap<TenantId, Usage>> {
    const [first] = tenants;
    const days = first && daysOfWindow(billingMonth(monthAt(at, first.timezone), first.timezone), window, at);
    if (days === undefined) {
      return new Map();
    }
    const scopes = tenants.map(({ tenantId }) => tenantScope(tenantId));
    const [requests, events] = await Promise.all([
      this.#parts.queries.requestsOfDays(scopes, days),
      this.#parts.queries.eventsOfDays(scopes, days, { levels: [], flows: METER_TYPES.flows }),
    ]);
    const [requestsOf, eventsOf] = [byTenant(requests), byTenant(events)];
    const names = { days: days.days.map(({ day }) => day) };
    return new Map(
      [...new Set([...requestsOf.keys(), ...eventsOf.keys()])].map((id) => [
        id,
        usageOf(names, requestsOf.get(id) ?? [], eventsOf.get(id) ?? []),
      ]),
    );
  }
}

/** The part of the window that lies in the month, by local day; undefined when none does. */
function daysOfWindow(month: BillingMonth, window: number, at: Date): MeteredDays | undefined {
  const { timezone } = month;
  const from = new Date(Math.max(month.from.getTime(), at.getTime() - window * MS_PER_SECOND));
  // To the second, as days are metered.
  const to = new Date(Math.ceil(at.getTime() / MS_PER_SECOND) * MS_PER_SECOND);
  const [start, today] = [dayAt(from, timezone), dayAt(at, timezone)];
  const days = month.days
    .filter((day) => start <= day && day <= today)
    .map((day) => ({ day, from: day === start ? from : startOfDay(day, timezone) }));
  return days.length === 0 || from >= to ? undefined : { days, to };
}

/** Whole rupiah: the month as it is, less the month without what happened in the window. */
function costOf(
  { agreement }: BilledTenant,
  { month, usage }: RunningMonth,
  used: Usage | undefined,
): bigint {
  if (used === undefined) {
    return 0n;
  }
  const cost = agreement.billOf(month, usage).total - agreement.billOf(month, without(usage, used)).total;
  return cost < 0n ? 0n : cost;
}

/** A month's usage without what happened in some of its days. */
function without(usage: Usage, used: Usage): Usage {
  const indexOf = new Map(used.days.map((day, index) => [day, index]));
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = { ...usage.perDay };
  for (const meter of METER_KEYS) {
    const values = usage.perDay[meter];
    if (METERS[meter].kind === 'flow' && values !== undefined) {
      perDay[meter] = usage.days.map((day, index) => {
        const value = values[index] ?? ZERO;
        const less = used.perDay[meter]?.[indexOf.get(day) ?? -1] ?? ZERO;
        return value.minus(smallest(value, less));
      });
    }
  }
  return { days: usage.days, perDay };
}

function keyOf(tenantId: TenantId, window: number): string {
  return `${tenantId} ${window}`;
}

/** What a rate depends on beside usage. */
function termsOf(tenant: BilledTenant | undefined): string {
  const { contract, budget } = tenant?.agreement.terms ?? {};
  return JSON.stringify([contract, String(budget)]);
}
