import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Collector } from './collector.ts';
import { openCollector } from './opening.ts';
import { LocalDays } from './record/local-day.ts';
import { eventually, temporaryDirectory, testLogger } from './testing/engine.ts';
import { microseconds, record, tenantId } from './testing/records.ts';
import { tenantScope } from './usage/tenant-scope.ts';

const ZONE = 'Asia/Jakarta';
const directory = temporaryDirectory();
const logger = testLogger();
const options = {
  store: { kind: 'embedded', path: join(directory, 'clickhouse') },
  spoolDirectory: join(directory, 'spool'),
  instance: 'test',
  logger,
} as const;

const message = z.object({
  timestamp: z.iso.datetime(),
  epoch: z.string(),
  seq: z.number(),
  api_calls: z.number(),
  data_transfer: z.number(),
  data_transfer_bytes: z.number(),
  active_users: z.number(),
  concurrent_users: z.number(),
  cpu_usage: z.number().min(0).max(100),
  memory_usage: z.number().gt(0).max(100),
  cost_estimate: z.null(),
  interval: z.object({
    api_calls: z.number(),
    errors: z.number(),
    bytes: z.number(),
    active_users: z.number(),
  }),
});
type Message = z.infer<typeof message>;

let collector: Collector;
beforeAll(async () => {
  collector = await openCollector(options);
});
afterAll(() => collector.close());

/** From before the start of this month, wherever the tenant is, until after now. */
function thisMonth(): { from: Date; to: Date } {
  const days = new LocalDays();
  const month = days.day(Date.now(), ZONE).slice(0, 7);
  const from = new Date(`${month}-01T00:00:00+07:00`);
  return { from, to: new Date(Date.now() + 3_600_000) };
}

async function subscribe(tenant: string, since?: string): Promise<{ ticks: Message[]; stop: () => void }> {
  const ticks: Message[] = [];
  const stop = await collector.live.subscribe(
    { tenantId: tenantId(tenant), timezone: ZONE },
    since,
    (tick) => {
      ticks.push(message.parse(JSON.parse(tick.json)));
    },
  );
  return { ticks, stop };
}

/** Records continuously until the test says enough; how many is known afterwards. */
function traffic(tenant: string): { stop: () => number } {
  let recorded = 0;
  const timer = setInterval(() => {
    for (let i = 0; i < 50; i += 1) {
      recorded += 1;
      collector.record(
        record({
          tenantId: tenantId(tenant),
          userId: `user-${recorded % 137}`,
          status: recorded % 20 === 0 ? 500 : 200,
        }),
      );
    }
  }, 3);
  return {
    stop: () => {
      clearInterval(timer);
      return recorded;
    },
  };
}

describe('the collector', () => {
  it('stores what it took, once, and accounts for every record', async () => {
    for (let i = 0; i < 1_000; i += 1) {
      collector.record(record({ tenantId: tenantId('ledger') }));
    }
    collector.record(record({ tenantId: tenantId('ledger'), bytesIn: Number.NaN }));
    collector.record(record({ tenantId: tenantId('ledger'), day: 'no day' }));
    const before = collector.status();
    expect(before.accepted).toBe(before.stored + before.rejected + before.lost + before.inSpool);
    expect(before.inSpool).toBeGreaterThan(0);
    expect(before.spoolBytes).toBeGreaterThan(0);
    await collector.drain();
    expect(collector.status()).toMatchObject({
      store: 'up',
      inSpool: 0,
      spoolBytes: 0,
      lost: 0,
      oldestUnsentAgeMs: 0,
    });
    const after = collector.status();
    expect(after.accepted).toBe(after.stored + after.rejected);
    expect(after.rejected).toBe(2);
    expect(await collector.usage.summary(tenantScope('ledger'), thisMonth())).toMatchObject({ calls: 1_000 });
  });

  it('has a record stored within two seconds without being asked', async () => {
    collector.record(record({ tenantId: tenantId('fresh') }));
    const start = performance.now();
    await eventually(
      async () => (await collector.usage.summary(tenantScope('fresh'), thisMonth())).calls === 1,
    );
    expect(performance.now() - start).toBeLessThan(2_000);
  });

  it('tells listeners of each record of its own, and fails nothing when one of them fails', async () => {
    const heard: string[] = [];
    const stopBad = collector.onRecord(() => {
      throw new Error('no');
    });
    const stop = collector.onRecord(({ endpoint }) => heard.push(endpoint));
    collector.record(record({ tenantId: tenantId('heard'), endpoint: '/one' }));
    await collector.ingest(tenantId('heard'), [
      { table: 'requests', record: record({ tenantId: tenantId('heard'), endpoint: '/from-outside' }) },
    ]);
    stop();
    stopBad();
    collector.record(record({ tenantId: tenantId('heard'), endpoint: '/two' }));
    expect(heard).toEqual(['/one']);
    await collector.drain();
    expect(await collector.usage.summary(tenantScope('heard'), thisMonth())).toMatchObject({ calls: 3 });
  });

  it('imports a history once per name, ever', async () => {
    const twoMonthsAgo = microseconds((Date.now() - 60 * 86_400_000) * 1000);
    const history = Array.from({ length: 300 }, () =>
      record({ tenantId: tenantId('past'), ts: twoMonthsAgo }),
    );
    const both = await Promise.all([
      collector.importSegment('past-1', history),
      collector.importSegment('past-1', history),
    ]);
    expect(both).toEqual([300, 300]);
    expect(await collector.importSegment('past-1', history)).toBe(300);
    expect(await collector.importSegment('past-2', [])).toBe(0);
    await expect(collector.importSegment('../past', history)).rejects.toThrow(
      expect.objectContaining({ code: 'import-name' }),
    );
    const range = { from: new Date(Date.now() - 70 * 86_400_000), to: new Date() };
    expect(await collector.usage.summary(tenantScope('past'), range)).toMatchObject({ calls: 300 });
    expect((await collector.usage.rollupDifference(tenantScope('past'), range)).hour.calls).toBe(0);
  });

  it('closes, opens again, and still knows its imports', async () => {
    collector.record(record({ tenantId: tenantId('reopened') }));
    await collector.close();
    collector.record(record({ tenantId: tenantId('reopened') }));
    expect(collector.status().lost).toBe(1);
    collector = await openCollector(options);
    expect(await collector.usage.summary(tenantScope('reopened'), thisMonth())).toMatchObject({ calls: 1 });
    expect(await collector.importSegment('past-1', [record({ tenantId: tenantId('past') })])).toBe(300);
  });
});

