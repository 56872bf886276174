import type { TenantId } from '@riwayat/collector';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { SYSTEM } from '../audit/audit.ts';
import { balancesOf } from '../invoices/ledger.ts';
import { writeOffInvoice } from '../invoices/write-off.ts';
import type { JobHandler } from '../jobs/handler.ts';
import { type Ask, begun, openTill, type Till } from '../testing/till.ts';
import { cardDebits } from './debit.ts';
import { FOLLOW_UP, paymentFollowUp } from './follow-up.ts';
import type { PaymentProvider } from './provider/provider.ts';
import { ProviderUnavailableError } from './provider/provider.ts';

const METHODS = '/api/v1/tenant/billing/payment-methods';
const PAYMENTS = '/api/v1/tenant/billing/payments';
const DAY_MS = 86_400_000;
const TOTAL = 300_000n;
const ALWAYS_GOOD = '4811111111111114';
const REFUSES_DEBITS = '4411111111111118';

let clock = new Date();
const now = () => clock;
let till: Till;

beforeAll(async () => {
  till = await openTill(now);
});
afterAll(() => till.stop());

function database() {
  return till.application.services.database;
}

function books() {
  const { database, receivables } = till.application.services;
  return { database, receivables };
}

function provider(changes: Partial<PaymentProvider> = {}): PaymentProvider {
  const { paymentProvider: real } = till.application.services;
  if (real === undefined) {
    throw new Error('The till has a payment provider.');
  }
  return {
    name: real.name,
    create: (order) => real.create(order),
    find: (reference) => real.find(reference),
    cancel: (id) => real.cancel(id),
    readEvent: (...parts) => real.readEvent(...parts),
    ...changes,
  };
}

function run(handler: JobHandler, payload: object): Promise<void> {
  return handler.run(payload, {
    jobId: '1',
    attempt: 1,
    lastAttempt: false,
    signal: new AbortController().signal,
  });
}

function debit(tenantId: TenantId, date: string, parts: Partial<PaymentProvider> = {}): Promise<void> {
  return run(cardDebits({ ...books(), provider: provider(parts), now }), { tenantId, date });
}

function followUp(
  tenantId: TenantId,
  paymentId: string,
  parts: Partial<PaymentProvider> = {},
): Promise<void> {
  return run(paymentFollowUp({ ...books(), provider: provider(parts), now }), {
    tenantId,
    paymentId,
  });
}

/** A tenant whose card is debited for each invoice. */
async function debited(card: string): Promise<{ tenantId: TenantId; ask: Ask }> {
  const { tenantId, ask } = await till.tenant();
  const first = await till.invoice(tenantId, 1_000n, '2026-09');
  await till.playPayer(await begun(ask, { invoice: first, method: 'card', card: 'keep' }), { card });
  const preferred = await ask('PUT', `${METHODS}/preferred`, { method: 'card', auto_debit: true });
  expect(preferred.statusCode, preferred.body).toBe(200);
  return { tenantId, ask };
}

async function debitsOf(invoice: string): Promise<string[]> {
  const rows = await database()
    .db.selectFrom('invoice_payments')
    .where('invoice_id', '=', invoice)
    .where('debited_on', 'is not', null)
    .orderBy('debited_on')
    .select('state')
    .execute();
  return rows.map(({ state }) => state);
}

it('a kept card is debited for an open invoice, once, however often the job runs', async () => {
  const { tenantId } = await debited(ALWAYS_GOOD);
  const invoice = await till.invoice(tenantId, TOTAL);
  await debit(tenantId, '2026-11-01');
  await debit(tenantId, '2026-11-01');
  await debit(tenantId, '2026-11-02');
  await till.sandbox.delivered();
  expect(await debitsOf(invoice)).toEqual(['paid']);
  expect((await balancesOf(database().db, tenantId)).cash).toBe(TOTAL + 1_000n);
});

it('a kept card is not debited for an invoice that was written off', async () => {
  const { tenantId } = await debited(ALWAYS_GOOD);
  const invoice = await till.invoice(tenantId, TOTAL);
  const act = { tenantId, invoiceId: invoice, reason: 'r', actor: SYSTEM, now: now() };
  await database()
    .db.transaction()
    .execute((transaction) => writeOffInvoice(transaction, act));
  await debit(tenantId, '2026-11-01');
  expect(await debitsOf(invoice)).toEqual([]);
});

