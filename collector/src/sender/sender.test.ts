import { existsSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { LINE_FORMATS } from '../record/lanes.ts';
import type { SealedSegment } from '../spool/segment.ts';
import { openStore, type Store } from '../store/store.ts';
import { insertsInto } from '../testing/clickhouse/faults.ts';
import { type ClickHouseServer, startClickHouse } from '../testing/clickhouse/server.ts';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, record, tenantId } from '../testing/records.ts';
import { Inserter, type InsertReport } from './inserter.ts';
import { Release, type StoredHook } from './release.ts';
import { Sender } from './sender.ts';

const TIMEOUT_MS = 250;
const statements = insertsInto('requests');
const countRow = z.object({ records: z.coerce.number() });

let server: ClickHouseServer;
let store: Store;
beforeAll(async () => {
  server = await startClickHouse({ path: temporaryDirectory() });
  store = openStore({ address: { kind: 'server', url: server.url }, logger: testLogger() });
  await store.migrate();
});
afterEach(() => server.clear());
afterAll(async () => {
  await store.close();
  await server.close();
});

interface Bench {
  readonly sender: Sender;
  readonly inserter: Inserter;
  readonly released: SealedSegment[];
  readonly reports: InsertReport[];
  /** Enqueues segments at these positions, of two rows each. */
  add(...positions: number[]): SealedSegment[];
  stored(): Promise<number>;
}

function start(tenant: string, hook?: StoredHook): Bench {
  const directory = temporaryDirectory();
  const logger = testLogger();
  const inserter = new Inserter({ store, logger, migrated: true, timeoutMs: TIMEOUT_MS });
  const released: SealedSegment[] = [];
  const reports: InsertReport[] = [];
  const release = new Release({
    logger,
    syncKeys: async () => undefined,
    onReleased: (segment) => released.push(segment),
  });
  if (hook !== undefined) {
    release.onStored(hook);
  }
  inserter.onInsert((report) => reports.push(report));
  const sender = new Sender({ inserter, release, logger });
  sender.start();
  const add = (...positions: number[]): SealedSegment[] =>
    positions.map((position) => {
      const token = `${tenant}-${position}`;
      const path = join(directory, `${token}.sealed`);
      writeFileSync(path, [1, 2].map(() => encodedLine(record({ tenantId: tenantId(tenant) }))).join(''));
      const segment: SealedSegment = {
        format: LINE_FORMATS.requests,
        lane: 'requests',
        position,
        token,
        path,
        rows: 2,
        bytes: statSync(path).size,
        since: Date.now(),
        counts: new Map(),
      };
      sender.enqueue(segment);
      return segment;
    });
  const stored = async (): Promise<number> => {
    const [row] = await store.select({
      sql: 'SELECT count() AS records FROM {{database}}.requests WHERE tenant_id = {tenant:String}',
      params: { tenant },
      row: countRow,
      label: 'test.sender',
    });
    return row?.records ?? 0;
  };
  return { sender, inserter, released, reports, add, stored };
}

describe('the sender', () => {
  it('has two inserts under way, no more', async () => {
    const { sender, inserter, add, stored } = start('two');
    await server.inflict({ kind: 'hang', times: 2, statements });
    add(1, 2, 3, 4);
    await eventually(() => inserter.status().insertsInFlight === 2);
    expect(sender.unsent).toHaveLength(4);
    await sender.whenStored(4);
    expect(await stored()).toBe(8);
    await sender.stop(1_000);
  });

  it('leaves a server that does not answer, and sends again under the same token, one at a time', async () => {
    const { sender, inserter, reports, add, stored } = start('hanging');
    await server.inflict({ kind: 'hang', stored: true, times: 3, statements });
    add(1, 2);
    await eventually(() => inserter.status().store === 'down');
    expect(['open', 'half-open']).toContain(inserter.status().breaker);
    expect(inserter.status().lastError).toContain(`${TIMEOUT_MS} ms`);
    await sender.whenStored(2);
    expect(inserter.status()).toMatchObject({
      store: 'up',
      breaker: 'closed',
      insertsInFlight: 0,
      lastError: undefined,
    });
    expect(inserter.status().retries).toBeGreaterThanOrEqual(3);
    expect(reports.filter(({ ok }) => !ok)).toHaveLength(3);
    expect(reports.filter(({ ok }) => ok).map(({ table, rows }) => [table, rows])).toEqual([
      ['requests', 2],
      ['requests', 2],
    ]);
    expect(await stored()).toBe(4);
    await sender.stop(1_000);
  });

  it('shows a read exactly the segments up to a position, and goes on after it', async () => {
    const { sender, add, stored } = start('held');
    add(1, 3);
    let more: SealedSegment[] = [];
    const seen = sender.afterStored(3, async () => {
      more = add(4);
      return stored();
    });
    // Sealed after the position was taken, but of a lane that was sealed earlier.
    add(5, 2);
    expect(await seen).toBe(6);
    await sender.whenStored(5);
    await eventually(() => more.length === 1 && more.every(({ path }) => !existsSync(path)));
    expect(await stored()).toBe(10);
    await sender.stop(1_000);
  });

  it('removes a file only after the account of it is kept, however often that fails', async () => {
    const calls: { tokens: string[]; there: boolean }[] = [];
    const { sender, released, add } = start('kept', async (batch) => {
      calls.push({
        tokens: batch.map(({ segment }) => segment.token),
        there: batch.every(({ segment }) => existsSync(segment.path)),
      });
      if (calls.length < 3) {
        throw new Error('not now');
      }
    });
    const [segment] = add(1);
    await eventually(() => released.length === 1);
    expect(calls).toHaveLength(3);
    expect(calls.every(({ there, tokens }) => there && tokens[0] === 'kept-1')).toBe(true);
    expect(existsSync(segment?.path ?? '')).toBe(false);
    await sender.stop(1_000);
  });

  it('goes on when somebody removed a file, and counts its rows as lost', async () => {
    const { sender, add, stored } = start('removed');
    await server.inflict({ kind: 'hang', times: 2, statements });
    const [, , gone] = add(1, 2, 3, 4);
    rmSync(gone?.path ?? '');
    await sender.whenStored(4);
    expect(sender.status().lanes.requests).toEqual({ stored: 6, rejected: 0, lost: 2 });
    expect(await stored()).toBe(6);
    await sender.stop(1_000);
  });

  it('stops at once while the store is down and leaves what it has', async () => {
    const { sender, inserter, add } = start('left');
    await server.inflict({ kind: 'exception', exception: 'MEMORY_LIMIT_EXCEEDED', statements });
    const [first] = add(1, 2, 3);
    await eventually(() => inserter.status().store === 'down');
    const waiting = expect(sender.whenStored(3)).rejects.toThrow('closed before');
    const begin = performance.now();
    await sender.stop(5_000);
    await waiting;
    expect(performance.now() - begin).toBeLessThan(2_000);
    expect(sender.unsent).toHaveLength(3);
    expect(readdirSync(join(first?.path ?? '', '..'))).toHaveLength(3);
  });

  it('does not wait for an account that hangs when it is stopped', async () => {
    const { sender, add, released } = start('account', () => new Promise(() => undefined));
    const [segment] = add(1);
    await sender.whenStored(1);
    await sender.stop(100);
    expect(released).toEqual([]);
    expect(existsSync(segment?.path ?? '')).toBe(true);
  });
});
