import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LINE_FORMATS } from '../record/lanes.ts';
import { type Counted, LineCounts } from '../spool/counts.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { encodedLine, microseconds, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { SettledSegment } from './entries.ts';
import { rangesOf } from './hours.ts';
import { Ledger } from './ledger.ts';
import { Reconciler } from './reconciler.ts';

const HOUR_MS = 3_600_000;
const NOON = new Date(new Date().setUTCHours(0, 0, 0, 0) - 12 * HOUR_MS);
const RANGE = { from: new Date(NOON.getTime() - HOUR_MS), to: new Date(NOON.getTime() + 2 * HOUR_MS) };
const NOTHING = new LineCounts().counts;

let store: Store;
let pending: Counted[] = [];
let ledger: Ledger;
const logger = testLogger();
beforeAll(async () => {
  store = openStore({ address: { kind: 'embedded', path: temporaryDirectory() }, logger });
  await store.migrate();
  ledger = new Ledger({ store, pending: () => pending });
});
afterAll(() => store.close());

describe('the ledger', () => {
  it('holds what was taken in against what is stored, by tenant and hour', async () => {
    const first = segment('s1', 'shop', 30);
    await insert(first);
    await ledger.settle([first.settled]);
    expect(await hours('shop')).toEqual([
      { ...ENTRY, hour: NOON, accepted: 20, stored: 20 },
      { ...ENTRY, hour: new Date(NOON.getTime() + HOUR_MS), accepted: 10, stored: 10 },
    ]);
    expect(await hours('other')).toEqual([]);
  });

  it('counts a segment once, however often it is entered: again after a failure, by a process after a crash', async () => {
    const again = segment('s1', 'shop', 30);
    await ledger.settle([again.settled]);
    await new Ledger({ store, pending: () => [] }).settle([segment('s0', 'shop', 0).settled, again.settled]);
    expect((await hours('shop')).map(({ accepted }) => accepted)).toEqual([20, 10]);
  });

  it('knows what waits in the spool, what came twice, what was refused on either side', async () => {
    const waiting = segment('s2', 'mixed', 6);
    pending = [waiting.settled];
    for (let count = 0; count < 3; count += 1) {
      ledger.duplicate('mixed', NOON.getTime() * 1_000);
    }
    await ledger.settle([{ ...segment('s3', 'mixed', 4).settled, lane: 'rejected' }]);
    const partly = segment('s4', 'mixed', 10);
    await insert(partly, 7);
    const refused = new LineCounts();
    for (let count = 0; count < 3; count += 1) {
      refused.add('mixed', NOON.getTime() * 1_000, 1);
    }
    await ledger.settle([{ ...partly.settled, refused: refused.counts }]);
    const expected = {
      hour: NOON,
      accepted: 16,
      duplicates: 3,
      rejected: 4,
      refused: 3,
      inSpool: 6,
      stored: 7,
      difference: 0,
    };
    expect(await hours('mixed')).toEqual([expected]);
    await ledger.flush();
    await ledger.flush();
    expect(await new Ledger({ store, pending: () => [] }).hours(tenantScope('mixed'), RANGE)).toEqual([
      { ...expected, accepted: 10, inSpool: 0 },
    ]);
    pending = [];
  });

  it('goes on with the same duplicates after the store did not take them', async () => {
    let fails = true;
    const failing = new Ledger({
      store: {
        select: (select) => store.select(select),
        insert: async (insert) => {
          await store.insert(insert);
          if (fails) {
            throw new Error('connection reset after the store took it');
          }
        },
      },
      pending: () => [],
    });
    failing.duplicate('flaky', NOON.getTime() * 1_000);
    await expect(failing.flush()).rejects.toThrow('connection reset');
    failing.duplicate('flaky', NOON.getTime() * 1_000);
    fails = false;
    await failing.flush();
    await failing.flush();
    expect((await hours('flaky')).map(({ duplicates }) => duplicates)).toEqual([2]);
  });
});

