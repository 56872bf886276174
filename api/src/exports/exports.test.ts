import { request as httpRequest, type IncomingMessage } from 'node:http';
import { gunzipSync } from 'node:zlib';
import { microseconds, RequestIds, type RequestRecord, type TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { TENANT_ROLES, type TenantRole } from '../identity/permissions.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { pdfText } from '../testing/pdf-text.ts';

const NOVEMBER = '2026-11-10';
/** Nobody logs in then. */
const OCTOBER = '2026-10-10';
const PERIOD = 'start=2026-11-01&end=2026-11-30';
const REQUESTS = 60_000;
/** Three more than a report names. */
const MANY_ENDPOINTS = 103;

let application: TestApplication;
const ids = new RequestIds('exports');

beforeAll(async () => {
  application = await startApplication();
  const ours = await application.createTenant('ours', TENANT_ROLES);
  const theirs = await application.createTenant('theirs', ['administrator']);
  const many = await application.createTenant('many', ['administrator']);
  const { collector } = application.services;
  await collector.importSegment(
    'many',
    requests(many, MANY_ENDPOINTS, { day: OCTOBER, endpoint: (index) => `/part/${index}` }),
  );
  await collector.importSegment('ours', requests(ours, REQUESTS));
  await collector.importSegment('theirs', requests(theirs, 3));
}, 60_000);
afterAll(() => application.stop());

function* requests(
  tenantId: TenantId,
  count: number,
  { day = NOVEMBER, endpoint = (_index: number): string => '=cmd()' } = {},
): Generator<RequestRecord> {
  const start = Date.parse(day);
  for (let index = 0; index < count; index += 1) {
    yield {
      ts: microseconds(start + index),
      requestId: ids.next(start + index),
      tenantId,
      day,
      userId: `person-of-${tenantId}`,
      userRole: 'member',
      sessionId: 's',
      endpoint: endpoint(index),
      method: 'GET',
      status: 200,
      duration: microseconds(0.005),
      bytesIn: 1,
      bytesOut: 2,
      cpu: microseconds(0.003),
      memory: 4,
      cache: 'none',
      kind: 'api',
      traceId: '',
      instance: 'test',
      source: 'live',
      outcome: 'completed',
      messages: 0,
      clientAddress: '',
    };
  }
}

async function ask(url: string, role: TenantRole, tenant = 'ours', headers: Record<string, string> = {}) {
  const authorization = `Bearer ${await application.tokenOf(tenant, role)}`;
  return application.app.inject({ url, headers: { authorization, ...headers } });
}

it('gives every request of the tenant and the period, and of nobody else', async () => {
  const ours = await ask(`/api/v1/tenant/usage/export.csv?${PERIOD}`, 'administrator');
  expect(ours.headers).toMatchObject({
    'content-type': 'text/csv; charset=utf-8; header=present',
    'content-disposition': expect.stringContaining('usage-requests-2026-11-01-2026-11-30.csv'),
    'cache-control': 'private, no-store',
  });
  const lines = ours.body.trimEnd().split('\r\n');
  expect(lines).toHaveLength(1 + REQUESTS);
  expect(lines[1]).toBe(
    '"2026-11-10T00:00:00.000000Z","2026-11-10",200,"completed","api","none",5,1,2,3,4,' +
      `"GET","'=cmd()","person-of-ours","member","s",""`,
  );
  expect(ours.body).not.toContain('theirs');
  const theirs = await ask(`/api/v1/tenant/usage/export.csv?${PERIOD}`, 'administrator', 'theirs');
  expect(theirs.body.trimEnd().split('\r\n')).toHaveLength(4);
});

it.each([
  ['board', { endpoint: false, user_id: false }],
  ['it_staff', { endpoint: true, user_id: false }],
  ['manager', { endpoint: false, user_id: true }],
  ['administrator', { endpoint: true, user_id: true }],
] as const)('shows endpoints and people to the %s as the screens do', async (role, shown) => {
  const { body } = await ask('/api/v1/tenant/usage/export.csv?start=2026-11-01&end=2026-11-01', role);
  const columns = body.trimEnd().split(',');
  expect({ endpoint: columns.includes('endpoint'), user_id: columns.includes('user_id') }).toEqual(shown);
});

it('packs for those who can unpack, and for nobody else', async () => {
  const url = '/api/v1/tenant/usage/export.csv?start=2026-11-09&end=2026-11-09';
  const plain = await ask(url, 'board', 'ours', { 'accept-encoding': 'br, gzip;q=0' });
  const packed = await ask(url, 'board', 'ours', { 'accept-encoding': 'br;q=1.0, gzip;q=0.8' });
  expect(plain.headers['content-encoding']).toBeUndefined();
  expect(packed.headers['content-encoding']).toBe('gzip');
  expect(gunzipSync(packed.rawPayload).toString()).toBe(plain.body);
});

it('makes one export at a time for each person, and no more of it once they have gone', {
  timeout: 60_000,
}, async () => {
  const token = await application.tokenOf('ours', 'manager');
  const started = await open(`/api/v1/tenant/usage/export.csv?${PERIOD}`, token);
  const refused = await ask(`/api/v1/tenant/usage/export.csv?${PERIOD}`, 'manager');
  expect([refused.statusCode, refused.json().code]).toEqual([429, 'export-running']);
  expect(refused.headers['retry-after']).toBe('10');
  const another = await ask('/api/v1/tenant/usage/export.csv?start=2026-11-01&end=2026-11-01', 'board');
  expect(another.statusCode).toBe(200);
  started.destroy();
  await vi.waitFor(async () => {
    const url = '/api/v1/tenant/usage/export.csv?start=2026-11-01&end=2026-11-01';
    expect((await ask(url, 'manager')).statusCode).toBe(200);
  }, 20_000);
});

it('gives the days of a period as a table', async () => {
  const { body, statusCode } = await ask(`/api/v1/tenant/usage/days.csv?${PERIOD}`, 'board');
  const lines = body.trimEnd().split('\r\n');
  expect([statusCode, lines.length]).toEqual([200, 31]);
  expect(lines).toContain(`2026-11-10,${REQUESTS},0,${3 * REQUESTS},1,`);
});

it('reports a month as PDF, with endpoints and people for those who may see them', async () => {
  const url = '/api/v1/tenant/usage/report.pdf?month=2026-11&locale=en';
  const administrator = await ask(url, 'administrator');
  expect(administrator.headers['content-type']).toBe('application/pdf');
  const texts = pdfText(administrator.rawPayload).flat();
  expect(texts).toEqual(
    expect.arrayContaining(['Usage report', 'November 2026', '10 November 2026', '60,000', 'GET =cmd()']),
  );
  expect(texts).toEqual(expect.arrayContaining(['By endpoint', 'By person', 'person-of-ours']));
  const board = pdfText((await ask(url, 'board')).rawPayload).flat();
  expect(board).toContain('By day');
  expect(board.join(' ')).not.toMatch(/By endpoint|By person|person-of-ours/);
});

it('names the busiest endpoints in a report, and adds up the rest', async () => {
  const url = '/api/v1/tenant/usage/report.pdf?month=2026-10&locale=en';
  const texts = pdfText((await ask(url, 'administrator', 'many')).rawPayload).flat();
  expect(texts.filter((text) => text.startsWith('GET /part/'))).toHaveLength(MANY_ENDPOINTS - 3);
  // Their calls, and their bytes.
  expect(texts).toEqual(expect.arrayContaining(['Further endpoints (3)', '3', '9']));
});

it('writes down who exported what', async () => {
  await ask('/api/v1/tenant/usage/export.csv?start=2026-11-02&end=2026-11-03', 'it_staff');
  await ask('/api/v1/tenant/usage/days.csv?start=2026-11-02&end=2026-11-03', 'it_staff');
  const rows = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', '=', 'usage.exported')
    .where('tenant_id', '=', 'ours')
    .select(['actor_role', 'details'])
    .orderBy('id', 'desc')
    .limit(2)
    .execute();
  const span = { start: '2026-11-02', end: '2026-11-03', people: false };
  expect(rows).toEqual([
    { actor_role: 'it_staff', details: { content: 'days', endpoints: false, ...span } },
    { actor_role: 'it_staff', details: { content: 'requests', endpoints: true, ...span } },
  ]);
});

/** A download that has begun, and of which nothing is read. */
function open(path: string, token: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const headers = { authorization: `Bearer ${token}` };
    httpRequest(`${application.url}${path}`, { headers }, resolve).on('error', reject).end();
  });
}
