/*
 * What many tenants have used of their running months, a few questions for all of them.
 *
 * What always holds: a month's usage is its days' from the rollup, as screens have it. Today is read each time, the days
 * before it again after five minutes and what events tell after some seconds: late rows of other days count that much later.
 */
import { type BillingMonth, billingMonth, dayAt, monthAt, startOfDay, type Usage } from '@riwayat/billing';
import {
  type EventsOfDay,
  type MeteringQueries,
  type RequestsOfDay,
  type TenantId,
  tenantScope,
} from '@riwayat/collector';
import { METER_TYPES } from '../../metering/event-meters.ts';
import { byTenant, usageOf } from '../../metering/metering.ts';
import { grouped } from './questions.ts';

const PAST_FRESH_MS = 5 * 60_000;
const EVENTS_FRESH_MS = 15_000;

export interface ZonedTenant {
  readonly tenantId: TenantId;
  /** IANA name. */
  readonly timezone: string;
}

export interface RunningMonth {
  readonly month: BillingMonth;
  readonly usage: Usage;
}

/** What was read of a zone's tenants, and of which. */
interface Kept<T> {
  readonly of: string;
  readonly readAt: number;
  readonly rows: ReadonlyMap<TenantId, T[]>;
}

/** Reads running months, and remembers what does not change any more. */
export class RunningMonths {
  readonly #queries: Pick<MeteringQueries, 'rollupsOfDays' | 'eventsOfDays'>;
  /** By zone. */
  readonly #past = new Map<string, Kept<RequestsOfDay>>();
  readonly #events = new Map<string, Kept<EventsOfDay>>();

  constructor(queries: Pick<MeteringQueries, 'rollupsOfDays' | 'eventsOfDays'>) {
    this.#queries = queries;
  }

  /** Of each of some tenants, the month that it has at an instant. @throws {StoreError} */
  async of(tenants: readonly ZonedTenant[], at: Date): Promise<ReadonlyMap<TenantId, RunningMonth>> {
    const zones = grouped(tenants, ({ timezone }) => timezone);
    const months = await Promise.all(
      [...zones].map(([timezone, ofZone]) =>
        this.#ofZone(timezone, ofZone.map(({ tenantId }) => tenantId).sort(), at),
      ),
    );
    return new Map(months.flat());
  }

  async #ofZone(
    timezone: string,
    tenantIds: readonly TenantId[],
    at: Date,
  ): Promise<[TenantId, RunningMonth][]> {
    const month = billingMonth(monthAt(at, timezone), timezone);
    const today = dayAt(at, timezone);
    const scopes = tenantIds.map(tenantScope);
    const pastDays = month.days.filter((day) => day < today);
    const [start, end] = [pastDays.at(0), pastDays.at(-1)];
    const of = JSON.stringify([today, tenantIds]);
    const [past, running, events] = await Promise.all([
      kept(this.#past, timezone, { of, at, freshMs: PAST_FRESH_MS }, async () =>
        start === undefined || end === undefined ? [] : this.#queries.rollupsOfDays(scopes, { start, end }),
      ),
      this.#queries.rollupsOfDays(scopes, { start: today, end: today }),
      kept(this.#events, timezone, { of, at, freshMs: EVENTS_FRESH_MS }, () => {
        const days = month.days.map((day) => ({ day, from: startOfDay(day, timezone) }));
        return this.#queries.eventsOfDays(scopes, { days, to: month.to }, METER_TYPES);
      }),
    ]);
    const runningOf = byTenant(running);
    return tenantIds.map((id) => {
      const requests = [...(past.get(id) ?? []), ...(runningOf.get(id) ?? [])];
      return [id, { month, usage: usageOf(month, requests, events.get(id) ?? []) }];
    });
  }
}

async function kept<T extends { readonly tenantId: TenantId }>(
  cache: Map<string, Kept<T>>,
  timezone: string,
  { of, at, freshMs }: { readonly of: string; readonly at: Date; readonly freshMs: number },
  read: () => Promise<readonly T[]>,
): Promise<ReadonlyMap<TenantId, T[]>> {
  const known = cache.get(timezone);
  const age = at.getTime() - (known?.readAt ?? 0);
  if (known?.of === of && age >= 0 && age < freshMs) {
    return known.rows;
  }
  const rows = byTenant(await read());
  cache.set(timezone, { of, readAt: at.getTime(), rows });
  return rows;
}
