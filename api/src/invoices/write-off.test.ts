import type { TenantId } from '@riwayat/collector';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { type Ask, begun, openTill, type Till } from '../testing/till.ts';
import { followUpInvoices } from './dunning.ts';
import { balancesOf } from './ledger.ts';
import { recordPayment } from './receipts.ts';

/** Of an invoice of 1 November: 10,000 a day are added from the 9th on, and the keys stop on the 22nd. */
const TOTAL = 500_000n;
const ALL_FEES = 130_000n;

let till: Till;
let operator: Ask;
let tenantId: TenantId;
let ask: Ask;
let invoice: string;

beforeAll(async () => {
  till = await openTill();
  operator = await till.operator();
});
afterAll(() => till.stop());
beforeEach(async () => {
  ({ tenantId, ask } = await till.tenant());
  invoice = await till.invoice(tenantId, TOTAL);
});

function database() {
  return till.application.services.database.db;
}

/** Four in the morning of a day in Jakarta. */
function morning(day: string): Date {
  return new Date(`${day}T04:00:00+07:00`);
}

const follow = (day: string) => followUpInvoices(database(), [tenantId], morning(day));
const balances = () => balancesOf(database(), tenantId);
const shown = async () => (await ask('GET', `/api/v1/tenant/billing/invoices/${invoice}`)).json();

async function step(name: 'write-off' | 'lift-suspension' | 'credit' | 'void', body: object = {}) {
  const url = `/api/v1/platform/billing/invoices/${invoice}/${name}`;
  const answer = await operator('POST', url, { reason: 'Koperasi dibubarkan.', ...body });
  return { status: answer.statusCode, body: answer.json() };
}

function pay(amount: bigint, day: string, recordedOn = day) {
  return database()
    .transaction()
    .execute((db) =>
      recordPayment(db, {
        tenantId,
        invoiceId: invoice,
        amount,
        cause: `payment:${day}:${amount}`,
        paidAt: morning(day),
        recordedAt: morning(recordedOn),
      }),
    );
}

async function acts(): Promise<string[]> {
  const rows = await database()
    .selectFrom('audit_log')
    .where('subject_id', '=', invoice)
    .where('actor_role', '=', 'operator')
    .orderBy('id')
    .select('action')
    .execute();
  return rows.map(({ action }) => action);
}

it('takes what is open, late fees included, out of what is owed and into a loss, and adds no fee any more', async () => {
  await follow('2026-11-10');
  expect((await step('write-off')).body).toMatchObject({
    state: 'written-off',
    open_idr: 0,
    written_off_idr: 520_000,
    suspends: false,
    reason: 'Koperasi dibubarkan.',
  });
  await follow('2026-12-31');
  expect(await shown()).toMatchObject({ state: 'written-off', late_fees_idr: 20_000, suspends: false });
  expect(await balances()).toEqual({
    receivable: 0n,
    revenue: -TOTAL,
    'late-fees': -20_000n,
    cash: 0n,
    'credit-balance': 0n,
    'bad-debt': 520_000n,
  });
  const balance = (await ask('GET', '/api/v1/tenant/billing/balance')).json();
  expect(balance).toMatchObject({ owed_idr: 0, written_off_idr: 520_000, suspended: false });
  const { data } = (await ask('GET', '/api/v1/tenant/billing/statement?limit=1')).json();
  expect(data[0]).toMatchObject({
    kind: 'write-off',
    invoice,
    entries: [
      { account: 'bad-debt', amount_idr: 520_000 },
      { account: 'receivable', amount_idr: -520_000 },
    ],
  });
  const listed = (await ask('GET', '/api/v1/tenant/billing/invoices?state=written-off')).json();
  expect(listed.data.map(({ id }: { id: string }) => id)).toEqual([invoice]);
  expect(await acts()).toEqual(['invoice.written-off']);
});

it('is refused a second time, for what is paid, and for a void invoice: the answer says what can be done', async () => {
  await step('write-off');
  const again = await step('write-off');
  expect([again.status, again.body.code]).toEqual([409, 'invoice-step-refused']);
  expect(again.body.detail).toContain('pay it all the same, credit it');
  expect((await step('void')).status).toBe(409);
  await pay(TOTAL, '2026-11-12');
  expect((await step('write-off')).status).toBe(409);
  invoice = await till.invoice(tenantId, TOTAL, '2026-09');
  await step('void');
  expect((await step('write-off')).status).toBe(409);
});

it('keeps who is suspended suspended, until an operator lifts it: then they are told once', async () => {
  await follow('2026-11-25');
  expect((await step('lift-suspension')).body.detail).toContain('write it off');
  await step('write-off');
  expect(await shown()).toMatchObject({ suspends: true, written_off_idr: Number(TOTAL + ALL_FEES) });
  const { keyring } = till.application.services;
  expect(await keyring.owedBy(tenantId)).toEqual([{ number: expect.any(String), open: TOTAL + ALL_FEES }]);
  expect((await step('lift-suspension')).body).toMatchObject({ state: 'written-off', suspends: false });
  expect(await keyring.owedBy(tenantId)).toEqual([]);
  expect((await step('lift-suspension')).body).toMatchObject({
    code: 'invoice-step-refused',
    detail: expect.stringContaining('Nobody is suspended for the invoice.'),
  });
  const told = await database()
    .selectFrom('notifications')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'suspension.lifted')
    .select('id')
    .execute();
  expect(told).toHaveLength(1);
  expect(await acts()).toEqual(['invoice.written-off', 'invoice.suspension-lifted']);
});

