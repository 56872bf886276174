import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { billingMonth, METER_KEYS, quantityOf, type Usage } from '@riwayat/billing';
import { type Collector, microseconds, openCollector, type TenantId } from '@riwayat/collector';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { temporaryDirectory } from '../testing/postgres.ts';
import { requestOf } from '../testing/records.ts';
import { type EventMeter, eventType } from './event-meters.ts';
import { StoredMetering } from './metering.ts';

const OCTOBER = billingMonth('2026-10', 'Asia/Jakarta');

let directory: string;
let collector: Collector;
let metering: StoredMetering;

beforeAll(async () => {
  directory = await temporaryDirectory();
  collector = await openCollector({
    store: { kind: 'embedded', path: join(directory, 'store') },
    spoolDirectory: join(directory, 'spool'),
    instance: 'test',
    logger: pino({ level: 'silent' }),
    seal: { maxAgeMs: 50 },
    privacy: {
      policyOf: () => ({ userIds: 'plain', addresses: 'dropped', retentionMonths: 13 }),
      pseudonymKey: randomBytes(32),
    },
  });
  metering = new StoredMetering(collector.metering);
});
afterAll(async () => {
  await collector.close();
  await rm(directory, { recursive: true, force: true });
});

async function tell(tenantId: TenantId, meter: EventMeter, at: string, value: unknown): Promise<void> {
  const id = `${meter} ${at}`;
  const event = {
    ts: microseconds(Date.parse(at)),
    tenantId,
    id,
    source: 'urn:shop',
    type: eventType(meter),
    subject: '',
    data: JSON.stringify({ value }),
    userId: '',
  };
  await collector.ingest(tenantId, [{ table: 'events', event, identity: { source: 'urn:shop', id } }]);
}

function quantities(usage: Usage): Record<string, string> {
  return Object.fromEntries(METER_KEYS.map((meter) => [meter, quantityOf(usage, meter).toFixed()]));
}

it('turns requests and events into what is billed, exactly, alike for bills and for screens', async () => {
  const tenantId = 'exact' as TenantId;
  const at = (time: string, changes = {}) =>
    collector.record(requestOf(tenantId, new Date(time), { bytesIn: 0, ...changes }));
  // 1 October begins in Jakarta on 30 September, 17:00 UTC.
  at('2026-09-30T16:59:59Z');
  at('2026-09-30T17:00:00Z', { bytesOut: 1_234_567_891, cpu: microseconds(0.001), memory: 1 });
  at('2026-10-05T03:01:00Z', { userId: 'u2', kind: 'render', cache: 'hit', bytesOut: 9, memory: 1_999_999 });
  at('2026-10-05T03:02:00Z', { userId: 'u3', kind: 'websocket', cache: 'miss', bytesOut: 0, memory: 0 });
  at('2026-10-31T16:59:59Z', { bytesOut: 100, cpu: microseconds(3_600_000), memory: 0 });
  at('2026-10-31T17:00:00Z');
  await tell(tenantId, 'members', '2026-08-01T00:00:00Z', '250');
  await tell(tenantId, 'members', '2026-10-20T00:00:00Z', 245);
  await tell(tenantId, 'storage', '2026-10-10T00:00:00Z', '0.734003200');
  await tell(tenantId, 'storage', '2026-10-11T00:00:00Z', 'a lot');
  await tell(tenantId, 'transactions', '2026-10-10T00:00:00Z', '2');
  await tell(tenantId, 'transactions', '2026-10-11T00:00:00Z', '1');
  await tell(tenantId, 'transactions', '2026-11-11T00:00:00Z', '7');
  await collector.drain();
  const usage = await metering.ofBill({ tenantId, month: OCTOBER });
  expect(usage.days).toEqual(OCTOBER.days);
  expect(quantities(usage)).toEqual({
    members: '250',
    transactions: '3',
    storage: '0.7340032',
    api_calls: '4',
    data_transfer: '1.234568',
    rendering_requests: '1',
    cpu: '3600.000601',
    memory: '2',
    concurrent_users: '2',
    admin_users: '0',
    premium_features: '0',
    cache_lookups: '2',
    cache_hits: '1',
  });
  expect(await metering.ofScreen({ tenantId, month: OCTOBER })).toEqual(usage);
});

it('gives of a closed month the same again with the cutoff of its bill, and what came late without', async () => {
  const tenantId = 'late' as TenantId;
  collector.record(requestOf(tenantId, new Date('2026-10-10T00:00:00Z')));
  await collector.drain();
  const billed = new Date();
  // Cutoffs are told to the second: what comes in the same one is not late.
  const nextSecond = Math.floor(billed.getTime() / 1_000) * 1_000 + 1_000;
  await vi.waitUntil(() => Date.now() >= nextSecond, { timeout: 2_000 });
  collector.record(requestOf(tenantId, new Date('2026-10-10T00:01:00Z'), { bytesOut: 50 }));
  await tell(tenantId, 'transactions', '2026-10-10T00:00:00Z', '4');
  await collector.drain();
  const then = await metering.ofBill({ tenantId, month: OCTOBER, storedBy: billed });
  const now = await metering.ofBill({ tenantId, month: OCTOBER });
  const late = METER_KEYS.map(
    (meter) => [meter, quantityOf(now, meter).minus(quantityOf(then, meter))] as const,
  );
  expect(late.filter(([, more]) => !more.eq('0')).map(([meter, more]) => [meter, more.toFixed()])).toEqual([
    ['transactions', '4'],
    ['api_calls', '1'],
    ['data_transfer', '0.00000006'],
    ['cpu', '0.0003'],
    ['memory', '0.0012'],
  ]);
});

it('meters tenants together as each alone, also those that used nothing', async () => {
  const [a, b, none] = ['together-a', 'together-b', 'together-none'] as TenantId[];
  if (a === undefined || b === undefined || none === undefined) {
    throw new Error('three tenants');
  }
  collector.record(requestOf(a, new Date('2026-10-10T00:00:00Z')));
  collector.record(requestOf(b, new Date('2026-10-11T00:00:00Z')));
  await tell(b, 'members', '2026-10-10T00:00:00Z', '3');
  await collector.drain();
  const together = await metering.ofBills({ tenantIds: [a, b, none], month: OCTOBER });
  expect([...together.keys()]).toEqual([a, b, none]);
  for (const tenantId of [a, b, none]) {
    expect(together.get(tenantId)).toEqual(await metering.ofBill({ tenantId, month: OCTOBER }));
  }
});
