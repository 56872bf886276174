import type { TenantId } from '@riwayat/collector';
import jsQR from 'jsqr';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balancesOf } from '../invoices/ledger.ts';
import { isSuspended } from '../invoices/suspension.ts';
import { outboxMails } from '../notifications/outbox.ts';
import { pngPixels } from '../testing/png-pixels.ts';
import { type Ask, begun, openTill, proofForm, type Till } from '../testing/till.ts';
import { type PaymentBody, paymentBody } from './payment-body.ts';
import { readQris } from './qris/payload.ts';

const PAYMENTS = '/api/v1/tenant/billing/payments';
const METHODS = '/api/v1/tenant/billing/payment-methods';
const TOTAL = 820_100n;
const TRANSFER = { amount_idr: '820100', paid_on: '2026-11-03' };

let till: Till;
let operator: Ask;

beforeAll(async () => {
  till = await openTill();
  operator = await till.operator();
});
afterAll(() => till.stop());

function database() {
  return till.application.services.database.db;
}

async function paymentOf(ask: Ask, id: string): Promise<PaymentBody> {
  return paymentBody.parse((await ask('GET', `${PAYMENTS}/${id}`)).json());
}

/** What is in the tenant's books: all of it adds up, whatever happened. */
async function books(tenantId: TenantId) {
  const balances = await balancesOf(database(), tenantId);
  expect(Object.values(balances).reduce((sum, one) => sum + one, 0n)).toBe(0n);
  const { cash, receivable, 'credit-balance': credit } = balances;
  return { cash, receivable, credit };
}

async function invoiceState(id: string): Promise<string> {
  const row = await database()
    .selectFrom('invoices')
    .where('id', '=', id)
    .select('state')
    .executeTakeFirstOrThrow();
  return row.state;
}

function acts(id: string) {
  return database()
    .selectFrom('audit_log')
    .where('subject_id', '=', id)
    .orderBy('id')
    .select(['action', 'actor_role'])
    .execute();
}

