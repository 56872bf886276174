import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { METER_TYPE_PREFIX } from '../ingest/meter-reading.ts';
import { dayDifferences, hourDifferences } from '../ledger/differences.ts';
import { hourRange } from '../ledger/hours.ts';
import { LINE_FORMATS } from '../record/lanes.ts';
import { encodeEvent, encodeLine, encodeRefusal } from '../record/line.ts';
import type { RequestRecord } from '../record/request-record.ts';
import { RollupRepair } from '../rollups/repair.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { businessEvent } from '../testing/events.ts';
import { microseconds, record, tenantId } from '../testing/records.ts';
import { UsageQueries } from '../usage/queries.ts';
import { tenantScope } from '../usage/tenant-scope.ts';
import { applyPolicy } from './apply-policy.ts';
import { Erasure } from './erasure.ts';
import { DEFAULT_POLICY, type TenantPolicy } from './policy.ts';
import { Pseudonyms } from './pseudonyms.ts';
import { Retention } from './retention.ts';

const DAY_MS = 86_400_000;
const NOW = Date.now();
const RANGE = { from: new Date(NOW - 3 * DAY_MS), to: new Date(NOW + 60_000) };
const pseudonyms = new Pseudonyms({ key: Buffer.alloc(32, 1) });
const PSEUDONYMOUS: TenantPolicy = { ...DEFAULT_POLICY, userIds: 'pseudonymous', addresses: 'truncated' };

let store: Store;
let erasure: Erasure;
let usage: UsageQueries;
/** Lets the first so many changes happen, and fails the next. */
let changesLeft = Number.POSITIVE_INFINITY;
beforeAll(async () => {
  store = openStore({ address: { kind: 'embedded', path: temporaryDirectory() }, logger: testLogger() });
  await store.migrate();
  const failing: Pick<Store, 'select' | 'change'> = {
    select: (select) => store.select(select),
    change: (change) => {
      changesLeft -= 1;
      return changesLeft < 0 ? Promise.reject(new Error('cut short')) : store.change(change);
    },
  };
  const repair = new RollupRepair({ store: failing, logger: testLogger(), hold: (run) => run() });
  erasure = new Erasure({ store: failing, repair, pseudonyms, drain: async () => undefined });
  usage = new UsageQueries(store);
});
afterAll(() => store.close());

/** Seven erasures, each cut short and finished, take some time on a busy machine. */
const EVERY_CUT_MS = 90_000;

