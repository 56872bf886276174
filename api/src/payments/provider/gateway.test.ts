import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import { silent } from '../../testing/postgres.ts';
import { readQris } from '../qris/payload.ts';
import { type Sandbox, startSandbox } from '../sandbox/sandbox.ts';
import { Gateway } from './gateway.ts';
import {
  type PaymentOrder,
  ProviderRefusedError,
  ProviderUnavailableError,
  WebhookContentError,
  WebhookSignatureError,
} from './provider.ts';
import { signatureHeaders } from './signature.ts';

const KEY = 'key-of-the-sandbox';
const SECRET = 'secret of the webhooks';
const NOW = new Date('2026-11-22T03:00:00Z');
const NOWHERE = 'http://127.0.0.1:9';
const ORDER: PaymentOrder = {
  reference: 'pay_00000000000000000001',
  amount: 820_100n,
  way: { method: 'virtual-account', bank: 'bca' },
  description: 'INV-2026-000001',
  expiresAt: new Date('2026-11-23T03:00:00Z'),
};

const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) {
    await close();
  }
});

function gatewayAt(url: string, key = KEY): Gateway {
  return new Gateway({ url, key, webhookSecret: SECRET, patience: { timeoutMs: 300, pauseMs: 5 } });
}

async function sandbox(webhookUrl = NOWHERE): Promise<Sandbox> {
  const started = await startSandbox({
    key: KEY,
    now: () => NOW,
    webhooks: { url: () => webhookUrl, secret: SECRET, logger: silent, pace: { disorderMs: 0 } },
  });
  closers.push(() => started.stop());
  return started;
}

