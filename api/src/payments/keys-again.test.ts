import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { followUpInvoices } from '../invoices/dunning.ts';
import { type Ask, begun, openTill, proofForm, type Till } from '../testing/till.ts';
import { paymentFollowUp } from './follow-up.ts';

const TOTAL = 500_000n;
/** Of an invoice of 1 November, all late fees there are. */
const OWED = 630_000;
const INVOICES = '/api/v1/platform/billing/invoices';

let till: Till;
let operator: Ask;
let ask: Ask;
let tenantId: Awaited<ReturnType<Till['tenant']>>['tenantId'];
let invoice: string;
let secret: string;

// Time stands still: nothing that was remembered of a key is forgotten by itself.
beforeAll(async () => {
  vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
  till = await openTill();
  operator = await till.operator();
});
afterAll(async () => {
  vi.useRealTimers();
  await till.stop();
});

function services() {
  return till.application.services;
}

/** What a program of the tenant is answered. */
async function sent(): Promise<number> {
  const answer = await fetch(`${till.application.url}/v1/requests`, {
    method: 'POST',
    headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/x-ndjson' },
    body: '',
  });
  await answer.text();
  return answer.status;
}

beforeEach(async () => {
  ({ tenantId, ask } = await till.tenant());
  invoice = await till.invoice(tenantId, TOTAL);
  const key = await services().keys.create(tenantId, {
    name: 'program',
    scopes: ['ingest:requests'],
    createdBy: null,
  });
  ({ secret } = key);
  await followUpInvoices(services().database.db, [tenantId], new Date('2026-11-25T04:00:00+07:00'));
  expect(await sent()).toBe(402);
});

async function told(): Promise<{ inbox: number; mails: number }> {
  const { db } = services().database;
  const inbox = await db
    .selectFrom('notifications')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', 'suspension.lifted')
    .select('id')
    .execute();
  const mails = await db
    .selectFrom('outbox')
    .where('tenant_id', '=', tenantId)
    .where('template', '=', 'suspension-lifted')
    .select('id')
    .execute();
  return { inbox: inbox.length, mails: mails.length };
}

const WAYS: Readonly<Record<string, () => Promise<unknown>>> = {
  async 'a webhook tells that it is paid'() {
    await till.playPayer(await begun(ask, { invoice, method: 'virtual-account', bank: 'bca' }));
  },
  async 'the proof of a transfer is verified'() {
    const { id } = await begun(ask, { invoice, method: 'bank-transfer' });
    const proof = proofForm({ amount_idr: String(OWED), paid_on: '2026-11-22' });
    await ask('POST', `/api/v1/tenant/billing/payments/${id}/proof`, proof);
    await operator('POST', `/api/v1/platform/tenants/${tenantId}/payments/${id}/decision`, {
      decision: 'verified',
    });
  },
  async 'money that nobody could place is booked by hand'() {
    const lost = `lost ${randomBytes(4).toString('hex')}`;
    await till.tell({
      id: lost,
      created_at: '2026-11-22T03:00:00.000Z',
      payment: {
        id: lost,
        reference: lost,
        amount: OWED,
        state: 'paid',
        instructions: {},
        receipt: { id: lost, amount: OWED, paid_at: '2026-11-22T03:00:00.000Z' },
      },
    });
    const { id } = await services()
      .database.db.selectFrom('payment_events')
      .where('reference', '=', lost)
      .select('id')
      .executeTakeFirstOrThrow();
    await operator('POST', `/api/v1/platform/payment-events/${id}/resolve`, {
      resolution: 'booked',
      tenant: tenantId,
      invoice,
      note: 'Nomor VA lama.',
    });
  },
  async 'the provider is asked, because its webhooks were lost'() {
    const { id, instructions } = await begun(ask, { invoice, method: 'qris' });
    const silenced = vi.spyOn(services().receivables, 'change').mockResolvedValue(undefined);
    await fetch(instructions.link ?? '', { method: 'POST', body: new URLSearchParams() });
    await till.sandbox.delivered();
    silenced.mockRestore();
    const { database, receivables, paymentProvider } = services();
    const signal = new AbortController().signal;
    const context = { jobId: '1', attempt: 1, lastAttempt: false, signal };
    await paymentFollowUp({ database, receivables, provider: paymentProvider }).run(
      { tenantId, paymentId: id },
      context,
    );
  },
  'the invoice is credited': () => operator('POST', `${INVOICES}/${invoice}/credit`, { reason: 'r' }),
  'the invoice is made void': () => operator('POST', `${INVOICES}/${invoice}/void`, { reason: 'r' }),
  async 'an operator lifts it after writing the invoice off'() {
    await operator('POST', `${INVOICES}/${invoice}/write-off`, { reason: 'r' });
    expect(await sent()).toBe(402);
    await operator('POST', `${INVOICES}/${invoice}/lift-suspension`, { reason: 'r' });
  },
};

it.each(Object.entries(WAYS))('a key works at once when %s, and people are told once', async (_way, lift) => {
  await lift();
  expect(await sent()).toBe(202);
  expect(await told()).toEqual({ inbox: 1, mails: 1 });
});

it('a key stays refused while something else is to be paid, and nobody is told that it is over', async () => {
  await till.playPayer(
    await begun(ask, { invoice, method: 'virtual-account', bank: 'bca', amount_idr: OWED - 1 }),
  );
  expect(await sent()).toBe(402);
  expect(await told()).toEqual({ inbox: 0, mails: 0 });
});

it('is told once when two payments that would each lift it come at once', async () => {
  const payments = await Promise.all([
    begun(ask, { invoice, method: 'virtual-account', bank: 'bca' }),
    begun(ask, { invoice, method: 'qris' }),
  ]);
  await Promise.all(payments.map((payment) => till.playPayer(payment)));
  expect(await sent()).toBe(202);
  expect(await told()).toEqual({ inbox: 1, mails: 1 });
});