describe('live usage', () => {
  it('has totals that equal the summary, when subscribed to in the midst of traffic', async () => {
    const running = traffic('busy');
    await eventually(() => collector.status().stored > 500);
    const { ticks, stop } = await subscribe('busy');
    await eventually(() => ticks.length >= 2);
    const second = await subscribe('busy');
    await collector.importSegment('busy-past', [record({ tenantId: tenantId('busy'), userId: 'imported' })]);
    await eventually(() => ticks.length >= 4);
    const recorded = running.stop();
    await collector.drain();
    const summary = await collector.usage.summary(tenantScope('busy'), thisMonth());
    expect(summary.calls).toBe(recorded + 1);
    const seen = ticks.length;
    await eventually(() => ticks.length > seen + 1);
    const last = ticks.at(-1);
    expect(last).toMatchObject({
      api_calls: summary.calls,
      data_transfer_bytes: summary.bytesIn + summary.bytesOut,
      data_transfer: (summary.bytesIn + summary.bytesOut) / 1e9,
      active_users: 138,
      concurrent_users: 138,
      interval: { api_calls: 0, errors: 0, bytes: 0, active_users: 0 },
    });
    expect(second.ticks.at(-1)).toEqual(last);
    for (const [i, tick] of ticks.entries()) {
      expect(tick.seq).toBe(i + 1);
      expect(tick.timestamp).toMatch(/:\d\d\.000Z$/);
      expect(tick.api_calls).toBeGreaterThanOrEqual(ticks[i - 1]?.api_calls ?? 0);
    }
    stop();
    second.stop();
  });

  it('resumes after the last tick that a subscriber has, and from the whole past for another epoch', async () => {
    const { ticks, stop } = await subscribe('resumed');
    await eventually(() => ticks.length >= 3);
    const [first, second, third] = ticks;
    stop();
    const resumed = await subscribe('resumed', `${second?.epoch}:${second?.seq}`);
    expect(resumed.ticks[0]).toEqual(third);
    const foreign = await subscribe('resumed', 'another:2');
    expect(foreign.ticks[0]).toEqual(first);
    const nonsense = await subscribe('resumed', 'nonsense');
    expect(nonsense.ticks[0]).toEqual(first);
    for (const each of [resumed, foreign, nonsense]) {
      each.stop();
    }
  });

  it('goes on for others when one subscriber fails, and shows a tenant nothing of another', async () => {
    const stopBad = await collector.live.subscribe(
      { tenantId: tenantId('quiet'), timezone: ZONE },
      undefined,
      () => {
        throw new Error('no');
      },
    );
    const { ticks, stop } = await subscribe('quiet');
    collector.record(record({ tenantId: tenantId('loud') }));
    await eventually(() => ticks.length >= 2);
    expect(ticks.every(({ api_calls, interval }) => api_calls === 0 && interval.api_calls === 0)).toBe(true);
    stopBad();
    stop();
  });
});
