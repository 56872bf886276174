/*
 * A tenant with the same number of requests on each of some days: the first days of the month before this one. A request
 * is somebody's, of a session and an endpoint, as long as ids of the product are; one in ten is traced.
 */
import { type BillingMonth, billingMonth, monthAt, monthsLater } from '@riwayat/billing';
import type { Store } from '../../collector/src/store/store.ts';
import { TIMEZONE } from '../queries/workload.ts';

/** Of the month before this one. */
export const DAYS = 20;
export const TENANT = 'bench';
/** More than a report names. */
const PEOPLE = 3_000;
const ENDPOINTS = 2_000;
const MICROSECONDS_PER_DAY = 86_400_000_000;

/** The month that the requests are of. */
export function recordedMonth(now: Date): BillingMonth {
  return billingMonth(monthsLater(monthAt(now, TIMEZONE), -1), TIMEZONE);
}

/** Stores the requests. */
export async function storeRequests(
  store: Pick<Store, 'change'>,
  { from, rowsPerDay }: { readonly from: Date; readonly rowsPerDay: number },
): Promise<void> {
  await store.change({
    sql: `
INSERT INTO {{database}}.requests (ts, request_id, tenant_id, day, user_id, user_role, session_id, endpoint, method, status,
  duration, bytes_in, bytes_out, cpu, memory, cache, kind, trace_id, source)
SETTINGS async_insert = 0, max_insert_threads = 1
SELECT fromUnixTimestamp64Micro(${from.getTime() * 1_000} + number * ${Math.floor(MICROSECONDS_PER_DAY / rowsPerDay)}, 'UTC') AS at,
  number, '${TENANT}', toDate(toTimeZone(at, '${TIMEZONE}')),
  concat('usr_', substring(lower(hex(sipHash128(number % ${PEOPLE}))), 1, 20)), 'learner',
  concat('ses_', substring(lower(hex(sipHash128(intDiv(number, 12)))), 1, 24)),
  concat('/api/v1/courses/:id/part-', toString(sipHash64(number, 1) % ${ENDPOINTS})), 'GET', 200, 1000 + number % 90000, number % 900,
  400 + sipHash64(number, 2) % 90000, 200 + number % 2000, number % 100000, ['hit', 'miss', 'none'][number % 3 + 1], 'api',
  if(number % 10 = 0, lower(hex(sipHash128(number))), ''), 'live'
FROM numbers(${rowsPerDay * DAYS})`,
    params: {},
  });
}
