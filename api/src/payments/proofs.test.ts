import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { balancesOf } from '../invoices/ledger.ts';
import { pdf } from '../testing/samples.ts';
import { type Ask, begun, openTill, proofForm, type Till } from '../testing/till.ts';

const PAYMENTS = '/api/v1/tenant/billing/payments';
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

describe('a proof', () => {
  async function transfer() {
    const { tenantId, ask } = await till.tenant();
    const invoice = await till.invoice(tenantId, TOTAL);
    const payment = await begun(ask, { invoice, method: 'bank-transfer' });
    const decide = (body: object) =>
      operator('POST', `/api/v1/platform/tenants/${tenantId}/payments/${payment.id}/decision`, body);
    const send = (fields: Record<string, string>, file?: Buffer) =>
      ask('POST', `${PAYMENTS}/${payment.id}/proof`, proofForm({ ...TRANSFER, ...fields }, file));
    return { tenantId, ask, payment, decide, send };
  }

  it('that is rejected says why, and another may be sent', async () => {
    const { ask, payment, decide, send } = await transfer();
    await send({});
    expect((await send({})).json()).toMatchObject({ code: 'payment-step-refused' });
    const rejected = await decide({ decision: 'rejected', reason: 'Tidak terbaca.' });
    expect(rejected.json()).toMatchObject({ state: 'rejected', rejected_because: 'Tidak terbaca.' });
    const inbox = (await ask('GET', '/api/v1/account/notifications')).json().data;
    expect(inbox[0].text).toContain('ditolak: Tidak terbaca.');
    expect((await decide({ decision: 'verified' })).json()).toMatchObject({ code: 'payment-step-refused' });
    expect((await send({}, pdf())).statusCode).toBe(201);
    expect((await decide({ decision: 'verified' })).json()).toMatchObject({ state: 'paid' });
    const written = await database()
      .selectFrom('audit_log')
      .where('subject_id', '=', payment.id)
      .where('actor_role', '=', 'operator')
      .orderBy('id')
      .select('action')
      .execute();
    expect(written.map(({ action }) => action)).toEqual([
      'invoice-payment.rejected',
      'invoice-payment.received',
    ]);
  });

  it('books what came, not what was stated', async () => {
    const { tenantId, decide, send } = await transfer();
    await send({});
    const decided = await decide({ decision: 'verified', amount_idr: 1_000_000, received_on: '2026-11-04' });
    expect(decided.json()).toMatchObject({ received_idr: 1_000_000, paid_at: '2026-11-03T17:00:00.000Z' });
    expect(await balancesOf(database(), tenantId)).toMatchObject({
      cash: 1_000_000n,
      receivable: 0n,
      'credit-balance': -179_900n,
    });
  });

  it.each<[string, Record<string, string>, Buffer | undefined, number]>([
    ['that is no picture', {}, Buffer.from('no picture at all'), 415],
    ['of a day to come', { paid_on: '2099-01-01' }, undefined, 400],
    ['of no money', { amount_idr: '0' }, undefined, 400],
    ['of a day that is none', { paid_on: '2026-02-30' }, undefined, 400],
  ])('%s is refused', async (_what, fields, file, status) => {
    const { send, ask, payment } = await transfer();
    expect((await send(fields, file)).statusCode).toBe(status);
    expect((await ask('GET', `${PAYMENTS}/${payment.id}`)).json()).toMatchObject({ state: 'pending' });
  });

  it('is not needed where the provider tells us', async () => {
    const { tenantId, ask } = await till.tenant();
    const payment = await begun(ask, { invoice: await till.invoice(tenantId, TOTAL), method: 'qris' });
    const sent = await ask('POST', `${PAYMENTS}/${payment.id}/proof`, proofForm(TRANSFER));
    expect(sent.json()).toMatchObject({ code: 'payment-step-refused' });
  });
});
