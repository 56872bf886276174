/*
 * What many tenants have used of their running months, a few questions for all of them.
 *
 * What always holds: a month's usage is its days' from the rollup, as screens have it. Today is read each time, the days
 * before it again after five minutes and what events tell after some seconds: late rows of other days count that much later.
 */
import { isDeepStrictEqual } from 'node:util';
import { type BillingMonth, billingMonth, dayAt, monthAt, startOfDay, type Usage } from '@riwayat/billing';
import {
  type EventsOfDay,
  type MeteringQueries,
  type RequestsOfDay,
  type TenantId,
  tenantScope,
} from '@riwayat/collector';
import { LRUCache } from 'lru-cache';
import { METER_TYPES } from '../../metering/event-meters.ts';
import { byTenant, usageOf } from '../../metering/metering.ts';
import { grouped } from './questions.ts';

const PAST_FRESH_MS = 5 * 60_000;
const EVENTS_FRESH_MS = 15_000;
const MOST_KEPT = 64;

export interface ZonedTenant {
  readonly tenantId: TenantId;
  /** IANA name. */
  readonly timezone: string;
}

export interface RunningMonth {
  readonly month: BillingMonth;
  readonly usage: Usage;
}

/** What a tenant's month is made of. */
interface RowsOfMonth {
  readonly past: readonly RequestsOfDay[] | undefined;
  readonly running: readonly RequestsOfDay[] | undefined;
  readonly events: readonly EventsOfDay[] | undefined;
}

/** What was read of some tenants. */
interface Kept<T> {
  /** Epoch milliseconds. */
  readonly readAt: number;
  readonly rows: ReadonlyMap<TenantId, T[]>;
}

/** Reads running months, and remembers what does not change any more. */
export class RunningMonths {
  readonly #queries: Pick<MeteringQueries, 'rollupsOfDays' | 'eventsOfDays'>;
  /** By the day, and the tenants that were asked for: each reader asks for those of its own. */
  readonly #past = new LRUCache<string, Kept<RequestsOfDay>>({ max: MOST_KEPT });
  readonly #months = new Map<TenantId, { readonly rows: RowsOfMonth; readonly running: RunningMonth }>();
  readonly #events = new LRUCache<string, Kept<EventsOfDay>>({ max: MOST_KEPT });

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
    const key = JSON.stringify([timezone, today, tenantIds]);
    const [past, running, events] = await Promise.all([
      kept(this.#past, key, { at, freshMs: PAST_FRESH_MS }, async () =>
        start === undefined || end === undefined ? [] : this.#queries.rollupsOfDays(scopes, { start, end }),
      ),
      this.#queries.rollupsOfDays(scopes, { start: today, end: today }),
      kept(this.#events, key, { at, freshMs: EVENTS_FRESH_MS }, () => {
        const days = month.days.map((day) => ({ day, from: startOfDay(day, timezone) }));
        return this.#queries.eventsOfDays(scopes, { days, to: month.to }, METER_TYPES);
      }),
    ]);
    const runningOf = byTenant(running);
    return tenantIds.map((id) => [
      id,
      this.#built(id, month, { past: past.get(id), running: runningOf.get(id), events: events.get(id) }),
    ]);
  }

  /** The same month again where nothing was used since: what follows from it need not be computed anew. */
  #built(tenantId: TenantId, month: BillingMonth, rows: RowsOfMonth): RunningMonth {
    const known = this.#months.get(tenantId);
    if (
      known?.running.month.month === month.month &&
      known.running.month.timezone === month.timezone &&
      isDeepStrictEqual(known.rows, rows)
    ) {
      return known.running;
    }
    const { past = [], running: today = [], events = [] } = rows;
    const running = { month, usage: usageOf(month, [...past, ...today], events) };
    this.#months.set(tenantId, { rows, running });
    return running;
  }
}

async function kept<T extends { readonly tenantId: TenantId }>(
  cache: LRUCache<string, Kept<T>>,
  key: string,
  { at, freshMs }: { readonly at: Date; readonly freshMs: number },
  read: () => Promise<readonly T[]>,
): Promise<ReadonlyMap<TenantId, T[]>> {
  const known = cache.get(key);
  const age = at.getTime() - (known?.readAt ?? 0);
  if (known !== undefined && age >= 0 && age < freshMs) {
    return known.rows;
  }
  const rows = byTenant(await read());
  cache.set(key, { readAt: at.getTime(), rows });
  return rows;
}