describe('erasing a person', () => {
  it('leaves no trace of the person, and every count as it was', async () => {
    await fill('plain', DEFAULT_POLICY);
    const scope = tenantScope('plain');
    const before = await usage.summary(scope, RANGE);
    const proof = await erasure.erase(scope, 'siti');
    expect(proof.before).toEqual({ requests: 30, events: 3, rejected: 2, usage: 3 });
    expect(proof.after).toEqual({ requests: 0, events: 0, rejected: 0, usage: 0 });
    expect(await traces('siti')).toEqual([]);
    const after = await usage.summary(scope, RANGE);
    expect({ ...after, activeUsers: 0, concurrentPeak: 0 }).toEqual({
      ...before,
      activeUsers: 0,
      concurrentPeak: 0,
    });
    expect(after.activeUsers).toBe(before.activeUsers - 1);
    expect(await differences('plain')).toEqual([]);
  });

  it('leaves everybody else alone, also whose id only begins alike', async () => {
    const scope = tenantScope('plain');
    const users = await usage.users(scope, { start: '2020-01-01', end: '2100-01-01' }, 10);
    expect(users.map(({ userId, calls }) => [userId, calls]).sort()).toEqual([
      ['', 33],
      ['budi', 30],
      ['siti2', 30],
    ]);
    const [rest] = await store.select({
      sql: `SELECT countIf(line LIKE '%siti2%') AS lines, (SELECT countIf(subject LIKE '%siti2%') FROM {{database}}.events WHERE tenant_id = 'plain') AS events
            FROM {{database}}.rejected WHERE tenant_id = 'plain'`,
      params: {},
      row: z.unknown(),
      label: 'test.rest',
    });
    expect(rest).toEqual({ lines: '1', events: '1' });
  });

  it('forgets the session, also of before the person was known', async () => {
    const [row] = await store.select({
      sql: "SELECT countIf(session_id = 's-siti') AS sessions, countIf(session_id = 's-budi') AS others FROM {{database}}.requests WHERE tenant_id = 'plain'",
      params: {},
      row: z.unknown(),
      label: 'test.sessions',
    });
    expect(row).toEqual({ sessions: '0', others: '30' });
  });

  it('finds a person under the pseudonym too, and in lines from before', async () => {
    await fill('secret', PSEUDONYMOUS);
    const pseudonym = pseudonyms.of('secret', 'user', 'siti');
    expect(await traces(pseudonym)).not.toEqual([]);
    const proof = await erasure.erase(tenantScope('secret'), 'siti');
    expect(proof.before).toEqual({ requests: 30, events: 3, rejected: 2, usage: 3 });
    expect(proof.after).toEqual({ requests: 0, events: 0, rejected: 0, usage: 0 });
    expect([...(await traces(pseudonym)), ...(await traces('siti'))]).toEqual([]);
    expect(await differences('secret')).toEqual([]);
  });

  it(
    'is finished by the next call, wherever it was cut short',
    async () => {
      for (let done = 0; done < 7; done += 1) {
        const tenant = `cut-${done}`;
        await fill(tenant, DEFAULT_POLICY);
        changesLeft = done;
        await expect(erasure.erase(tenantScope(tenant), 'siti')).rejects.toThrow('cut short');
        changesLeft = Number.POSITIVE_INFINITY;
        const { after } = await erasure.erase(tenantScope(tenant), 'siti');
        expect(after).toEqual({ requests: 0, events: 0, rejected: 0, usage: 0 });
        expect(await differences(tenant), tenant).toEqual([]);
      }
      expect(await traces('siti')).toEqual([]);
    },
    EVERY_CUT_MS,
  );

  it('leaves the reading of a meter that the person told, and one that is written like the person', async () => {
    const reading = (id: string, userId: string, data: string): string =>
      encodeEvent(
        { ...businessEvent('metered', id).event, type: `${METER_TYPE_PREFIX}members`, data, userId },
        { userId, retention: 13 },
        '',
      );
    await store.insert({
      ...LINE_FORMATS.events,
      token: 'events-metered',
      lines:
        reading('r1', '250', '{"value":"249.5","by":"x"}') +
        reading('r2', 'budi', '{"value":"250","by":"y"}'),
    });
    const { before, after } = await erasure.erase(tenantScope('metered'), '250');
    expect([before.events, after.events]).toEqual([1, 0]);
    const rows = await store.select({
      sql: "SELECT id, user_id, data FROM {{database}}.events WHERE tenant_id = 'metered' ORDER BY id",
      params: {},
      row: z.unknown(),
      label: 'test.readings',
    });
    expect(rows).toEqual([
      { id: 'r1', user_id: '', data: '{"value":"249.5"}' },
      { id: 'r2', user_id: 'budi', data: '{"value":"250","by":"y"}' },
    ]);
  });

  it('stays within its tenant', async () => {
    await fill('neighbour', DEFAULT_POLICY);
    expect(await erasure.erase(tenantScope('nobody-here'), 'siti')).toEqual({
      before: { requests: 0, events: 0, rejected: 0, usage: 0 },
      after: { requests: 0, events: 0, rejected: 0, usage: 0 },
    });
    expect((await erasure.erase(tenantScope('neighbour'), 'siti')).before.requests).toBe(30);
    await expect(erasure.erase(tenantScope('neighbour'), '')).rejects.toThrow(RangeError);
  });
});

describe('retention', () => {
  it('is each tenant’s own, and what is past it goes', async () => {
    const retention = new Retention({ store, drain: async () => undefined, lasting: [] });
    const old = (tenant: string) =>
      [0, 40, 100].map((days) =>
        record({ tenantId: tenantId(tenant), ts: microseconds((NOW - days * DAY_MS) * 1_000) }),
      );
    await insertRecords('brief', old('brief'), DEFAULT_POLICY);
    await insertRecords('long', old('long'), DEFAULT_POLICY);
    expect(await kept('brief')).toEqual({ requests: '3', hours: '3', days: '3' });
    await retention.apply(tenantScope('brief'), 2);
    expect(await kept('brief')).toEqual({ requests: '2', hours: '2', days: '2' });
    await retention.apply(tenantScope('brief'), 1);
    expect(await kept('brief')).toEqual({ requests: '1', hours: '1', days: '1' });
    expect(await kept('long')).toEqual({ requests: '3', hours: '3', days: '3' });
    await expect(retention.apply(tenantScope('brief'), 0)).rejects.toThrow(RangeError);
    await expect(retention.apply(tenantScope('brief'), 1.5)).rejects.toThrow(RangeError);
  });

  it('of what comes in goes with each row, beside neighbours that keep theirs longer', async () => {
    const at = microseconds((NOW - 40 * DAY_MS) * 1_000);
    await insertRecords('one-month', [record({ tenantId: tenantId('one-month'), ts: at })], {
      ...DEFAULT_POLICY,
      retentionMonths: 1,
    });
    await store.change({ sql: 'OPTIMIZE TABLE {{local:requests}} FINAL', params: {} });
    await store.change({ sql: 'OPTIMIZE TABLE {{local:usage_hour}} FINAL', params: {} });
    await store.change({ sql: 'OPTIMIZE TABLE {{local:usage_user_day}} FINAL', params: {} });
    expect(await kept('one-month')).toEqual({ requests: '0', hours: '0', days: '0' });
    expect(await kept('long')).toEqual({ requests: '3', hours: '3', days: '3' });
  });
});

