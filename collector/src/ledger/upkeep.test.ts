import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Collector } from '../collector.ts';
import { openCollector } from '../opening.ts';
import { DEFAULT_POLICY } from '../privacy/policy.ts';
import { openStore } from '../store/store.ts';
import { eventually, temporaryDirectory, testLogger } from '../testing/engine.ts';
import { microseconds, record, tenantId } from '../testing/records.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import type { LedgerHour } from './ledger.ts';

const HOUR_MS = 3_600_000;
const NOW = Date.now();
const RANGE = { from: new Date(NOW - 2 * HOUR_MS), to: new Date(NOW + HOUR_MS) };
const path = temporaryDirectory();
const spoolDirectory = temporaryDirectory();
const shop = tenantScope('shop');

let collector: Collector;
beforeAll(async () => {
  collector = await open();
});
afterAll(() => collector.close());

describe('a collector keeps account', () => {
  it('of what it takes in by every way, what waits, what came twice and what was refused', async () => {
    for (let count = 0; count < 50; count += 1) {
      collector.record(record({ tenantId: tenantId('shop') }));
    }
    collector.record(record({ tenantId: tenantId('shop'), day: 'no day' }));
    const event = {
      ts: microseconds(NOW * 1_000),
      tenantId: tenantId('shop'),
      id: 'e1',
      source: 'till',
      type: 'sale',
      subject: '',
      data: '',
      userId: 'siti',
    };
    const batch = [
      { table: 'events', event, identity: { source: 'till', id: 'e1' } },
      { table: 'events', event, identity: { source: 'till', id: 'e1' } },
      { table: 'rejected', line: '{', reason: 'no JSON' },
    ] as const;
    await collector.ingest(tenantId('shop'), batch);
    const waiting = total(await collector.ledger.hours(shop, RANGE));
    expect(waiting).toEqual({
      accepted: 52,
      duplicates: 1,
      rejected: 0,
      refused: 0,
      inSpool: 52,
      stored: 0,
      difference: 0,
    });
    await collector.drain();
    const stored = {
      accepted: 52,
      duplicates: 1,
      rejected: 1,
      refused: 1,
      inSpool: 0,
      stored: 51,
      difference: 0,
    };
    await eventually(async () => total(await collector.ledger.hours(shop, RANGE)).rejected === 1);
    await eventually(async () => total(await collector.ledger.hours(shop, RANGE)).accepted === 52);
    expect(total(await collector.ledger.hours(shop, RANGE))).toEqual(stored);
    expect((await collector.reconcile(RANGE)).differences).toEqual([]);
  });

  it('across a restart, of imports as well', async () => {
    await collector.importSegment(
      'history',
      Array.from({ length: 20 }, () => record({ tenantId: tenantId('shop') })),
    );
    await collector.close();
    collector = await open();
    expect(total(await collector.ledger.hours(shop, RANGE))).toMatchObject({
      accepted: 72,
      duplicates: 1,
      stored: 71,
      difference: 0,
    });
    expect((await collector.reconcile(RANGE)).differences).toEqual([]);
  });

  it('erases a person who is only in the spool yet', async () => {
    collector.record(record({ tenantId: tenantId('shop'), userId: 'budi' }));
    const { before, after } = await collector.erase(shop, 'budi');
    expect(before).toMatchObject({ requests: 1, usage: 1 });
    expect(after).toEqual({ requests: 0, events: 0, rejected: 0, usage: 0 });
    expect((await collector.reconcile(RANGE)).differences).toEqual([]);
  });

  it('repairs rollups while it goes on taking records', async () => {
    await collector.close();
    const store = openStore({ address: { kind: 'embedded', path }, logger: testLogger() });
    await store.change({ sql: 'TRUNCATE TABLE {{local:usage_hour}}', params: {} });
    await store.close();
    collector = await open();
    expect((await collector.reconcile(RANGE)).differences.map(({ of }) => of)).toContain('usage_hour');
    expect(collector.ledger.status().rollupDifferenceRows).toBeGreaterThan(0);
    let taking = true;
    const taken = (async () => {
      let count = 0;
      for (; taking; count += 1) {
        collector.record(record({ tenantId: tenantId('shop') }));
        await collector.sync();
      }
      return count;
    })();
    const { differences } = await collector.repairRollups(RANGE);
    taking = false;
    expect(await taken).toBeGreaterThan(10);
    expect(differences).toEqual([]);
    expect((await collector.reconcile(RANGE)).differences).toEqual([]);
    expect(collector.ledger.status()).toMatchObject({ differenceRows: 0, rollupDifferenceRows: 0 });
  });
});

function open(): Promise<Collector> {
  return openCollector({
    store: { kind: 'embedded', path },
    spoolDirectory,
    instance: 'test',
    logger: testLogger(),
    privacy: { policyOf: () => DEFAULT_POLICY, pseudonymKey: Buffer.alloc(32, 5) },
  });
}

/** All hours together. */
function total(hours: readonly LedgerHour[]): Omit<LedgerHour, 'hour'> {
  const sum = (of: (hour: LedgerHour) => number) => hours.reduce((all, hour) => all + of(hour), 0);
  return {
    accepted: sum((hour) => hour.accepted),
    duplicates: sum((hour) => hour.duplicates),
    rejected: sum((hour) => hour.rejected),
    refused: sum((hour) => hour.refused),
    inSpool: sum((hour) => hour.inSpool),
    stored: sum((hour) => hour.stored),
    difference: sum((hour) => hour.difference),
  };
}