it('a card that refuses is asked on three days, and those who pay are told each time', async () => {
  const { tenantId, ask } = await debited(REFUSES_DEBITS);
  const invoice = await till.invoice(tenantId, TOTAL);
  for (const day of ['2026-11-01', '2026-11-01', '2026-11-02', '2026-11-03', '2026-11-04']) {
    await debit(tenantId, day);
  }
  await till.sandbox.delivered();
  expect(await debitsOf(invoice)).toEqual(['failed', 'failed', 'failed']);
  const inbox = (await ask('GET', '/api/v1/account/notifications')).json().data;
  const texts = inbox.map((one: { text: string }) => one.text);
  expect(texts.filter((text: string) => text.startsWith('Kartu Anda gagal didebit Rp300.000'))).toHaveLength(
    3,
  );
});

it('a debit whose answer was lost is not made again, and is found out', async () => {
  const { tenantId } = await debited(ALWAYS_GOOD);
  const invoice = await till.invoice(tenantId, TOTAL);
  const lost: Partial<PaymentProvider> = {
    async create(order) {
      await provider().create(order);
      throw new ProviderUnavailableError('The answer was lost.');
    },
  };
  await debit(tenantId, '2026-11-01', lost);
  await debit(tenantId, '2026-11-02');
  const [payment] = await database()
    .db.selectFrom('invoice_payments')
    .where('invoice_id', '=', invoice)
    .select('id')
    .execute();
  await followUp(tenantId, payment?.id ?? '');
  await till.sandbox.delivered();
  expect(await debitsOf(invoice)).toEqual(['paid']);
  expect((await balancesOf(database().db, tenantId)).cash).toBe(TOTAL + 1_000n);
});

it('a payment whose webhooks were lost is found out, once', async () => {
  const { tenantId, ask } = await till.tenant();
  const invoice = await till.invoice(tenantId, TOTAL);
  const payment = await begun(ask, { invoice, method: 'qris' });
  await fetch(payment.instructions.link ?? '', { method: 'POST', body: new URLSearchParams() });
  await followUp(tenantId, payment.id);
  await followUp(tenantId, payment.id);
  await till.sandbox.delivered();
  expect((await ask('GET', `${PAYMENTS}/${payment.id}`)).json()).toMatchObject({ state: 'paid' });
  expect((await balancesOf(database().db, tenantId)).cash).toBe(TOTAL);
});

it('a payment that the provider never heard of has failed', async () => {
  const { tenantId, ask } = await till.tenant();
  const invoice = await till.invoice(tenantId, TOTAL);
  const { id } = await begun(ask, { invoice, method: 'qris' });
  await followUp(tenantId, id, { find: async () => undefined });
  expect((await ask('GET', `${PAYMENTS}/${id}`)).json()).toMatchObject({ state: 'failed' });
});

it('a payment that nobody paid is looked at again when its time is over, and has expired', async () => {
  const { tenantId, ask } = await till.tenant();
  const invoice = await till.invoice(tenantId, TOTAL);
  const { id } = await begun(ask, { invoice, method: 'virtual-account', bank: 'bca' });
  await followUp(tenantId, id);
  const again = await till.application.services.database.db
    .selectFrom('invoice_payments')
    .where('id', '=', id)
    .select('state')
    .executeTakeFirst();
  expect(again?.state).toBe('pending');
  const before = clock;
  clock = new Date(before.getTime() + DAY_MS + 60_000);
  await followUp(tenantId, id);
  await till.sandbox.delivered();
  clock = before;
  expect((await ask('GET', `${PAYMENTS}/${id}`)).json()).toMatchObject({ state: 'expired' });
});

it('what waits to be followed up fails as a job while the provider is away', async () => {
  const { tenantId, ask } = await till.tenant();
  const invoice = await till.invoice(tenantId, TOTAL);
  const { id } = await begun(ask, { invoice, method: 'qris' });
  const away = () => Promise.reject(new ProviderUnavailableError('away'));
  await expect(followUp(tenantId, id, { find: away })).rejects.toThrow('cannot be reached');
  expect(FOLLOW_UP.payload.parse({ tenantId, paymentId: id })).toEqual({ tenantId, paymentId: id });
});