describe('the reconciler', () => {
  it('finds nothing where all agrees', async () => {
    const reconciler = new Reconciler({ store, ledger, logger });
    expect((await reconciler.reconcile(RANGE)).differences).toEqual([]);
    expect(reconciler.status()).toMatchObject({
      differenceRows: 0,
      rollupDifferenceRows: 0,
      differences: [],
    });
  });

  it('tells of a difference at the second look that finds it, and takes it back when it is gone', async () => {
    const reconciler = new Reconciler({ store, ledger, logger });
    const lost = segment('s5', 'lost', 3);
    await ledger.settle([lost.settled]);
    await reconciler.look();
    expect(reconciler.status()).toMatchObject({ differenceRows: 0 });
    await reconciler.look();
    expect(reconciler.status()).toMatchObject({
      differenceRows: 3,
      rollupDifferenceRows: 0,
      differences: [{ of: 'ledger', tenantId: 'lost', lane: 'requests', at: NOON.toISOString(), rows: 3 }],
    });
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    await reconciler.look();
    expect(logger.lines.filter(({ level }) => level === 'error')).toHaveLength(1);
    await insert(lost);
    await reconciler.look();
    expect(reconciler.status()).toMatchObject({ differenceRows: 0, differences: [] });
  });

  it('does not take for a difference what is another at each look: rows on their way', async () => {
    const reconciler = new Reconciler({ store, ledger, logger });
    for (let turn = 0; turn < 3; turn += 1) {
      await insert(segment(`early-${turn}`, 'busy', 1 + turn));
      await reconciler.look();
      expect(reconciler.status().differences).toEqual([]);
    }
    for (let turn = 0; turn < 3; turn += 1) {
      await ledger.settle([segment(`early-${turn}`, 'busy', 1 + turn).settled]);
    }
    expect((await reconciler.reconcile(RANGE)).differences).toEqual([]);
  });

  it('finds raw rows that nobody took in, and rollups that do not add up', async () => {
    const reconciler = new Reconciler({ store, ledger, logger });
    await insert(segment('forged', 'forged', 5));
    await store.change({
      sql: "ALTER TABLE {{local:usage_user_day}} DELETE WHERE tenant_id = 'shop' SETTINGS mutations_sync = 2",
      params: {},
    });
    await store.change({
      sql: "ALTER TABLE {{local:usage_hour}} UPDATE bytes_in = bytes_in + 1 WHERE tenant_id = 'mixed' SETTINGS mutations_sync = 2",
      params: {},
    });
    const { differences } = await reconciler.reconcile(RANGE);
    expect(differences.map(({ of, tenantId: tenant, rows }) => [of, tenant, rows]).sort()).toEqual([
      ['ledger', 'forged', -5],
      ['usage_hour', 'mixed', 1],
      ['usage_user_day', 'shop', 30],
    ]);
    expect(reconciler.status()).toMatchObject({ differenceRows: 5, rollupDifferenceRows: 31 });
  });
});

describe('hours', () => {
  it('are put together, latest first, to ranges of bearable length', () => {
    expect(rangesOf([3_600, 36_000, 7_200, 10_800], 2)).toEqual([
      { from: 36_000, to: 39_600 },
      { from: 7_200, to: 14_400 },
      { from: 3_600, to: 7_200 },
    ]);
    expect(rangesOf([], 24)).toEqual([]);
  });
});

const ENTRY = { duplicates: 0, rejected: 0, refused: 0, inSpool: 0, difference: 0 };

interface TestSegment {
  readonly settled: SettledSegment;
  readonly lines: readonly string[];
}

/** Rows from noon on, one each three minutes; every row of the same day. */
function segment(token: string, tenant: string, rows: number): TestSegment {
  const counts = new LineCounts();
  const lines = Array.from({ length: rows }, (_, index) => {
    const ts = (NOON.getTime() + index * 180_000) * 1_000;
    counts.add(tenant, ts, 1);
    return encodedLine(
      record({ ts: microseconds(ts), tenantId: tenantId(tenant), day: NOON.toISOString().slice(0, 10) }),
    );
  });
  return { settled: { token, lane: 'requests', counts: counts.counts, refused: NOTHING }, lines };
}

function insert({ settled, lines }: TestSegment, rows = lines.length): Promise<void> {
  return store.insert({
    ...LINE_FORMATS.requests,
    token: settled.token,
    lines: lines.slice(0, rows).join(''),
  });
}

function hours(tenant: string) {
  return ledger.hours(tenantScope(tenant), RANGE);
}
