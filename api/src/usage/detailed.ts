import type { EndpointUsage, TenantScope, UsageQueries, UserUsage } from '@riwayat/collector';
import type { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import type { UsageCosts } from './costs.ts';
import type { UsagePeriod } from './period.ts';
import { daysOf } from './question.ts';
import type { DetailedUsage, endpointUsage } from './schema.ts';

const BYTES_PER_GB = 1e9;
const PERCENT = 100;
/** How many people a breakdown names. */
export const BUSIEST_PEOPLE = 100;

export interface DetailedParts {
  readonly usage: UsageQueries;
  readonly costs: UsageCosts;
  /** Names of the tenant's people by user id; ids it does not know are absent. */
  readonly names: (tenantId: string, userIds: readonly string[]) => Promise<ReadonlyMap<string, string>>;
}

/** Which of its parts somebody may see. */
export interface Sections {
  readonly endpoints: boolean;
  readonly people: boolean;
}

/** Costs of a period by day, endpoint and person. */
interface Costs {
  readonly total: bigint;
  readonly days: ReadonlyMap<string, bigint>;
  readonly endpoints: ReadonlyMap<string, bigint>;
  readonly people: ReadonlyMap<string, bigint>;
}

/** A period by day, and by endpoint and person for those who may see them. */
export async function detailedOf(
  scope: TenantScope,
  period: UsagePeriod,
  sections: Sections,
  { usage, costs, names }: DetailedParts,
): Promise<DetailedUsage> {
  const [daily, endpoints, people, priced] = await Promise.all([
    usage.daily(scope, period, period.timezone),
    sections.endpoints ? usage.endpoints(scope, period) : undefined,
    sections.people ? usage.users(scope, period, BUSIEST_PEOPLE) : undefined,
    costsOf(),
  ]);
  const known = people && (await names(scope.tenantId, idsOf(people)));
  const costOf = (amounts: ReadonlyMap<string, bigint> | undefined, key: string): number | null =>
    amounts === undefined ? null : rupiahNumber(amounts.get(key) ?? 0n);
  return {
    period: daysOf(period),
    total_cost: priced === undefined ? null : rupiahNumber(priced.total),
    daily_usage: daily.map((day) => ({
      date: day.day,
      api_calls: day.calls,
      errors: day.errors,
      data_transfer: (day.bytesIn + day.bytesOut) / BYTES_PER_GB,
      data_transfer_bytes: day.bytesIn + day.bytesOut,
      active_users: day.activeUsers,
      cost: costOf(priced?.days, day.day),
    })),
    ...(endpoints && {
      endpoint_breakdown: endpoints.map((row) =>
        endpointRow(row, costOf(priced?.endpoints, endpointKey(row))),
      ),
      unattributed_cost: restOf(priced?.total, priced?.endpoints, endpoints.map(endpointKey)),
    }),
    ...(people && {
      user_breakdown: people.map((person) => ({
        user_id: person.userId,
        name: known?.get(person.userId) ?? null,
        role: person.userRole,
        calls: person.calls,
        data_transfer_bytes: person.bytesIn + person.bytesOut,
        cost: costOf(priced?.people, person.userId),
      })),
      other_users: { cost: restOf(priced?.total, priced?.people, idsOf(people)) },
    }),
  };

  async function costsOf(): Promise<Costs | undefined> {
    const { tenantId } = scope;
    const agreement = await costs.agreementOf(tenantId);
    if (agreement === undefined) {
      return undefined;
    }
    const { total, days } = await costs.byDay(tenantId, agreement, period);
    const [byEndpoint, byPerson] = await Promise.all([
      sections.endpoints ? costs.sharedBy(tenantId, period, total, 'endpoint') : new Map<string, bigint>(),
      sections.people ? costs.sharedBy(tenantId, period, total, 'user') : new Map<string, bigint>(),
    ]);
    return { total, days, endpoints: byEndpoint, people: byPerson };
  }
}

/** The key that an endpoint's cost has. */
export function endpointKey({ method, endpoint }: Pick<EndpointUsage, 'method' | 'endpoint'>): string {
  return `${method} ${endpoint}`;
}

/** An endpoint's row of an answer. */
export function endpointRow(row: EndpointUsage, cost: number | null): z.infer<typeof endpointUsage> {
  return {
    endpoint: row.endpoint,
    method: row.method,
    calls: row.calls,
    avg_response_time: row.meanMs,
    p50: row.p50Ms,
    p95: row.p95Ms,
    p99: row.p99Ms,
    error_rate: row.errorRate * PERCENT,
    client_error_rate: row.clientErrorRate * PERCENT,
    data_transfer_bytes: row.bytesIn + row.bytesOut,
    cost,
  };
}

/** What of a cost stands in none of the rows that are shown: null without a cost. */
export function restOf(
  total: bigint | undefined,
  shares: ReadonlyMap<string, bigint> | undefined,
  shown: readonly string[],
): number | null {
  return total === undefined
    ? null
    : rupiahNumber(shown.reduce((rest, key) => rest - (shares?.get(key) ?? 0n), total));
}

export function idsOf(people: readonly Pick<UserUsage, 'userId'>[]): string[] {
  return people.map(({ userId }) => userId);
}
