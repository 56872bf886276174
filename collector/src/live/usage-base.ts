import type { TenantId } from '../record/request-record.ts';
import type { UsageQueries } from '../usage/queries.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { CONCURRENT_WINDOW_MS, type UsageBase } from './tenant-usage.ts';

const DAY_LENGTH = 'YYYY-MM-DD'.length;

/**
 * Reads what live totals begin with.
 *
 * @param month the tenant's running one, `YYYY-MM`
 * @param now epoch milliseconds
 */
export async function readUsageBase(
  usage: Pick<UsageQueries, 'totalsWithUsers' | 'usersSince'>,
  tenantId: TenantId,
  month: string,
  now: number,
): Promise<UsageBase> {
  const scope = tenantScope(tenantId);
  const [{ calls, bytes, users }, seen] = await Promise.all([
    usage.totalsWithUsers(scope, { start: `${month}-01`, end: lastDay(month) }),
    usage.usersSince(scope, new Date(now - CONCURRENT_WINDOW_MS)),
  ]);
  return { month, calls, bytes, users, seen };
}

/** The last day of a month `YYYY-MM`. */
function lastDay(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 0)).toISOString().slice(0, DAY_LENGTH);
}
