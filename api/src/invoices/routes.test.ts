import { afterAll, beforeAll, expect, it } from 'vitest';
import { openContract } from '../billing/contracts.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { followUpInvoices } from './dunning.ts';

/** The middle of a month: the one before is over everywhere. */
const NOW = new Date('2026-03-15T05:00:00Z');

let application: TestApplication;
let operator: string;
let board: string;

beforeAll(async () => {
  application = await startApplication({ PUBLIC_URL: 'https://riwayat.example' }, () => NOW);
  const tenantId = await application.createTenant('ksp', ['board', 'administrator']);
  await openContract(application.services.database.db, { tenantId, startedOn: '2026-01-01', plan: 'usage' });
  operator = await application.operatorToken('proved');
  board = await application.tokenOf('ksp', 'board');
});
afterAll(() => application.stop());

async function ask(token: string, url: string, payload?: object) {
  const answer = await application.app.inject({
    method: payload === undefined ? 'GET' : 'POST',
    url: `/api/v1/${url}`,
    headers: { authorization: `Bearer ${token}` },
    ...(payload && { payload }),
  });
  return { status: answer.statusCode, body: answer.json() };
}

async function make(period: string): Promise<string> {
  const { status, body } = await ask(operator, 'platform/billing/invoices', { tenant: 'ksp', period });
  expect(status).toBe(201);
  return body.id;
}

async function audited(action: string): Promise<number> {
  const rows = await application.services.database.db
    .selectFrom('audit_log')
    .where('action', '=', action)
    .where('tenant_id', '=', 'ksp')
    .select('id')
    .execute();
  return rows.length;
}

it('has the invoice of a month made, read line by line, made void, and made again', async () => {
  const first = await make('2026-01');
  const { body } = await ask(board, `tenant/billing/invoices/${first}`);
  expect(body).toMatchObject({ period: '2026-01', state: 'issued', total_idr: 300_000, open_idr: 300_000 });
  expect(body.lines[0]).toMatchObject({
    component: 'base_fee',
    amount_idr: 300_000,
    calculation: { kind: 'flat', price: '300000' },
    formula: { id: expect.stringContaining('Rp300.000'), en: expect.stringContaining('300,000') },
  });
  const again = await ask(operator, 'platform/billing/invoices', { tenant: 'ksp', period: '2026-01' });
  expect([again.status, again.body.code]).toEqual([409, 'invoice-step-refused']);
  const gone = await ask(operator, `platform/billing/invoices/${first}/void`, { reason: 'wrong' });
  expect(gone.body).toMatchObject({ state: 'void', number: body.number, reason: 'wrong' });
  const second = await make('2026-01');
  const listed = await ask(board, 'tenant/billing/invoices?kind=monthly');
  expect(listed.body.data.map(({ id }: { id: string }) => id).sort()).toEqual([first, second].sort());
  expect([await audited('invoice.made'), await audited('invoice.voided')]).toEqual([2, 1]);
});

it('credits lines of an invoice, and tells the balance and how it came about', async () => {
  const invoice = await make('2026-02');
  const { status, body } = await ask(operator, `platform/billing/invoices/${invoice}/credit`, {
    reason: 'agreed',
    lines: [{ position: 1, amount_idr: 100_000 }],
  });
  expect([status, body.kind, body.total_idr, body.refers_to]).toEqual([
    201,
    'credit-note',
    -100_000,
    invoice,
  ]);
  expect(await audited('invoice.credited')).toBe(1);
  const balance = await ask(board, 'tenant/billing/balance');
  expect(balance.body).toMatchObject({ owed_idr: 500_000, credit_idr: 0, suspended: false });
  const { body: page } = await ask(board, 'tenant/billing/statement?limit=2');
  expect(page.data[0]).toMatchObject({ kind: 'credit-note', invoice });
  const next = await ask(board, `tenant/billing/statement?limit=2&cursor=${page.next_cursor}`);
  expect(next.body.data).toHaveLength(2);
});

it('shows the running month by the function that will bill it', async () => {
  const { body } = await ask(board, 'tenant/billing/preview');
  expect(body).toMatchObject({ period: '2026-03', total_idr: 300_000 });
});

it('refuses the months that are not over', async () => {
  const { status, body } = await ask(operator, 'platform/billing/invoices', {
    tenant: 'ksp',
    period: '2026-03',
  });
  expect([status, body.code]).toEqual([409, 'invoice-step-refused']);
});

it('answers the keys of a suspended tenant with what is to be paid and where, while its people can log in', async () => {
  const administrator = await application.tokenOf('ksp', 'administrator');
  const { body: key } = await ask(administrator, 'tenant/keys', { name: 'k', scopes: ['ingest:requests'] });
  await followUpInvoices(application.services.database.db, ['ksp'], new Date('2026-05-01T05:00:00Z'));
  const sent = await fetch(`${application.url}/v1/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key.secret}`, 'content-type': 'application/x-ndjson' },
    body: '{}',
  });
  expect(sent.status).toBe(402);
  expect(await sent.json()).toMatchObject({
    code: 'tenant-suspended',
    detail: expect.stringMatching(/INV-2026-\d{6} .*https:\/\/riwayat\.example/),
  });
  const { body: balance } = await ask(await application.tokenOf('ksp', 'board'), 'tenant/billing/balance');
  expect(balance.suspended).toBe(true);
});