describe('an invoice', () => {
  it.each([
    [{ method: 'virtual-account', bank: 'mandiri' }, {}],
    [{ method: 'e-wallet', wallet: 'gopay' }, {}],
    [{ method: 'qris' }, {}],
    [{ method: 'card' }, { card: '5211 1111 1111 1117' }],
  ])('is paid by %j through the provider', async (way, form) => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const payment = await begun(ask, { invoice, ...way });
    expect(payment).toMatchObject({ state: 'pending', amount_idr: Number(TOTAL) });
    expect(await till.playPayer(payment, form)).toBe(200);
    expect(await paymentOf(ask, payment.id)).toMatchObject({
      state: 'paid',
      received_idr: Number(TOTAL),
      instructions: { link: null, qris: null, virtual_account: null },
    });
    expect(await invoiceState(invoice)).toBe('paid');
    expect(await books(tenantId)).toEqual({ cash: TOTAL, receivable: 0n, credit: 0n });
    expect(await acts(payment.id)).toEqual([
      { action: 'invoice-payment.started', actor_role: 'administrator' },
      { action: 'invoice-payment.received', actor_role: null },
    ]);
  });

  it.each(['bank-transfer', 'qris-static'])('is paid by %s when the proof is verified', async (method) => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const payment = await begun(ask, { invoice, method });
    const sent = await ask('POST', `${PAYMENTS}/${payment.id}/proof`, proofForm(TRANSFER));
    expect(sent.statusCode, sent.body).toBe(201);
    const queue = (await operator('GET', '/api/v1/platform/payment-proofs')).json().data;
    expect(queue.map((one: { payment: string }) => one.payment)).toContain(payment.id);
    const decided = await operator(
      'POST',
      `/api/v1/platform/tenants/${tenantId}/payments/${payment.id}/decision`,
      { decision: 'verified' },
    );
    expect(decided.json()).toMatchObject({ state: 'paid', paid_at: '2026-11-02T17:00:00.000Z' });
    expect(await invoiceState(invoice)).toBe('paid');
    expect(await books(tenantId)).toEqual({ cash: TOTAL, receivable: 0n, credit: 0n });
    expect((await acts(payment.id)).map(({ action }) => action)).toEqual([
      'invoice-payment.started',
      'invoice-payment.proof-uploaded',
      'invoice-payment.received',
    ]);
  });

  it('is paid in parts, and what is paid twice becomes credit', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const part = await begun(ask, { invoice, method: 'qris', amount_idr: 20_100 });
    await till.playPayer(part);
    expect(await invoiceState(invoice)).toBe('issued');
    const rest = await begun(ask, { invoice, method: 'virtual-account', bank: 'bca' });
    const again = await begun(ask, { invoice, method: 'e-wallet', wallet: 'ovo' });
    expect(rest.amount_idr).toBe(800_000);
    await till.playPayer(rest);
    await till.playPayer(again);
    expect(await invoiceState(invoice)).toBe('paid');
    expect(await books(tenantId)).toEqual({ cash: TOTAL + 800_000n, receivable: 0n, credit: -800_000n });
  });

  it('that suspended the tenant is paid by its people, and the suspension is over', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    await database()
      .updateTable('invoices')
      .set({ state: 'suspended', next_step_on: null })
      .where('id', '=', invoice)
      .execute();
    expect(await isSuspended(database(), tenantId)).toBe(true);
    await till.playPayer(await begun(ask, { invoice, method: 'e-wallet', wallet: 'dana' }));
    expect(await isSuspended(database(), tenantId)).toBe(false);
  });

  it('cannot be paid beyond what is open, nor once it is paid, nor by somebody else', async () => {
    const { tenantId, ask } = await till.tenant();
    const stranger = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const wanted = { invoice, method: 'qris' };
    const beyond = await ask('POST', PAYMENTS, { ...wanted, amount_idr: Number(TOTAL) + 1 });
    expect(beyond.json()).toMatchObject({ code: 'invalid-request', errors: [{ path: 'body.amount_idr' }] });
    expect((await stranger.ask('POST', PAYMENTS, wanted)).statusCode).toBe(404);
    const payment = await begun(ask, wanted);
    expect((await stranger.ask('GET', `${PAYMENTS}/${payment.id}`)).statusCode).toBe(404);
    expect((await stranger.ask('POST', `${PAYMENTS}/${payment.id}/cancel`)).statusCode).toBe(404);
    await till.playPayer(payment);
    expect((await ask('POST', PAYMENTS, wanted)).json()).toMatchObject({ code: 'payment-step-refused' });
  });

  it('is confirmed to those who pay, by mail and in the application', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    await till.playPayer(await begun(ask, { invoice, method: 'qris', amount_idr: 820_000 }));
    const inbox = (await ask('GET', '/api/v1/account/notifications')).json().data;
    expect(inbox[0].text).toMatch(
      /^Rp820\.000 telah diterima untuk tagihan INV-\S+\. Sisa tagihan: Rp100\.$/,
    );
    const [mail] = await outboxMails(database(), `administrator@${tenantId}.example`);
    expect(mail?.written?.text).toContain('Sisa tagihan ini: Rp100.');
  });
});

