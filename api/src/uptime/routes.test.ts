import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { probeOnce } from './prober.ts';

const MINUTE_MS = 60_000;
const START = Date.parse('2026-11-10T03:00:00Z');
const SLA = '/api/v1/tenant/sla';

let application: TestApplication;
let operator: string;
let now = new Date(START);

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' }, () => now);
  const ours = await application.createTenant('ours', ['administrator']);
  await application.createTenant('free', ['administrator']);
  await openContract(db(), { tenantId: ours, startedOn: '2026-01-01', plan: 'professional' });
  operator = await application.operatorToken('proved');
});
afterAll(() => application.stop());
beforeEach(async () => {
  await sql`truncate uptime_hours`.execute(db());
  await sql`delete from alert_silences`.execute(db());
  now = new Date(START);
});

function db() {
  return application.services.database.db;
}

/** Asks by a token of that time: it is good for some minutes of a clock that is moved. */
async function ask(url: string, token?: string) {
  const authorization = `Bearer ${token ?? (await application.tokenOf('ours', 'administrator'))}`;
  return (await application.app.inject({ url, headers: { authorization } })).json();
}

/** An instance that answers a probe with a status, on a port of its own. */
async function instance(status = 200, port = 0): Promise<{ server: Server; url: string; port: number }> {
  const server = createServer((request, response) => {
    response.writeHead(request.url === '/health-check' ? status : 404).end('{}');
  });
  server.listen(port, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${address.port}`, port: address.port };
}

async function stop({ server }: { server: Server }): Promise<void> {
  server.closeAllConnections();
  await new Promise((closed) => server.close(closed));
}

/** Asks an instance four times a minute, for some minutes. */
async function watch(minutes: number, url: string, view: 'inside' | 'outside' = 'inside'): Promise<void> {
  const { database } = application.services;
  for (let quarter = 0; quarter < 4 * minutes; quarter += 1) {
    await probeOnce({ database, addresses: [{ view, url }], now: () => now });
    now = new Date(now.getTime() + MINUTE_MS / 4);
  }
}

it('counts the minutes in which an instance that was stopped did not answer, beside what the plan promises', async () => {
  const first = await instance();
  await watch(5, first.url);
  await stop(first);
  await watch(2, first.url);
  const again = await instance(200, first.port);
  await watch(4, again.url);
  await stop(again);
  expect(await ask(SLA)).toEqual({
    month: '2026-11',
    timezone: 'Asia/Jakarta',
    plan: { key: 'professional', name: expect.anything() },
    promised: 99.9,
    kept: false,
    known_from: '2026-11-10T03:00:00.000Z',
    known_to: '2026-11-10T03:10:00.000Z',
    measured: 80,
    minutes_up: 8,
    minutes_down: 2,
    minutes_of_maintenance: 0,
    incidents: [{ from: '2026-11-10T03:05:00.000Z', to: '2026-11-10T03:07:00.000Z', seconds: 120 }],
  });
});

it('is up while one of several instances answers, and while one says that it cannot serve', async () => {
  const [well, unwell] = await Promise.all([instance(), instance(503)]);
  await watch(2, unwell.url);
  now = new Date(START);
  await watch(2, well.url);
  now = new Date(START);
  await watch(2, unwell.url);
  await watch(2, unwell.url);
  await Promise.all([stop(well), stop(unwell)]);
  expect(await ask(SLA)).toMatchObject({ minutes_up: 2, minutes_down: 1, kept: false });
});

it('counts a time in which nobody asked as down, since it was first started', async () => {
  const one = await instance();
  await watch(2, one.url);
  now = new Date(START + 62 * MINUTE_MS);
  await watch(2, one.url);
  await stop(one);
  expect(await ask(SLA)).toMatchObject({
    minutes_up: 3,
    minutes_down: 60,
    incidents: [{ from: '2026-11-10T03:02:00.000Z', to: '2026-11-10T04:02:00.000Z', seconds: 3_600 }],
  });
});

it('takes maintenance that was announced out of it, from when it was announced', async () => {
  const one = await instance();
  await watch(2, one.url);
  now = new Date(START + 12 * MINUTE_MS);
  await watch(2, one.url);
  await stop(one);
  // Begun at 03:02, entered at 03:07, ended at 03:12; and one of a tenant, which is nobody else's.
  await sql`
    insert into alert_silences (id, tenant_id, kind, starts_at, ends_at, created_at)
    values ('als_1', 'platform', 'maintenance', '2026-11-10T03:02Z', '2026-11-10T03:12Z', '2026-11-10T03:07Z'),
      ('als_2', 'free', 'maintenance', '2026-11-10T03:00Z', '2026-11-10T03:12Z', '2026-11-10T02:00Z')`.execute(
    db(),
  );
  expect(await ask(SLA)).toMatchObject({
    minutes_up: 3,
    minutes_down: 5,
    minutes_of_maintenance: 5,
    incidents: [{ from: '2026-11-10T03:02:00.000Z', to: '2026-11-10T03:07:00.000Z' }],
  });
});

it('promises nothing without a contract, and knows nothing of a month before it was started', async () => {
  const one = await instance();
  await watch(3, one.url);
  await stop(one);
  const free = await application.tokenOf('free', 'administrator');
  expect(await ask(SLA, free)).toMatchObject({ plan: null, promised: null, kept: null, measured: 100 });
  expect(await ask(`${SLA}?month=2026-10`)).toMatchObject({
    promised: 99.9,
    kept: null,
    measured: null,
    known_from: null,
    incidents: [],
  });
});

it('shows operators what is seen from inside beside what is seen from outside', async () => {
  const one = await instance();
  await watch(3, one.url);
  now = new Date(START);
  await watch(1, one.url, 'outside');
  await stop(one);
  await watch(2, one.url, 'outside');
  expect(await ask('/api/v1/platform/uptime', operator)).toMatchObject({
    month: '2026-11',
    inside: { measured: 100, minutes_up: 2 },
    outside: { measured: 50, minutes_up: 1, minutes_down: 1 },
  });
});

it('watches the application itself', async () => {
  const { database } = application.services;
  const at = new Date();
  await probeOnce({ database, addresses: [{ view: 'inside', url: application.url }], now: () => at });
  const rows = await sql`select view, probed = answered as well from uptime_hours`.execute(db());
  expect(rows.rows).toEqual([{ view: 'inside', well: true }]);
});
