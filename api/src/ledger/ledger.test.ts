import type { InjectOptions } from 'fastify';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SCOPES } from '../keys/key.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';

const TAKEN = 5;
const NOTHING = {
  accepted: 0,
  duplicates: 0,
  rejected: 0,
  refused: 0,
  in_spool: 0,
  stored: 0,
  difference: 0,
};

let application: TestApplication;
let secret: string;
const tokens = new Map<string, string>();

beforeAll(async () => {
  application = await startApplication();
  const ours = await application.createTenant('ours', ['board']);
  await application.createTenant('theirs', ['board']);
  for (const tenant of ['ours', 'theirs']) {
    tokens.set(tenant, await application.tokenOf(tenant, 'board'));
  }
  ({ secret } = await application.services.keys.create(ours, { name: 'k', scopes: SCOPES, createdBy: null }));
});
afterAll(() => application.stop());

async function ledger(tenant: string, query: Record<string, string> = {}) {
  const answer = await application.app.inject({
    url: '/api/v1/tenant/ledger',
    query,
    headers: { authorization: `Bearer ${tokens.get(tenant)}` },
  });
  return { status: answer.statusCode, body: answer.json() };
}

function batch(lines: readonly object[]): InjectOptions {
  return {
    method: 'POST',
    url: '/v1/requests',
    headers: { 'content-type': 'application/x-ndjson', authorization: `Bearer ${secret}` },
    payload: lines.map((line) => `${JSON.stringify(line)}\n`).join(''),
  };
}

it('accounts for everything that was sent: taken, known from before, or refused', async () => {
  const ts = new Date().toISOString();
  const valid = Array.from({ length: TAKEN }, (_, index) => ({
    id: `r${index}`,
    source: 'shop',
    ts,
    method: 'GET',
    endpoint: '/orders/:id',
    status: 200,
    duration_ms: 3,
  }));
  const sent = await application.app.inject(batch([...valid, valid[0] ?? {}, { ts, method: 'no such' }]));
  expect(sent.json()).toMatchObject({ accepted: TAKEN, duplicates: 1, rejected: 1 });
  await application.services.collector.drain();

  // Each tenant's board has logged in once.
  const accepted = TAKEN + 1;
  const expected = { ...NOTHING, accepted, duplicates: 1, rejected: 1, stored: accepted };
  await expect.poll(async () => (await ledger('ours')).body.total, { timeout: 15_000 }).toEqual(expected);
  const { body } = await ledger('ours');
  expect(Date.parse(body.to) - Date.parse(body.from)).toBeGreaterThanOrEqual(24 * 3_600_000);
  expect(body.hours.length).toBeGreaterThan(0);
  expect((await ledger('theirs')).body).toMatchObject({
    total: { ...NOTHING, accepted: 1, stored: 1 },
  });
});

it.each([
  { from: '2026-03-02T00:00:00Z', to: '2026-03-01T00:00:00Z' },
  { from: '2026-01-01T00:00:00Z', to: '2026-03-01T00:00:00Z' },
  { from: 'yesterday' },
])('refuses the span %o', async (query) => {
  expect((await ledger('ours', query)).status).toBe(400);
});
