import { z } from 'zod';
import { openStore, type Store, type StoreAddress } from '../../store/store.ts';
import { UsageQueries } from '../../usage/queries.ts';
import type { TimeRange } from '../../usage/range.ts';
import { tenantScope } from '../../usage/tenant-scope.ts';
import { BATCH_TENANT, REQUEST_TENANT } from './tenants.ts';

/** What the clients know. */
export interface Expected {
  /** Events of batches; every one from 0 to here was acknowledged. */
  readonly batched: number;
  /** Requests; every one from 0 to here was acknowledged… */
  readonly requested: number;
  /** …but these, which may be stored or not. */
  readonly uncertain: ReadonlySet<number>;
}

/** What the store holds of one tenant, against what it should. */
export interface Balance {
  /** Acknowledged. */
  readonly acknowledged: number;
  /** Rows. */
  readonly stored: number;
  /** Acknowledged and not stored. */
  readonly lost: number;
  /** Rows beyond the first of an event. */
  readonly twice: number;
  /** Rows of events that were never sent. */
  readonly strange: number;
  /** Sum of the differences between both rollups and the raw rows. */
  readonly rollupDifference: number;
}

const HOUR_MS = 3_600_000;
const numberRow = z.object({ event: z.number(), times: z.coerce.number() });
const countRow = z.object({ n: z.coerce.number() });

/** Compares what a store holds with what was acknowledged, event by event. */
export async function audit(
  address: StoreAddress,
  { batched, requested, uncertain }: Expected,
): Promise<{ batches: Balance; requests: Balance; refused: number }> {
  const quiet = (): void => undefined;
  const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const store = openStore({ address, logger });
  const [refused] = await store.select({
    sql: 'SELECT count() AS n FROM {{database}}.rejected',
    params: {},
    row: countRow,
    label: 'crash.rejected',
  });
  const batches = await balance(store, BATCH_TENANT, batched, new Set());
  const requests = await balance(store, REQUEST_TENANT, requested, uncertain);
  await store.close();
  return { batches, requests, refused: refused?.n ?? 0 };
}

async function balance(
  store: Store,
  tenant: string,
  sent: number,
  uncertain: ReadonlySet<number>,
): Promise<Balance> {
  const rows = await store.select({
    sql: `SELECT toUInt32(session_id) AS event, count() AS times FROM {{database}}.requests
          WHERE tenant_id = {tenant:String} GROUP BY event`,
    params: { tenant },
    row: numberRow,
    label: 'crash.events',
  });
  const known = rows.filter(({ event }) => event < sent);
  const certain = known.filter(({ event }) => !uncertain.has(event)).length;
  const acknowledged = sent - uncertain.size;
  const stored = rows.reduce((sum, { times }) => sum + times, 0);
  return {
    acknowledged,
    stored,
    lost: acknowledged - certain,
    twice: stored - rows.length,
    strange: rows.length - known.length,
    rollupDifference: await rollupDifference(store, tenant, stored),
  };
}

async function rollupDifference(store: Store, tenant: string, stored: number): Promise<number> {
  const now = Date.now();
  const range: TimeRange = { from: new Date(now - 2 * HOUR_MS), to: new Date(now + HOUR_MS) };
  const usage = new UsageQueries(store);
  const scope = tenantScope(tenant);
  const { hour, userDay } = await usage.rollupDifference(scope, range);
  const { calls } = await usage.summary(scope, range);
  return [...Object.values(hour), ...Object.values(userDay), calls - stored].reduce(
    (sum, difference) => sum + Math.abs(difference),
    0,
  );
}
