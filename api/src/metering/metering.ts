import {
  type BillingMonth,
  type Decimal,
  decimal,
  type MeterKey,
  startOfDay,
  type Usage,
  ZERO,
} from '@riwayat/billing';
import {
  type EventsOfDay,
  type MeteredDays,
  type MeteringQueries,
  type RequestsOfDay,
  type RollupDays,
  type TenantId,
  tenantScope,
  type UsageSummary,
} from '@riwayat/collector';
import type {
  ManyMeteringQuestion,
  MeteringQuestion,
  ScreenMetering,
  ScreenMonth,
} from '../billing/metering.ts';
import { dailyValues } from './daily-values.ts';
import { EVENT_METERS, eventType, METER_TYPES } from './event-meters.ts';

/** A gigabyte of bytes is 10^9 of them; a second has 10^6 microseconds; a megabyte-second 10^6 byte-seconds. */
const PER_BYTE = decimal('0.000000001');
const PER_MILLION = decimal('0.000001');

/** What of a day's requests is the value of a meter. */
export const OF_REQUESTS = {
  api_calls: ({ calls }) => decimal(calls),
  data_transfer: ({ bytes }) => decimal(bytes).times(PER_BYTE),
  rendering_requests: ({ renders }) => decimal(renders),
  cpu: ({ cpu }) => decimal(cpu).times(PER_MILLION),
  memory: ({ memory }) => decimal(memory).times(PER_MILLION),
  concurrent_users: ({ concurrentUsers }) => decimal(concurrentUsers),
  cache_lookups: ({ cacheLookups }) => decimal(cacheLookups),
  cache_hits: ({ cacheHits }) => decimal(cacheHits),
} as const satisfies Partial<Record<MeterKey, (day: Omit<RequestsOfDay, 'tenantId' | 'day'>) => Decimal>>;

export const REQUEST_METERS = Object.keys(OF_REQUESTS).filter(
  (key): key is keyof typeof OF_REQUESTS => key in OF_REQUESTS,
);

/** Metering of what the collector has stored. */
export class StoredMetering implements ScreenMetering {
  readonly #queries: MeteringQueries;

  constructor(queries: MeteringQueries) {
    this.#queries = queries;
  }

  async ofBill({ tenantId, ...rest }: MeteringQuestion): Promise<Usage> {
    const usageOfTenants = await this.ofBills({ tenantIds: [tenantId], ...rest });
    return usageOfTenants.get(tenantId) ?? usageOf(rest.month, [], []);
  }

  async ofBills({ tenantIds, month, storedBy }: ManyMeteringQuestion): Promise<ReadonlyMap<TenantId, Usage>> {
    const scopes = tenantIds.map(tenantScope);
    const days = meteredDays(month);
    const [requests, events] = await Promise.all([
      this.#queries.requestsOfDays(scopes, days, storedBy),
      this.#queries.eventsOfDays(scopes, days, METER_TYPES, storedBy),
    ]);
    return usages(tenantIds, month, requests, events);
  }

  async ofScreen(question: Omit<MeteringQuestion, 'storedBy'>): Promise<Usage> {
    return (await this.screenMonth(question)).usage;
  }

  async screenMonth({ tenantId, month }: Omit<MeteringQuestion, 'storedBy'>): Promise<ScreenMonth> {
    const scope = tenantScope(tenantId);
    const days = meteredDays(month);
    const [requests, events] = await Promise.all([
      this.#queries.requestsOfDaysFromRollup(scope, days),
      this.#queries.eventsOfDays([scope], days, METER_TYPES),
    ]);
    return { usage: usageOf(month, requests.days, events), totals: totalsOf(requests) };
  }
}

function meteredDays({ days, timezone, to }: BillingMonth): MeteredDays {
  return { days: days.map((day) => ({ day, from: startOfDay(day, timezone) })), to };
}

function usages(
  tenantIds: readonly TenantId[],
  month: BillingMonth,
  requests: readonly RequestsOfDay[],
  events: readonly EventsOfDay[],
): Map<TenantId, Usage> {
  const requestsOf = byTenant(requests);
  const eventsOf = byTenant(events);
  return new Map(
    tenantIds.map((id) => [id, usageOf(month, requestsOf.get(id) ?? [], eventsOf.get(id) ?? [])]),
  );
}

function totalsOf({ days, activeUsers }: RollupDays): UsageSummary {
  const total = (value: (day: RollupDays['days'][number]) => bigint): number =>
    exactNumber(days.reduce((all, day) => all + value(day), 0n));
  return {
    calls: total(({ calls }) => calls),
    errors: total(({ errors }) => errors),
    bytesIn: total(({ bytesIn }) => bytesIn),
    bytesOut: total(({ bytesOut }) => bytesOut),
    activeUsers: exactNumber(activeUsers),
    concurrentPeak: Math.max(0, ...days.map(({ concurrentUsers }) => exactNumber(concurrentUsers))),
  };
}

/** @throws {RangeError} above 2^53: nothing is rounded */
function exactNumber(value: bigint): number {
  if (value > BigInt(Number.MAX_SAFE_INTEGER)) {
    throw new RangeError(`${value} is too large to be exact.`);
  }
  return Number(value);
}

/** Rows of several tenants, by tenant. */
export function byTenant<Row extends { readonly tenantId: TenantId }>(
  rows: readonly Row[],
): Map<TenantId, Row[]> {
  const groups = new Map<TenantId, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.tenantId);
    if (group === undefined) {
      groups.set(row.tenantId, [row]);
    } else {
      group.push(row);
    }
  }
  return groups;
}

/** What a tenant's rows of some days are, by meter and day. */
export function usageOf(
  { days }: Pick<BillingMonth, 'days'>,
  requests: readonly RequestsOfDay[],
  events: readonly EventsOfDay[],
): Usage {
  const byDay = new Map(requests.map((row) => [row.day, row]));
  const perDay: Partial<Record<MeterKey, readonly Decimal[]>> = {};
  for (const meter of REQUEST_METERS) {
    perDay[meter] = days.map((day) => {
      const row = byDay.get(day);
      return row === undefined ? ZERO : OF_REQUESTS[meter](row);
    });
  }
  for (const meter of EVENT_METERS) {
    const told = events.filter(({ type }) => type === eventType(meter));
    perDay[meter] = dailyValues(meter, told, days.length);
  }
  return { days, perDay };
}
