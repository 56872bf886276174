import { randomBytes } from 'node:crypto';
import { monthsLater } from '@riwayat/billing';
import { type Collector, PLATFORM_TENANT, type TenantId } from '@riwayat/collector';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, type MockInstance, vi } from 'vitest';
import { balancesOf } from '../invoices/ledger.ts';
import { type Ask, begun, openTill, type Till, WEBHOOK } from '../testing/till.ts';
import type { EventMessage } from './provider/wire.ts';

const EVENTS = '/api/v1/platform/payment-events';
const TOTAL = 500_000n;
/** Each goes through the whole application and Postgres. */
const DISORDERS = 40;

let till: Till;
let operator: Ask;
let ingested: MockInstance<Collector['ingest']>;

beforeAll(async () => {
  till = await openTill();
  operator = await till.operator();
  ingested = vi.spyOn(till.application.services.collector, 'ingest');
});
afterAll(() => till.stop());

function database() {
  return till.application.services.database.db;
}

type Payer = Awaited<ReturnType<Till['tenant']>>;

/** A payment that waits, and how the provider tells of it. */
async function waiting(payer?: Payer, period?: string) {
  const { tenantId, ask } = payer ?? (await till.tenant());
  const invoice = await till.invoice(tenantId, TOTAL, period);
  const payment = await begun(ask, { invoice, method: 'virtual-account', bank: 'bca' });
  const { provider_id } = await database()
    .selectFrom('invoice_payments')
    .where('id', '=', payment.id)
    .select('provider_id')
    .executeTakeFirstOrThrow();
  const event = (changes: Partial<EventMessage['payment']>): EventMessage => ({
    id: `evt_${randomBytes(6).toString('hex')}`,
    created_at: new Date().toISOString(),
    payment: {
      id: provider_id ?? '',
      reference: payment.id,
      amount: Number(TOTAL),
      state: 'pending',
      instructions: {},
      ...changes,
    },
  });
  const paid = (amount: bigint, receipt = `rcp_${randomBytes(6).toString('hex')}`) =>
    event({
      state: 'paid',
      receipt: { id: receipt, amount: Number(amount), paid_at: '2026-11-20T03:00:00.000Z' },
    });
  return { tenantId, ask, invoice, payment, event, paid };
}

function eventsOf(payment: string) {
  return database()
    .selectFrom('payment_events')
    .where('reference', '=', payment)
    .orderBy('received_at')
    .select(['id', 'outcome', 'problem', 'resolution'])
    .execute();
}

async function cashOf(tenantId: TenantId): Promise<bigint> {
  return (await balancesOf(database(), tenantId)).cash;
}

describe('a webhook', () => {
  it('counts once, however often it comes and however many come at once', async () => {
    const { tenantId, payment, paid } = await waiting();
    const event = paid(TOTAL);
    const answers = await Promise.all([1, 2, 3, 4, 5].map(() => till.tell(event)));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200, 200, 200, 200]);
    expect(await eventsOf(payment.id)).toMatchObject([{ outcome: 'settled' }]);
    expect(await cashOf(tenantId)).toBe(TOTAL);
  });

  it('of money settles a payment that was thought to be over', async () => {
    const { tenantId, payment, event, paid } = await waiting();
    await till.tell(event({ state: 'expired' }));
    await till.tell(paid(TOTAL));
    await till.tell(event({ state: 'cancelled' }));
    expect((await eventsOf(payment.id)).map(({ outcome }) => outcome)).toEqual([
      'closed',
      'settled',
      'known',
    ]);
    expect(await cashOf(tenantId)).toBe(TOTAL);
  });

  it.each<[string, (body: Buffer) => Promise<{ statusCode: number; body: string }>]>([
    ['signed with another secret', (body) => till.tell(body, 'not the secret')],
    ['not signed', (body) => till.application.app.inject({ method: 'POST', url: WEBHOOK, payload: body })],
    ['without a body', () => till.application.app.inject({ method: 'POST', url: WEBHOOK })],
  ])('%s is refused and changes nothing', async (_name, send) => {
    const { tenantId, payment, paid } = await waiting();
    const answer = await send(Buffer.from(JSON.stringify(paid(TOTAL))));
    expect(answer.statusCode, answer.body).toBe(401);
    expect(await eventsOf(payment.id)).toEqual([]);
    expect(await cashOf(tenantId)).toBe(0n);
  });

  it('of a provider that there is not is refused', async () => {
    const answer = await till.application.app.inject({
      method: 'POST',
      url: '/api/v1/payments/webhook/another',
      payload: {},
    });
    expect(answer.statusCode).toBe(404);
  });

  it.each(['not JSON', '{"id":"evt_1"}', '{"id":"\\u0000"}', '\0'])(
    'that is signed and says "%s" is kept, and answered',
    async (text) => {
      const body = Buffer.from(`${text} ${randomBytes(4).toString('hex')}`);
      expect((await till.tell(body)).statusCode).toBe(200);
      expect((await till.tell(body)).statusCode).toBe(200);
      const held = (await operator('GET', `${EVENTS}?limit=100`)).json().data;
      const kept = held.filter(
        (one: { body: string }) => one.body === body.toString().replace('\0', '\u{fffd}'),
      );
      expect(kept).toMatchObject([{ problem: 'unreadable', outcome: 'held' }]);
    },
  );

  it('that is forged again and again is told as an attack on the platform', async () => {
    for (let count = 0; count < 5; count += 1) {
      await till.tell(Buffer.from('{}'), 'not the secret');
    }
    const told = ingested.mock.calls.flatMap(([tenantId, items]) =>
      items.flatMap((item) => (item.table === 'events' ? [{ tenantId, type: item.event.type }] : [])),
    );
    expect(told).toContainEqual({ tenantId: PLATFORM_TENANT, type: 'riwayat.security.forged-webhooks' });
  });
});

