import { mkdirSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { LINE_FORMATS } from '../record/lanes.ts';
import { encodeEvent } from '../record/line.ts';
import { requestId } from '../record/request-id.ts';
import { describeStores } from '../testing/clickhouse/stores.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { businessEvent } from '../testing/events.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { UsageQueries } from '../usage/queries.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { isMissingFile, isRefusedRows, openStore, type Store } from './store.ts';

const RANGE = { from: new Date(Date.now() - 3_600_000), to: new Date(Date.now() + 3_600_000) };
/** More than any reader's own block. */
const MANY = 70_000;
const row = z.record(z.string(), z.unknown());
/** Quotes and escapes. */
const directory = join(temporaryDirectory(), "it's \\ dir");
/** What patterns are made of. */
const patterned = join(directory, '{a,b} * ? [c] :: d');
mkdirSync(patterned, { recursive: true });

function file(name: string, lines: readonly string[]): string {
  const path = join(directory, name);
  writeFileSync(path, lines.join(''));
  return path;
}

function lines(tenant: string, count: number): string[] {
  return Array.from({ length: count }, (_, i) =>
    encodedLine(
      record({ tenantId: tenantId(tenant), userId: `u${i % 11}`, status: i % 10 === 0 ? 500 : 200 }),
    ),
  );
}

describeStores('the lines of a file', (address) => {
  let store: Store;
  let usage: UsageQueries;
  beforeAll(async () => {
    store = openStore({ address: address(), logger: testLogger() });
    await store.migrate();
    usage = new UsageQueries(store);
  });
  afterAll(() => store.close());

  const rowsOf = (table: string, tenant: string): Promise<Record<string, unknown>[]> =>
    store.select({
      sql: `SELECT * EXCEPT (tenant_id, stored_at) FROM {{database}}.${table} WHERE tenant_id = {tenant:String} ORDER BY ts`,
      params: { tenant },
      row,
      label: 'test.rows',
    });

  it('are stored once per token, in raw rows and in both rollups', async () => {
    const path = file('once', lines('once', 500));
    for (const token of ['file-once-1', 'file-once-1', 'file-once-2', 'file-once-1']) {
      await store.insertFile({ ...LINE_FORMATS.requests, token, path });
    }
    await store.insertFile({
      ...LINE_FORMATS.requests,
      token: 'file-once-1',
      path: relative(process.cwd(), path),
    });
    expect(await usage.summary(tenantScope('once'), RANGE)).toMatchObject({
      calls: 1_000,
      errors: 100,
      activeUsers: 11,
    });
    const difference = await usage.rollupDifference(tenantScope('once'), RANGE);
    expect(Object.values({ ...difference.hour, ...difference.userDay }).every((n) => n === 0)).toBe(true);
  });

  it('are stored all or not at all, however many they are', async () => {
    const many = lines('atomic', MANY);
    const good = many[MANY - 1] ?? '';
    many[MANY - 1] = good.replace(/^\[\d+/, '["no time"');
    const insert = { ...LINE_FORMATS.requests, token: 'atomic-1', path: file('atomic', many) };
    const error: unknown = await store.insertFile(insert).catch((reason: unknown) => reason);
    expect(isRefusedRows(error)).toBe(true);
    expect(await usage.summary(tenantScope('atomic'), RANGE)).toMatchObject({ calls: 0 });
    // The token is not used up.
    many[MANY - 1] = good;
    file('atomic', many);
    await store.insertFile(insert);
    expect(await usage.summary(tenantScope('atomic'), RANGE)).toMatchObject({ calls: MANY });
  });

  it('become the same rows as lines in a statement', async () => {
    const odd = record({
      ts: microseconds(Date.now() * 1_000 + 123),
      requestId: requestId(2n ** 64n - 1n),
      userId: 'é😀"\\\u0001\n\t\u2028',
      endpoint: "/it's/:id",
      sessionId: '',
      duration: microseconds(Number.MAX_SAFE_INTEGER),
      messages: 4_294_967_295,
      outcome: 'timed-out',
      traceId: '0af7651916cd43dd8448eb211c80319c',
    });
    const pair = (['file', 'text'] as const).map((name) =>
      encodedLine({ ...odd, tenantId: tenantId(`odd-${name}`) }).replace(
        /""\]\n$/,
        '"0123456789abcdef01234567"]\n',
      ),
    );
    await store.insertFile({ ...LINE_FORMATS.requests, token: 'odd-1', path: file('odd', pair.slice(0, 1)) });
    await store.insert({ ...LINE_FORMATS.requests, token: 'odd-2', lines: pair[1] ?? '' });
    const stored = await rowsOf('requests', 'odd-file');
    expect(stored).toEqual(await rowsOf('requests', 'odd-text'));
    expect(stored[0]).toMatchObject({
      user_id: odd.userId,
      request_id: String(2n ** 64n - 1n),
      outcome: 'timed-out',
    });

    const { event } = businessEvent('odd', 'e1');
    const line = encodeEvent(event, { userId: 'u1', retention: 7 }, '0123456789abcdef01234567');
    await store.insertFile({ ...LINE_FORMATS.events, token: 'odd-3', path: file('event', [line]) });
    expect(await rowsOf('events', 'odd')).toMatchObject([
      { id: 'e1', data: event.data, user_id: 'u1', retention: 7 },
    ]);
  });

  it('are read from exactly the file that is named, though its name is a pattern', async () => {
    const path = join(patterned, '{a,b}?*');
    writeFileSync(path, lines('patterned', 3).join(''));
    await store.insertFile({ ...LINE_FORMATS.requests, token: 'patterned', path });
    expect(await usage.summary(tenantScope('patterned'), RANGE)).toMatchObject({ calls: 3 });
  });

  it.each([directory, patterned])(
    'are missed when there is no such file in %s, for which no row is to blame',
    async (place) => {
      const error: unknown = await store
        .insertFile({ ...LINE_FORMATS.requests, token: 'gone', path: join(place, 'gone') })
        .catch((reason: unknown) => reason);
      expect(isMissingFile(error)).toBe(true);
      expect(isRefusedRows(error)).toBe(false);
    },
  );
});
