/*
 * What business events say of meters that no request shows: members, storage, transactions.
 *
 * An event's data is `{"value": "12.5"}`: decimal text with up to 18 digits before the point and 12 after it, or a whole
 * number up to 2^53 - 1; never below 0. What always holds: an event that came twice (same source and id) counts once, as it
 * was stored first; the order in which events come changes nothing, for two at one instant are told apart by their ids;
 * whatever has no such value is counted as ignored, not as 0.
 */
import { z } from 'zod';
import type { TenantId } from '../record/request-record.ts';
import type { Select } from '../store/store.ts';
import { dayBounds, epochSeconds, type MeteredDays } from './metered-days.ts';
import { exact } from './rows.ts';

/** Types of events. */
export interface MeterTypes {
  /** Of which the last before the days is wanted as well. */
  readonly levels: readonly string[];
  readonly flows: readonly string[];
}

/** The events of one type and one local day. */
export interface EventsOfDay {
  readonly tenantId: TenantId;
  readonly type: string;
  /** Among the days asked for, from 0; undefined: all before them. */
  readonly index: number | undefined;
  /** Plain decimals; null when no event of the day has a value. */
  readonly last: string | null;
  readonly largest: string | null;
  readonly sum: string | null;
  /** Events without a value that can be counted. */
  readonly ignored: bigint;
}

const LARGEST_SAFE_INTEGER = Number.MAX_SAFE_INTEGER;
const DECIMALS = 12;

const plain = z
  .string()
  .regex(/^\d+(\.\d+)?$/)
  .nullable();
const eventsRow = z.object({
  tenantId: z.custom<TenantId>((value) => typeof value === 'string'),
  type: z.string(),
  place: z.int(),
  last: plain,
  largest: plain,
  sum: plain,
  ignored: exact,
});

/** NULL for what is no value. Made of the value as JSON has it, which is read once: that is most of what an event costs. */
const VALUE = `if(match(told, '^"[0-9]{1,18}([.][0-9]{1,${DECIMALS}})?"$')
    OR (match(told, '^[0-9]{1,16}$') AND toUInt64OrZero(told) <= ${LARGEST_SAFE_INTEGER}),
  toDecimal128OrNull(replaceAll(told, '"', ''), ${DECIMALS}), NULL)`;

/**
 * Adds up the events of each type and day.
 *
 * @param select reads within the tenants' scopes
 * @throws {RangeError} for days that are none; {StoreError}
 */
export async function eventsOfDays(
  select: <T>(question: Select<T>) => Promise<T[]>,
  days: MeteredDays,
  { levels, flows }: MeterTypes,
  storedBy?: Date,
): Promise<EventsOfDay[]> {
  const { from, to } = dayBounds(days);
  const rows = await select({
    sql: `SELECT tenant_id AS tenantId, events.type AS type, place, toString(argMaxIf(value, (ts, id), value IS NOT NULL)) AS last,
            toString(max(value)) AS largest, toString(sum(value)) AS sum, countIf(value IS NULL) AS ignored
          FROM (
            SELECT tenant_id, type, ts, id, JSONExtractRaw(data, 'value') AS told, ${VALUE} AS value,
              arrayCount(begins -> begins <= toUnixTimestamp(ts), {begins:Array(UInt32)}) AS place
            FROM {{database}}.events
            WHERE tenant_id IN {tenants:Array(String)} AND type IN {types:Array(String)}
              AND ts < toDateTime({to:UInt32}, 'UTC')
              AND (ts >= toDateTime({from:UInt32}, 'UTC') OR type IN {levels:Array(String)})
              ${storedBy === undefined ? '' : "AND stored_at <= toDateTime({storedBy:UInt32}, 'UTC')"}
            ORDER BY stored_at, ts LIMIT 1 BY tenant_id, type, source, id) AS events
          GROUP BY tenantId, type, place ORDER BY tenantId, type, place`,
    params: {
      from,
      to,
      begins: days.days.map((day) => epochSeconds(day.from)),
      types: [...levels, ...flows],
      levels,
      ...(storedBy && { storedBy: epochSeconds(storedBy) }),
    },
    row: eventsRow,
    label: 'metering.events',
  });
  return rows.map(({ place, ...row }) => ({ ...row, index: place === 0 ? undefined : place - 1 }));
}