it('leaves who is suspended for another invoice suspended when the suspension for one is lifted', async () => {
  const other = await till.invoice(tenantId, TOTAL, '2026-09');
  await follow('2026-11-25');
  await step('write-off');
  await step('lift-suspension');
  const { number } = (await ask('GET', `/api/v1/tenant/billing/invoices/${other}`)).json();
  expect(await till.application.services.keyring.owedBy(tenantId)).toMatchObject([{ number }]);
});

it('can be paid all the same: the loss is recovered, and who was suspended for it is so no more', async () => {
  await follow('2026-11-25');
  await step('write-off');
  const part = await begun(ask, { invoice, method: 'qris', amount_idr: 30_000 });
  expect(await till.playPayer(part)).toBe(200);
  expect(await shown()).toMatchObject({ state: 'written-off', written_off_idr: 600_000, suspends: true });
  expect(await balances()).toMatchObject({ receivable: 0n, cash: 30_000n, 'bad-debt': 600_000n });
  const rest = await begun(ask, { invoice, method: 'virtual-account', bank: 'bca' });
  expect(rest.amount_idr).toBe(600_000);
  await till.playPayer(rest);
  expect(await shown()).toMatchObject({ state: 'paid', written_off_idr: 0, suspends: false });
  expect(await balances()).toMatchObject({ receivable: 0n, cash: 630_000n, 'bad-debt': 0n });
  expect(await till.application.services.keyring.owedBy(tenantId)).toEqual([]);
});

it('is recovered no further than it goes: the rest is credit, and what is told twice counts once', async () => {
  await step('write-off');
  expect(await pay(700_000n, '2026-11-30')).toMatchObject({ applied: TOTAL, credit: 200_000n });
  expect(await pay(700_000n, '2026-11-30')).toMatchObject({
    repeated: true,
    applied: TOTAL,
    credit: 200_000n,
  });
  expect(await balances()).toMatchObject({ cash: 700_000n, 'credit-balance': -200_000n, 'bad-debt': 0n });
});

it('costs no fees of days after it was paid, when the payment is seen after it was written off', async () => {
  await follow('2026-11-25');
  await step('write-off');
  expect(await pay(510_000n, '2026-11-09', '2026-11-26')).toMatchObject({
    applied: 510_000n,
    invoice: { state: 'paid' },
  });
  expect(await balances()).toMatchObject({ 'late-fees': -10_000n, 'bad-debt': 0n, 'credit-balance': 0n });
});

it('is forgiven by a credit note: then it was no income rather than a loss', async () => {
  await follow('2026-11-25');
  await step('write-off');
  await pay(100_000n, '2026-11-26');
  await step('credit', { lines: [{ position: 1, amount_idr: 200_000 }] });
  expect(await balances()).toMatchObject({ receivable: 0n, revenue: -300_000n, 'bad-debt': 330_000n });
  expect((await step('credit')).status).toBe(201);
  expect(await shown()).toMatchObject({ state: 'credited', written_off_idr: 0, suspends: false });
  expect(await balances()).toEqual({
    receivable: 0n,
    revenue: 0n,
    'late-fees': 0n,
    cash: 100_000n,
    'credit-balance': -100_000n,
    'bad-debt': 0n,
  });
});

it('is not paid from credit that comes for something else', async () => {
  await step('write-off');
  const other = invoice;
  invoice = await till.invoice(tenantId, 1_000n, '2026-09');
  await pay(5_000n, '2026-11-30');
  expect(await balances()).toMatchObject({ 'credit-balance': -4_000n, 'bad-debt': TOTAL });
  invoice = other;
  expect(await shown()).toMatchObject({ written_off_idr: Number(TOTAL) });
});

it.each([
  "update invoices set state = 'issued', settled_at = null",
  'update invoices set late_fees = late_fees + 1',
  "update invoices set state = 'suspended', settled_at = null",
])('stays as it is, whatever the code says: %s', async (statement) => {
  await step('write-off');
  await expect(sql`${sql.raw(statement)} where id = ${invoice}`.execute(database())).rejects.toMatchObject({
    code: '23001',
  });
});

it('is shown on paper with what was given up, and asks for nothing', async () => {
  await follow('2026-11-10');
  await step('write-off');
  const answer = await ask('GET', `/api/v1/tenant/billing/invoices/${invoice}.json`);
  expect(answer.json()).toMatchObject({
    state: 'written-off',
    written_off_idr: 520_000,
    outstanding_idr: 0,
  });
});
