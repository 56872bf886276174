import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { LINE_FORMATS } from '../record/lanes.ts';
import { REQUEST_COLUMNS } from '../record/line.ts';
import { isRefusedRows, openStore, type Store } from '../store/store.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, record, tenantId } from '../testing/records.ts';
import { UsageQueries } from '../usage/queries.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { deliver } from './delivery.ts';
import { Inserter } from './inserter.ts';

const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
const NO_DIFFERENCE = {
  hour: { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0, duration: 0 },
  userDay: { calls: 0, errors: 0, bytesIn: 0, bytesOut: 0 },
};
const rejectedRow = z.object({
  tenant_id: z.string(),
  segment: z.string(),
  line: z.string(),
  reason: z.string(),
});

let store: Store;
let usage: UsageQueries;
const spool = temporaryDirectory();
let inserter: Inserter;

async function send(
  token: string,
  rows: readonly string[],
): Promise<{ stored: number; rejected: number } | undefined> {
  const path = join(spool, `${token}.sealed`);
  writeFileSync(path, rows.join(''));
  const bytes = statSync(path).size;
  const segment = { token, path, rows: rows.length, bytes, format: LINE_FORMATS.requests, since: Date.now() };
  const result = await deliver(segment, { inserter, logger: testLogger() });
  return result && { stored: result.stored, rejected: result.rejected };
}

function lines(tenant: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    encodedLine(
      record({ tenantId: tenantId(tenant), userId: `u${i % 7}`, status: i % 10 === 0 ? 500 : 200 }),
    ),
  );
}

describeStores('delivery', (address) => {
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    inserter = new Inserter({ store, logger: testLogger(), migrated: true });
    usage = new UsageQueries(store);
  });
  afterAll(() => store.close());

  it('counts a segment that is sent again once, in raw rows and in both rollups', async () => {
    const segment = lines('retried', 500);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      expect(await send('segment-retried', segment)).toEqual({ stored: 500, rejected: 0 });
    }
    const scope = tenantScope('retried');
    expect(await usage.summary(scope, RANGE)).toMatchObject({ calls: 500, errors: 50, activeUsers: 7 });
    expect((await usage.daily(scope, RANGE, 'Asia/Jakarta')).reduce((sum, { calls }) => sum + calls, 0)).toBe(
      500,
    );
    expect(await usage.rollupDifference(scope, RANGE)).toEqual(NO_DIFFERENCE);
  });

  it('keeps rows that the store refuses with the reason, and stores all the others, also when repeated', async () => {
    const segment = lines('bisected', 400);
    const bad = [
      '["cut off\n',
      `${encodedLine(record({ tenantId: tenantId('bisected'), day: 'someday' }))}`,
      'null\n',
      '\u0000\u0000\n',
    ];
    segment.splice(0, 0, bad[0] ?? '');
    segment.splice(300, 0, bad[1] ?? '', bad[2] ?? '');
    segment.push(bad[3] ?? '');
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await send('segment-bisected', segment)).toEqual({ stored: 400, rejected: 4 });
    }
    const scope = tenantScope('bisected');
    expect(await usage.summary(scope, RANGE)).toMatchObject({ calls: 400, errors: 40 });
    expect(await usage.rollupDifference(scope, RANGE)).toEqual(NO_DIFFERENCE);
    const rejected = await store.select({
      sql: "SELECT tenant_id, segment, line, reason FROM {{database}}.rejected WHERE segment = 'segment-bisected'",
      params: {},
      row: rejectedRow,
      label: 'test.rejected',
    });
    expect(rejected.map(({ line }) => line).sort()).toEqual(bad.map((line) => line.trimEnd()).sort());
    expect(rejected.find(({ line }) => line.includes('someday'))?.tenant_id).toBe('bisected');
    for (const { reason } of rejected) {
      expect(reason).not.toBe('');
    }
  });

  it('sends a segment larger than a part in parts that a repetition cuts alike', async () => {
    const segment = lines('large', 60_001);
    segment[55_000] = '[]\n';
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await send('segment-large', segment)).toEqual({ stored: 60_000, rejected: 1 });
    }
    const scope = tenantScope('large');
    expect(await usage.summary(scope, RANGE)).toMatchObject({ calls: 60_000 });
    expect(await usage.rollupDifference(scope, RANGE)).toEqual(NO_DIFFERENCE);
  });

  it('does not take a store that cannot insert for rows that are bad', async () => {
    const missing = store.insert({
      table: 'no_such_table',
      columns: REQUEST_COLUMNS,
      token: 'x',
      lines: encodedLine(record()),
    });
    const error: unknown = await missing.catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(Error);
    expect(isRefusedRows(error)).toBe(false);
  });
});