describe('money that nobody can place', () => {
  it('of a wrong amount is held, and booked by somebody who has looked', async () => {
    const { tenantId, ask, invoice, payment, paid } = await waiting();
    await till.tell(paid(400_000n));
    expect(await cashOf(tenantId)).toBe(0n);
    const [held] = await eventsOf(payment.id);
    expect(held).toMatchObject({ outcome: 'held', problem: 'wrong-amount' });
    const shown = (await operator('GET', `${EVENTS}?limit=100`)).json().data;
    expect(shown).toContainEqual(
      expect.objectContaining({
        id: held?.id,
        tenant: tenantId,
        received_idr: 400_000,
        reference: payment.id,
      }),
    );
    const resolve = (body: object) => operator('POST', `${EVENTS}/${held?.id}/resolve`, body);
    const booked = await resolve({ resolution: 'booked', tenant: tenantId, invoice, note: 'Kurang bayar.' });
    expect(booked.statusCode, booked.body).toBe(204);
    expect(await cashOf(tenantId)).toBe(400_000n);
    expect((await ask('GET', `/api/v1/tenant/billing/payments/${payment.id}`)).json()).toMatchObject({
      state: 'paid',
      received_idr: 400_000,
    });
    const again = await resolve({ resolution: 'dismissed', note: 'n' });
    expect(again.json()).toMatchObject({ code: 'payment-step-refused' });
  });

  it('of a payment that there is not is held, and booked where it belongs', async () => {
    const { tenantId, invoice, event } = await waiting();
    const receipt = {
      id: `rcp_${randomBytes(4).toString('hex')}`,
      amount: 600_000,
      paid_at: '2026-11-20T03:00:00.000Z',
    };
    const lost = event({ reference: `lost ${receipt.id}`, state: 'paid', receipt });
    await till.tell(lost);
    await till.tell({ ...lost, id: `${lost.id} again` });
    const [held, known] = await eventsOf(lost.payment.reference);
    expect([held?.problem, known?.outcome]).toEqual(['unknown-payment', 'known']);
    const answer = await operator('POST', `${EVENTS}/${held?.id}/resolve`, {
      resolution: 'booked',
      tenant: tenantId,
      invoice,
      note: 'Nomor VA lama.',
    });
    expect(answer.statusCode, answer.body).toBe(204);
    const { cash, 'credit-balance': credit } = await balancesOf(database(), tenantId);
    expect({ cash, credit }).toEqual({ cash: 600_000n, credit: -100_000n });
    const written = await database()
      .selectFrom('audit_log')
      .where('subject_id', '=', held?.id ?? '')
      .select(['action', 'actor_role', 'tenant_id'])
      .execute();
    expect(written).toEqual([
      { action: 'payment-event.resolved', actor_role: 'operator', tenant_id: tenantId },
    ]);
  });

  it('that is paid a second time is held', async () => {
    const { tenantId, payment, paid } = await waiting();
    await till.tell(paid(TOTAL));
    await till.tell(paid(TOTAL));
    expect((await eventsOf(payment.id)).map(({ problem }) => problem)).toEqual([null, 'paid-again']);
    expect(await cashOf(tenantId)).toBe(TOTAL);
  });

  it('cannot be booked for a tenant whose invoice it is not', async () => {
    const { payment, paid } = await waiting();
    const other = await waiting();
    await till.tell(paid(1n));
    const [held] = await eventsOf(payment.id);
    const answer = await operator('POST', `${EVENTS}/${held?.id}/resolve`, {
      resolution: 'booked',
      tenant: (await waiting()).tenantId,
      invoice: other.invoice,
      note: 'n',
    });
    expect(answer.statusCode).toBe(404);
  });
});

it('leaves the same books, in whatever order and however often webhooks are delivered', async () => {
  const payer = await till.tenant();
  const books = () => balancesOf(database(), payer.tenantId);
  let cases = 0;
  await fc.assert(
    fc.asyncProperty(fc.infiniteStream(fc.nat({ max: 1_000 })), fc.boolean(), async (choices, isPaid) => {
      cases += 1;
      const { payment, event, paid } = await waiting(payer, monthsLater('2020-01', cases));
      const before = await books();
      const wrong = paid(TOTAL - 1n);
      const told = [
        event({ state: 'pending' }),
        event({ state: 'expired' }),
        wrong,
        { ...wrong, id: `${wrong.id} again` },
        ...(isPaid ? [paid(TOTAL), paid(TOTAL)] : []),
      ];
      const order = [...told, ...told, ...told]
        .map((one) => ({ one, place: choices.next().value }))
        .sort((a, b) => a.place - b.place);
      const answers = await Promise.all(order.map(({ one }) => till.tell(one)));
      expect(new Set(answers.map(({ statusCode }) => statusCode))).toEqual(new Set([200]));
      const received = isPaid ? TOTAL : 0n;
      expect(await books()).toEqual({
        ...before,
        cash: before.cash + received,
        receivable: before.receivable - received,
      });
      const held = (await eventsOf(payment.id)).filter(({ outcome }) => outcome === 'held');
      expect(held).toHaveLength(isPaid ? 2 : 1);
    }),
    { numRuns: DISORDERS },
  );
}, 120_000);