/** Three people over three days, ten requests each a day; requests of siti's session before she was known. */
async function fill(tenant: string, policy: TenantPolicy): Promise<void> {
  const records = ['siti', 'siti2', 'budi'].flatMap((userId) =>
    Array.from({ length: 30 }, (_, index) =>
      record({
        tenantId: tenantId(tenant),
        ts: microseconds((NOW - (index % 3) * DAY_MS) * 1_000),
        userId,
        sessionId: `s-${userId}`,
        traceId: '0af7651916cd43dd8448eb211c80319c',
        clientAddress: '203.0.113.9',
      }),
    ),
  );
  const unknown = Array.from({ length: 3 }, () =>
    record({ tenantId: tenantId(tenant), userId: '', sessionId: 's-siti', clientAddress: '203.0.113.9' }),
  );
  await insertRecords(tenant, [...records, ...unknown], policy);
  const event = (id: string, userId: string, subject: string, data: string) =>
    encodeEvent(
      {
        ts: microseconds(NOW * 1_000),
        tenantId: tenantId(tenant),
        id,
        source: 'shop',
        type: 'member',
        subject,
        data,
        userId,
      },
      {
        userId: applyPolicy(record({ tenantId: tenantId(tenant), userId }), policy, pseudonyms).userId,
        retention: 13,
      },
      '',
    );
  await store.insert({
    ...LINE_FORMATS.events,
    token: `events-${tenant}`,
    lines: [
      event('e1', 'siti', '', ''),
      event('joined-siti', '', 'members/siti', ''),
      event('e3', 'budi', 'orders/1', '{"for":"siti"}'),
      event('e4', 'siti2', 'members/siti2', '{"for":"siti2"}'),
    ].join(''),
  });
  const refusal = (line: string, reason: string) =>
    encodeRefusal({
      tenantId: tenant,
      segment: '',
      line,
      reason,
      source: 'shop',
      eventId: '',
      retention: 13,
    });
  await store.insert({
    ...LINE_FORMATS.rejected,
    token: `rejected-${tenant}`,
    lines: [
      refusal('{"user":"siti","ts":', 'cut off'),
      refusal('{"user":"x"}', 'no such user: siti'),
      refusal('{"user":"siti2"}', 'no time'),
    ].join(''),
  });
}

async function insertRecords(
  token: string,
  records: readonly RequestRecord[],
  policy: TenantPolicy,
): Promise<void> {
  const lines = records.map((one) => String(encodeLine(one, applyPolicy(one, policy, pseudonyms)))).join('');
  await store.insert({ ...LINE_FORMATS.requests, token: `requests-${token}`, lines });
}

/** Where a text is still found, in any column of any table. */
async function traces(word: string): Promise<string[]> {
  const columns = await store.select({
    sql: `SELECT table, name FROM system.columns WHERE database = 'riwayat' AND type LIKE '%String%'
            AND default_kind != 'EPHEMERAL' AND table NOT LIKE '%\\\\_feed'`,
    params: {},
    row: z.object({ table: z.string(), name: z.string() }),
    label: 'test.columns',
  });
  const found: string[] = [];
  for (const { table, name } of columns) {
    const rows = await store.select({
      sql: `SELECT 1 FROM {{database}}.${table} WHERE match(toString(${name}), concat('(^|[^a-z0-9])', {word:String}, '($|[^a-z0-9])')) LIMIT 1`,
      params: { word },
      row: z.unknown(),
      label: 'test.trace',
    });
    found.push(...rows.map(() => `${table}.${name}`));
  }
  return found;
}

async function differences(tenant: string): Promise<unknown[]> {
  const [start = '', end = ''] = [RANGE.from, RANGE.to].map((instant) => instant.toISOString().slice(0, 10));
  const all = [
    ...(await hourDifferences(store, hourRange(RANGE))),
    ...(await dayDifferences(store, { start, end })),
  ];
  return all.filter((difference) => difference.tenantId === tenant);
}

async function kept(tenant: string): Promise<unknown> {
  const [rows] = await store.select({
    sql: `SELECT (SELECT count() FROM {{database}}.requests WHERE tenant_id = {tenant:String}) AS requests,
            (SELECT sum(calls) FROM {{database}}.usage_hour WHERE tenant_id = {tenant:String}) AS hours,
            (SELECT sum(calls) FROM {{database}}.usage_user_day WHERE tenant_id = {tenant:String}) AS days`,
    params: { tenant },
    row: z.unknown(),
    label: 'test.kept',
  });
  return rows;
}
