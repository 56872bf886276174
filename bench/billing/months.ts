/*
 * A month of many small tenants, for their invoices: in ClickHouse their requests and what their events say, in Postgres
 * the tenants and their contracts.
 */

import { sql } from 'kysely';
import { METER_TYPES } from '../../api/src/metering/event-meters.ts';
import type { Database } from '../../api/src/postgres/database.ts';
import type { Store } from '../../collector/src/store/store.ts';

const PEOPLE_OF_TENANT = 20;
const SECONDS_PER_DAY = 86_400;
/** Of the shortest month. */
const DAYS = 28;
const BLOCK_ROWS = 1_048_576;
/** Each with a price of its own for something: members, transactions, calls. */
const PLANS = ['starter', 'professional', 'usage', 'hybrid', 'tiered'] as const;

/** The id of a tenant that is invoiced, from 0. */
export function invoicedTenant(index: number): string {
  return `invoiced-${index}`;
}

export interface Months {
  readonly tenants: number;
  /** Of all of them together. */
  readonly requests: number;
  /** Local day on which the month begins. */
  readonly firstDay: string;
  /** The instant at which it does. */
  readonly from: Date;
  readonly timezone: string;
}

export async function storeMonths(
  store: Pick<Store, 'change'>,
  { db }: Database,
  { tenants, requests, firstDay, from, timezone }: Months,
): Promise<void> {
  const began = Math.floor(from.getTime() / 1_000);
  await store.change({
    sql: `
INSERT INTO {{database}}.requests (ts, request_id, tenant_id, day, user_id, user_role, session_id, endpoint, method, status,
  duration, bytes_in, bytes_out, cpu, memory, cache, kind, source)
SETTINGS async_insert = 0, max_insert_threads = 1, min_insert_block_size_rows = ${BLOCK_ROWS}
SELECT toDateTime64(${began} + sipHash64(number) % ${DAYS * SECONDS_PER_DAY}, 6, 'UTC') AS ts, number,
  concat('invoiced-', toString(number % ${tenants})), toDate(toTimeZone(ts, '${timezone}')),
  concat('usr_', toString(sipHash64(number, 1) % ${PEOPLE_OF_TENANT})), 'member', concat('ses_', toString(number % 9973)),
  concat('/api/v1/part-', toString(number % 31)), 'GET', 200, 1000 + number % 90000, number % 900,
  400 + sipHash64(number, 2) % 90000, 200 + number % 2000, number % 100000,
  ['hit', 'miss', 'none'][number % 3 + 1], if(number % 40 = 0, 'render', 'api'), 'live'
FROM numbers(${requests})`,
    params: {},
  });
  const types = [...METER_TYPES.levels, ...METER_TYPES.flows];
  await store.change({
    sql: `
INSERT INTO {{database}}.events (ts, tenant_id, id, source, type, data) SETTINGS async_insert = 0
SELECT toDateTime64(${began} + (number % ${DAYS}) * ${SECONDS_PER_DAY}, 6, 'UTC'),
  concat('invoiced-', toString(intDiv(number, ${DAYS * types.length}))), toString(number), '/bench',
  {types:Array(String)}[intDiv(number, ${DAYS}) % ${types.length} + 1],
  concat('{"value":"', toString(1 + sipHash64(number) % 300), '"}')
FROM numbers(${tenants * DAYS * types.length})`,
    params: { types },
  });
  await sql`
    insert into tenants (id, name, timezone, locale)
    select 'invoiced-' || n, 'Invoiced ' || n, ${timezone}, 'id' from generate_series(0, ${tenants - 1}::int) as n`.execute(
    db,
  );
  await sql`
    insert into contracts (tenant_id, started_on)
    select 'invoiced-' || n, ${firstDay}::date from generate_series(0, ${tenants - 1}::int) as n`.execute(db);
  await sql`
    insert into contract_terms (tenant_id, from_day, plan_key)
    select 'invoiced-' || n, ${firstDay}::date, (${sql.val([...PLANS])}::text[])[n % ${PLANS.length}::int + 1]
    from generate_series(0, ${tenants - 1}::int) as n`.execute(db);
}