describe('a payment', () => {
  it('is cancelled with the provider, too: nobody can pay it any more', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const payment = await begun(ask, { invoice, method: 'virtual-account', bank: 'bni' });
    expect((await ask('POST', `${PAYMENTS}/${payment.id}/cancel`)).json()).toMatchObject({
      state: 'cancelled',
    });
    expect(await till.playPayer(payment)).toBe(409);
    const again = await ask('POST', `${PAYMENTS}/${payment.id}/cancel`);
    expect(again.json()).toMatchObject({ code: 'payment-step-refused', status: 409 });
    expect(again.json().detail).toContain('Begin another payment');
    expect((await acts(payment.id)).map(({ action }) => action)).toEqual([
      'invoice-payment.started',
      'invoice-payment.cancelled',
    ]);
  });

  it('of a transfer is cancelled until a proof is on its way', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const first = await begun(ask, { invoice, method: 'bank-transfer' });
    expect(first.instructions.bank_accounts).toEqual([
      { bank: 'BCA', number: '123-456-7890', holder: 'PT Contoh' },
    ]);
    expect((await ask('POST', `${PAYMENTS}/${first.id}/cancel`)).json()).toMatchObject({
      state: 'cancelled',
    });
    const second = await begun(ask, { invoice, method: 'bank-transfer' });
    await ask('POST', `${PAYMENTS}/${second.id}/proof`, proofForm(TRANSFER));
    expect((await ask('POST', `${PAYMENTS}/${second.id}/cancel`)).statusCode).toBe(409);
  });

  it('shows its QRIS code as a picture that scanners read', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    for (const method of ['qris', 'qris-static']) {
      const payment = await begun(ask, { invoice, method });
      const picture = await ask('GET', `${PAYMENTS}/${payment.id}/qris?format=png`);
      expect(picture.headers['content-type']).toBe('image/png');
      const { data, width, height } = pngPixels(picture.rawPayload);
      const scanned = jsQR.default(data, width, height)?.data ?? '';
      expect(scanned).toBe(payment.instructions.qris);
      expect(readQris(scanned).payment.amount).toBe(TOTAL);
    }
  });

  it('is listed with all others, the newest first, page by page', async () => {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const made: string[] = [];
    for (let count = 0; count < 3; count += 1) {
      made.unshift((await begun(ask, { invoice, method: 'bank-transfer' })).id);
    }
    const first = (await ask('GET', `${PAYMENTS}?limit=2`)).json();
    const second = (await ask('GET', `${PAYMENTS}?limit=2&cursor=${first.next_cursor}`)).json();
    const ids = [...first.data, ...second.data].map((one: { id: string }) => one.id);
    expect({ ids, end: second.next_cursor }).toEqual({ ids: made, end: null });
    expect((await ask('GET', `${PAYMENTS}?state=paid&invoice=${invoice}`)).json().data).toEqual([]);
  });
});

describe('methods', () => {
  it('are those that the configuration has', async () => {
    const { ask } = await till.tenant();
    const { methods, preferred } = (await ask('GET', METHODS)).json();
    expect(methods.map((one: { method: string }) => one.method)).toEqual([
      'bank-transfer',
      'qris-static',
      'virtual-account',
      'e-wallet',
      'card',
      'qris',
    ]);
    expect(preferred).toEqual({ method: null, channel: null, card: null, auto_debit: false });
  });

  it('one of them is preferred; debits need a card that was kept', async () => {
    const { tenantId, ask } = await till.tenant();
    const prefer = (body: object) => ask('PUT', `${METHODS}/preferred`, body);
    expect((await prefer({ method: 'virtual-account', channel: 'bca' })).json()).toMatchObject({
      channel: 'bca',
    });
    expect((await prefer({ method: 'virtual-account', channel: 'gopay' })).statusCode).toBe(400);
    expect((await prefer({ method: 'qris', auto_debit: true })).statusCode).toBe(400);
    expect((await prefer({ method: 'card', auto_debit: true })).json()).toMatchObject({
      code: 'payment-method-unavailable',
    });
    const invoice = await till.invoice(tenantId, TOTAL);
    const payment = await begun(ask, { invoice, method: 'card', card: 'keep', amount_idr: 1_000 });
    await till.playPayer(payment, { card: '4811111111111114' });
    expect((await prefer({ method: 'card', auto_debit: true })).json()).toEqual({
      method: 'card',
      channel: null,
      card: 'Visa •••• 1114',
      auto_debit: true,
    });
    const kept = await begun(ask, { invoice, method: 'card', card: 'kept' });
    expect(kept).toMatchObject({ state: 'paid', received_idr: 819_100 });
    await till.sandbox.delivered();
    expect(await books(tenantId)).toEqual({ cash: TOTAL, receivable: 0n, credit: 0n });
    expect((await ask('DELETE', `${METHODS}/card`)).statusCode).toBe(204);
    expect((await ask('DELETE', `${METHODS}/card`)).statusCode).toBe(404);
    expect((await ask('GET', METHODS)).json().preferred).toMatchObject({ card: null, auto_debit: false });
    const written = await database()
      .selectFrom('audit_log')
      .where('tenant_id', '=', tenantId)
      .where('action', 'like', 'payment-%')
      .orderBy('id')
      .select('action')
      .execute();
    expect(written.map(({ action }) => action)).toEqual([
      'payment-preferences.changed',
      'payment-card.kept',
      'payment-preferences.changed',
      'payment-card.forgotten',
    ]);
  });
});
