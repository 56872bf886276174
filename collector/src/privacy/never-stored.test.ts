import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Collector } from '../collector.ts';
import { openCollector } from '../opening.ts';
import { requestRecorder } from '../recorder/recorder.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from '../testing/engine.ts';
import { startIngest, type TestIngest } from '../testing/ingest.ts';
import { tenantId } from '../testing/records.ts';
import type { TenantPolicy } from './policy.ts';

/** In every place where an application or a client may put what is nobody's business. */
const SECRET = 'mawar7391';
const ADDRESS = '203.0.113.77';
const INGESTED_TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const PERSON = 'siti-with-a-long-name';

const path = temporaryDirectory();
const spoolDirectory = temporaryDirectory();
let policy: TenantPolicy = { userIds: 'plain', addresses: 'dropped', retentionMonths: 13 };
let collector: Collector;
let store: Store;
let app: FastifyInstance;
let ingest: TestIngest;
beforeAll(async () => {
  collector = await openCollector({
    store: { kind: 'embedded', path },
    spoolDirectory,
    instance: 'test',
    logger: testLogger(),
    privacy: { policyOf: () => policy, pseudonymKey: Buffer.alloc(32, 3) },
  });
  store = openStore({ address: { kind: 'embedded', path }, logger: testLogger() });
  ingest = await startIngest({ collector });
  app = fastify({ trustProxy: true });
  await app.register(requestRecorder, {
    collector,
    instance: 'test',
    logger: testLogger(),
    identify: () => ({
      tenantId: tenantId('shop'),
      timezone: 'Asia/Jakarta',
      userId: PERSON,
      userRole: 'member',
      sessionId: `session-of-${PERSON}`,
    }),
  });
  app.all('/orders/:id', async () => ({ answer: SECRET }));
});
afterAll(async () => {
  await app.close();
  await ingest.close();
  await store.close();
  await collector.close();
});

describe('what is never stored', () => {
  it('queries, bodies, headers and parameters of observed requests, found or not', async () => {
    for (const url of [`/orders/${SECRET}?token=${SECRET}`, `/${SECRET}/nowhere?${SECRET}`]) {
      await app.inject({
        method: 'POST',
        url,
        remoteAddress: ADDRESS,
        headers: {
          authorization: `Bearer ${SECRET}`,
          cookie: `session=${SECRET}`,
          referer: `https://shop.example/${SECRET}`,
          'user-agent': SECRET,
          'x-forwarded-for': ADDRESS,
        },
        payload: { password: SECRET },
      });
    }
    await collector.sync();
    expect(spooled()).toContain(PERSON);
    expect(spooled()).not.toMatch(new RegExp(`${SECRET}|${ADDRESS}`));
    await collector.drain();
    expect(await found(PERSON)).toEqual(
      ['requests.user_id', 'requests.session_id', 'usage_user_day.user_id'].sort(),
    );
    expect([...(await found(SECRET)), ...(await found(ADDRESS))]).toEqual([]);
  });

  it('queries and addresses of ingested requests, taken or refused', async () => {
    const request = {
      ts: new Date().toISOString(),
      method: 'GET',
      endpoint: `/orders/:id?token=${SECRET}`,
      status: 200,
      duration_ms: 5,
      trace_id: INGESTED_TRACE,
      client_address: ADDRESS,
    };
    const more = {
      url: `https://shop.example/?${SECRET}`,
      query: SECRET,
      body: SECRET,
      headers: { cookie: SECRET },
    };
    const lines = [
      request,
      { ...request, ...more },
      { ...request, ...more, status: 'ok' },
      { ...request, ts: 'never', user_id: SECRET },
    ].map((one) => JSON.stringify(one));
    const answer = await ingest.send('/v1/requests', [...lines, `{"broken": "${SECRET}`].join('\n'), {
      'content-type': 'application/x-ndjson',
    });
    expect(answer.status).toBe(202);
    await collector.sync();
    expect(spooled()).not.toMatch(new RegExp(`${SECRET}|${ADDRESS}`));
    await collector.drain();
    expect(await found(INGESTED_TRACE)).toEqual(['requests.trace_id']);
    expect([...(await found(SECRET)), ...(await found(ADDRESS))]).toEqual([]);
  });

  it('queries and paths of traces', async () => {
    const attribute = (key: string, stringValue: string) => ({ key, value: { stringValue } });
    const now = `${Date.now()}000000`;
    const span = {
      traceId: '0af7651916cd43dd8448eb211c80319c',
      spanId: 'b7ad6b7169203331',
      kind: 2,
      name: 'GET /orders/:id',
      startTimeUnixNano: now,
      endTimeUnixNano: now,
      attributes: [
        attribute('http.request.method', 'GET'),
        attribute('http.route', '/orders/:id'),
        { key: 'http.response.status_code', value: { intValue: '200' } },
        attribute('url.path', `/orders/${SECRET}`),
        attribute('url.query', SECRET),
        attribute('url.full', `https://shop.example/?${SECRET}`),
        attribute('http.request.header.cookie', SECRET),
        attribute('client.address', ADDRESS),
      ],
    };
    const spans = [span, { ...span, spanId: 'b7ad6b7169203332', attributes: span.attributes.slice(3) }];
    const answer = await ingest.send(
      '/v1/traces',
      JSON.stringify({ resourceSpans: [{ scopeSpans: [{ spans }] }] }),
      {
        'content-type': 'application/json',
      },
    );
    expect(answer.status).toBe(200);
    await collector.drain();
    expect(await found('0af7651916cd43dd8448eb211c80319c')).toContain('requests.trace_id');
    expect([...(await found(SECRET)), ...(await found(ADDRESS))]).toEqual([]);
  });

  it('people by name, once a tenant wants pseudonyms, and more of an address than its network', async () => {
    policy = { userIds: 'pseudonymous', addresses: 'truncated', retentionMonths: 13 };
    const before = await found(PERSON);
    await store.change({ sql: 'TRUNCATE TABLE {{local:requests}}', params: {} });
    await store.change({ sql: 'TRUNCATE TABLE {{local:usage_user_day}}', params: {} });
    expect(before).not.toEqual([]);
    await app.inject({ url: '/orders/1', remoteAddress: ADDRESS });
    await collector.sync();
    expect(spooled()).toContain('203.0.113.0/24');
    expect(spooled()).not.toMatch(new RegExp(`${PERSON}|${ADDRESS}`));
    await collector.drain();
    expect(await found('203.0.113.0/24')).toEqual(['requests.client_network']);
    expect([...(await found(PERSON)), ...(await found(ADDRESS))]).toEqual([]);
  });
});

/** All that is in the spool directory. */
function spooled(): string {
  return readdirSync(spoolDirectory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
    .join('\n');
}

/** The columns, of any table, that contain a text. */
async function found(text: string): Promise<string[]> {
  const columns = await store.select({
    sql: `SELECT table, name FROM system.columns WHERE database = 'riwayat' AND type LIKE '%String%'
            AND default_kind != 'EPHEMERAL' AND NOT endsWith(table, '_feed') ORDER BY table, name`,
    params: {},
    row: z.object({ table: z.string(), name: z.string() }),
    label: 'test.columns',
  });
  const hits: string[] = [];
  for (const { table, name } of columns) {
    const rows = await store.select({
      sql: `SELECT 1 FROM {{database}}.${table} WHERE position(toString(${name}), {text:String}) > 0 LIMIT 1`,
      params: { text },
      row: z.unknown(),
      label: 'test.found',
    });
    hits.push(...rows.map(() => `${table}.${name}`));
  }
  return hits;
}