/** A gateway that does what a test wants, and how often it was asked. */
async function server(answer: RequestListener): Promise<{ url: string; asked: () => number }> {
  let asked = 0;
  const listening = createServer((request, response) => {
    asked += 1;
    answer(request, response);
  });
  listening.listen(0, '127.0.0.1');
  await once(listening, 'listening');
  closers.push(async () => {
    listening.closeAllConnections();
    listening.close();
  });
  const address = listening.address();
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`,
    asked: () => asked,
  };
}

async function playPayer(link: string | undefined, form: Record<string, string> = {}): Promise<number> {
  const answer = await fetch(link ?? '', { method: 'POST', body: new URLSearchParams(form) });
  await answer.text();
  return answer.status;
}

describe('the gateway', () => {
  it('begins one payment for a reference, however often it is asked', async () => {
    const gateway = gatewayAt((await sandbox()).url);
    const made = await gateway.create(ORDER);
    expect(made).toMatchObject({ reference: ORDER.reference, state: 'pending' });
    expect(made.instructions.virtualAccount).toMatch(/^70012\d{11}$/);
    expect(await gateway.create(ORDER)).toEqual(made);
    expect(await gateway.find(ORDER.reference)).toEqual(made);
    await expect(gateway.create({ ...ORDER, amount: 1n })).rejects.toThrow(ProviderRefusedError);
  });

  it('finds nothing where there is nothing, and is refused without the right key', async () => {
    const { url } = await sandbox();
    expect(await gatewayAt(url).find('pay_ffffffffffffffffffff')).toBeUndefined();
    await expect(gatewayAt(url, 'another').create(ORDER)).rejects.toThrow('The key is wrong.');
  });

  it('gives a QRIS code of the amount', async () => {
    const gateway = gatewayAt((await sandbox()).url);
    const { instructions } = await gateway.create({ ...ORDER, way: { method: 'qris' } });
    expect(readQris(instructions.qris ?? '').payment).toEqual({ amount: 820_100n, bill: ORDER.reference });
  });

  it('cancels what waits, and leaves what was paid as it is', async () => {
    const gateway = gatewayAt((await sandbox()).url);
    const first = await gateway.create(ORDER);
    expect((await gateway.cancel(first.id)).state).toBe('cancelled');
    expect(await playPayer(first.instructions.link)).toBe(409);
    const second = await gateway.create({ ...ORDER, reference: 'pay_00000000000000000002' });
    expect(await playPayer(second.instructions.link, { amount: '500000' })).toBe(200);
    expect(await gateway.cancel(second.id)).toMatchObject({ state: 'paid', receipt: { amount: 500_000n } });
  });

  it('keeps a card, debits it later, and says so when the card refuses', async () => {
    const gateway = gatewayAt((await sandbox()).url);
    const paidBy = async (reference: string, card: string) => {
      const { instructions } = await gateway.create({
        ...ORDER,
        reference,
        way: { method: 'card', keep: true },
      });
      await playPayer(instructions.link, { card });
      return gateway.find(reference);
    };
    const good = await paidBy('pay_a', '4811 1111 1111 1114');
    expect(good).toMatchObject({ state: 'paid', card: { label: 'Visa •••• 1114' } });
    const debit = {
      ...ORDER,
      reference: 'pay_b',
      way: { method: 'card', token: good?.card?.token ?? '' },
    } as const;
    expect(await gateway.create(debit)).toMatchObject({ state: 'paid', receipt: { amount: 820_100n } });
    const fickle = await paidBy('pay_c', '4411 1111 1111 1118');
    const refused = {
      ...debit,
      reference: 'pay_d',
      way: { method: 'card', token: fickle?.card?.token ?? '' },
    } as const;
    expect(await gateway.create(refused)).toMatchObject({ state: 'failed' });
    expect(await paidBy('pay_e', '4911 1111 1111 1113')).toMatchObject({ state: 'failed' });
  });

  it('is asked again while it is busy, with the same key', async () => {
    const keys: unknown[] = [];
    const { url, asked } = await server((request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.writeHead(keys.length < 3 ? 503 : 422, { 'content-type': 'application/json' });
      response.end('{"code":"no","message":"This cannot be paid."}');
    });
    await expect(gatewayAt(url).create(ORDER)).rejects.toThrow(
      new ProviderRefusedError('This cannot be paid.'),
    );
    expect({ asked: asked(), keys: new Set(keys) }).toEqual({ asked: 3, keys: new Set([ORDER.reference]) });
  });

  it.each<[string, RequestListener, number]>([
    ['never answers', () => undefined, 3],
    ['hangs up', (request) => request.socket.destroy(), 3],
    ['is broken', (_request, response) => response.writeHead(500).end(), 3],
    ['answers nonsense', (_request, response) => response.writeHead(200).end('<html>'), 1],
    ['sends elsewhere', (_request, response) => response.writeHead(302, { location: '/' }).end(), 3],
  ])('counts as away when it %s, after a bounded time', async (_name, answer, tries) => {
    const { url, asked } = await server(answer);
    await expect(gatewayAt(url).create(ORDER)).rejects.toThrow(ProviderUnavailableError);
    expect(asked()).toBe(tries);
  });
});

describe('a webhook', () => {
  const gateway = gatewayAt(NOWHERE);
  const event = {
    id: 'evt_1',
    created_at: NOW.toISOString(),
    payment: { id: 'sbx_1', reference: ORDER.reference, amount: 1, state: 'expired', instructions: {} },
  };
  const body = Buffer.from(JSON.stringify(event));
  const headers = signatureHeaders(SECRET, body, NOW);
  const minutes = (count: number) => new Date(NOW.getTime() + count * 60_000);

  it('is read when it is signed now', () => {
    expect(gateway.readEvent(headers, body, minutes(4))).toMatchObject({
      id: 'evt_1',
      payment: { id: 'sbx_1', state: 'expired' },
    });
  });

  it.each<[string, Record<string, string>, Buffer, Date]>([
    ['without a signature', {}, body, NOW],
    ['with another secret', signatureHeaders('another', body, NOW), body, NOW],
    ['with another body', headers, Buffer.from(`${body} `), NOW],
    ['with another time than was signed', { ...headers, 'x-gateway-timestamp': '1795316401' }, body, NOW],
    ['six minutes late', headers, body, minutes(6)],
    ['six minutes early', headers, body, minutes(-6)],
    ['with a signature cut short', { ...headers, 'x-gateway-signature': 'sha256=00' }, body, NOW],
  ])('is refused %s', (_name, sent, bytes, now) => {
    expect(() => gateway.readEvent(sent, bytes, now)).toThrow(WebhookSignatureError);
  });

  it('that is signed and makes no sense says so', () => {
    const nonsense = Buffer.from('{"id":7}');
    expect(() => gateway.readEvent(signatureHeaders(SECRET, nonsense, NOW), nonsense, NOW)).toThrow(
      WebhookContentError,
    );
  });
});

describe('the sandbox', () => {
  it('delivers a webhook until it is taken', async () => {
    let tries = 0;
    const { url } = await server((_request, response) => {
      tries += 1;
      response.writeHead(tries === 1 ? 503 : 200).end();
    });
    const box = await startSandbox({
      key: KEY,
      webhooks: {
        url: () => url,
        secret: SECRET,
        logger: silent,
        random: () => 0.5,
        pace: { disorderMs: 1, backoffMs: 5 },
      },
    });
    closers.push(() => box.stop());
    const { instructions } = await gatewayAt(box.url).create({
      ...ORDER,
      expiresAt: new Date(Date.now() + 60_000),
    });
    await playPayer(instructions.link);
    await box.delivered();
    expect(tries).toBe(2);
  });
});
