/*
 * What holds for every channel that speaks HTTP, each against a service on this machine that speaks its protocol.
 */
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { parseConfig } from '../config.ts';
import type { Database } from '../postgres/database.ts';
import { Sealing } from '../sealing/sealing.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../testing/delivering.ts';
import { type Listener, listen, type Reaction } from '../testing/listener.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { type ToldPerson, toldPerson } from '../testing/told-person.ts';
import type { Carrier } from './carrier.ts';
import { LIMITS } from './channel.ts';
import { Circuits } from './circuits.ts';
import { Outgoing } from './http/outgoing.ts';
import { pushCarrier } from './push/carrier.ts';
import { VapidKeys } from './push/vapid.ts';
import type { Message } from './send.ts';
import { smsCarrier } from './sms/carrier.ts';
import { webhookCarrier } from './webhooks/carrier.ts';
import { Webhooks } from './webhooks/webhooks.ts';
import { whatsAppCarrier } from './whatsapp/carrier.ts';

const SECRET = 's'.repeat(32);
/** Long enough for a machine that has much to do… */
const PATIENCE_MS = 10_000;
/** …and short where nothing is to come. */
const IMPATIENCE_MS = 200;
const MINUTE_MS = 60_000;
const linkTo = (path: string) => new URL(path, 'https://riwayat.example').href;

let server: TestPostgres;
let database: Database;
let person: ToldPerson;
let listener: Listener;
let timeoutMs: number;

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
  person = await toldPerson(database);
  listener = await listen({ tls: true });
});
afterAll(async () => {
  await listener.close();
  await server.stop();
});
beforeEach(() => {
  listener.heard.splice(0);
  timeoutMs = PATIENCE_MS;
});

interface Tried {
  readonly channel: 'push' | 'whatsapp' | 'sms' | 'webhook';
  readonly yes: Reaction;
  carrier(): Promise<Carrier>;
  message(): Promise<Message>;
}

const outgoing = () =>
  new Outgoing({ publicOnly: false, timeoutMs, ...(listener.ca !== undefined && { ca: listener.ca }) });

const channels = () =>
  parseConfig({
    SMS_URL: `${listener.url}/sms`,
    WHATSAPP_URL: listener.url,
    WHATSAPP_NUMBER_ID: '106540352242922',
    WHATSAPP_TOKEN: 't'.repeat(16),
    WHATSAPP_APP_SECRET: 'a'.repeat(16),
    WHATSAPP_VERIFY_TOKEN: 'v'.repeat(16),
  }).channels;

const webhooks = () => new Webhooks(database, new Sealing(SECRET, 'test'));

const WHATSAPP: Tried = {
  channel: 'whatsapp',
  yes: { status: 200, body: '{"messaging_product":"whatsapp","messages":[{"id":"wamid.1"}]}' },
  carrier: async () => {
    const account = channels().whatsapp ?? expect.unreachable();
    return whatsAppCarrier({ db: database.db, account, outgoing: outgoing(), linkTo });
  },
  message: async () => person.notice('whatsapp'),
};

const SMS: Tried = {
  channel: 'sms',
  yes: { status: 202 },
  carrier: async () => {
    const gateway = channels().sms ?? expect.unreachable();
    return smsCarrier({ db: database.db, gateway, outgoing: outgoing(), linkTo });
  },
  message: async () => person.notice('sms'),
};

const TRIED: readonly Tried[] = [
  {
    channel: 'push',
    yes: { status: 201 },
    carrier: async () =>
      pushCarrier({
        db: database.db,
        outgoing: outgoing(),
        keys: new VapidKeys({
          db: database.db,
          sealing: new Sealing(SECRET, 'test'),
          privateKey: undefined,
          subject: 'mailto:ops@riwayat.example',
        }),
      }),
    async message() {
      const known = await database.db.selectFrom('push_subscriptions').select('id').execute();
      if (known.length === 0) {
        await person.subscribe(`${listener.url}/push/1`);
      }
      return person.notice('push');
    },
  },
  WHATSAPP,
  SMS,
  {
    channel: 'webhook',
    yes: { status: 204 },
    carrier: async () => webhookCarrier({ webhooks: webhooks(), outgoing: outgoing() }),
    async message() {
      const { tenantId, userId } = person;
      const settings = { url: `${listener.url}/hook`, description: '', enabled: true };
      const made =
        (await webhooks().list(tenantId))[0] ??
        (await database.db
          .transaction()
          .execute((transaction) =>
            webhooks().create(transaction, tenantId, { ...settings, eventTypes: ['alert.fired'] }, userId),
          ));
      const { dedupeKey } = person.notice('sms');
      expect(made).toBeDefined();
      return { channel: 'webhook', tenantId, event: 'alert.fired', data: { alert: 'alt_1' }, dedupeKey };
    },
  },
];

describe.each(TRIED)('$channel', ({ channel, yes, carrier, message }) => {
  let outboxId: string;
  let circuits: Circuits;

  /** One attempt at a new message, at a service that reacts so. */
  async function attempt(reaction: Reaction, lastAttempt = false): Promise<void> {
    listener.react = () => reaction;
    outboxId = await person.queue(await message());
    circuits = new Circuits();
    await deliver(lastAttempt);
  }

  async function deliver(lastAttempt = false): Promise<void> {
    const { run } = deliveryBy(database, channel, await carrier(), circuits);
    await run({ tenantId: person.tenantId, outboxId }, { ...FIRST_ATTEMPT, lastAttempt });
  }

  const row = () =>
    database.db
      .selectFrom('outbox')
      .where('id', '=', outboxId)
      .select(['state', 'attempts', 'values', 'last_error', 'claimed_until'])
      .executeTakeFirstOrThrow();

  it('sends a message once, however many workers have it', async () => {
    listener.react = () => yes;
    outboxId = await person.queue(await message());
    circuits = new Circuits();
    await Promise.allSettled([deliver(), deliver(), deliver()]);
    await deliver();
    expect(listener.heard).toHaveLength(1);
    expect(await row()).toMatchObject({ state: 'sent', attempts: 1, values: {} });
  });

  it.each<[string, Reaction]>([
    ['answers 503', { status: 503 }],
    ['cuts the connection', 'reset'],
    ['says nothing', 'silence'],
  ])('tries again when the service %s', async (_what, reaction) => {
    timeoutMs = reaction === 'silence' ? IMPATIENCE_MS : PATIENCE_MS;
    await expect(attempt(reaction)).rejects.toMatchObject({ final: false, again: { counts: true } });
    expect(await row()).toMatchObject({ state: 'queued', attempts: 1, claimed_until: null });
    listener.react = () => yes;
    timeoutMs = PATIENCE_MS;
    await deliver();
    expect(await row()).toMatchObject({ state: 'sent', attempts: 2, last_error: null });
  });

  it('waits for as long as the service asks, and lets others wait, too', async () => {
    await expect(attempt({ status: 429, headers: { 'retry-after': '120' } })).rejects.toMatchObject({
      final: false,
    });
    const error = await deliver().catch((thrown: unknown) => thrown);
    expect(error).toMatchObject({ again: { counts: false, afterMs: expect.any(Number) } });
    const { again } = error as { again: { afterMs: number } };
    expect(again.afterMs).toBeGreaterThan(MINUTE_MS);
    expect(again.afterMs).toBeLessThanOrEqual(2 * MINUTE_MS);
    expect(listener.heard).toHaveLength(1);
    expect(await row()).toMatchObject({ state: 'queued', attempts: 1 });
  });

  it('gives up what the service will never take', async () => {
    await expect(attempt({ status: 400, body: 'no' })).rejects.toMatchObject({ final: true });
    expect(await row()).toMatchObject({ state: 'failed', last_error: expect.stringContaining('400') });
  });

  it('gives up after the last attempt, and sends it all the same when somebody has it tried again', async () => {
    await expect(attempt({ status: 500 }, true)).rejects.toThrow();
    expect(await row()).toMatchObject({ state: 'failed' });
    listener.react = () => yes;
    await deliver();
    expect(await row()).toMatchObject({ state: 'sent' });
  });
});

it('asks a service that fails again and again no more for a while', async () => {
  const { carrier, message, yes } = SMS;
  let now = 0;
  const circuits = new Circuits(() => now);
  const { run } = deliveryBy(database, 'sms', await carrier(), circuits);
  const attempt = async () => {
    const outboxId = await person.queue(await message());
    return run({ tenantId: person.tenantId, outboxId }, FIRST_ATTEMPT).catch((thrown: unknown) => thrown);
  };
  listener.react = () => ({ status: 503 });
  for (let count = 0; count < 5; count += 1) {
    await attempt();
  }
  expect(listener.heard).toHaveLength(5);
  expect(await attempt()).toMatchObject({ again: { counts: false } });
  expect(listener.heard).toHaveLength(5);
  now += MINUTE_MS;
  listener.react = () => yes;
  expect(await attempt()).toBeUndefined();
  expect(await attempt()).toBeUndefined();
  expect(listener.heard).toHaveLength(7);
});

it('sends to one person no more than they could read', async () => {
  const { most } = LIMITS.whatsapp.perRecipient;
  const { carrier, message, yes } = WHATSAPP;
  listener.react = () => yes;
  const { run } = deliveryBy(database, 'whatsapp', await carrier());
  const outcomes: unknown[] = [];
  for (let count = 0; count <= most; count += 1) {
    const outboxId = await person.queue(await message());
    outcomes.push(
      await run({ tenantId: person.tenantId, outboxId }, FIRST_ATTEMPT).catch((thrown: unknown) => thrown),
    );
  }
  expect(listener.heard).toHaveLength(most);
  expect(outcomes.at(-1)).toMatchObject({ again: { counts: false } });
});

it('gives up what is of no use any more', async () => {
  const { carrier, message } = SMS;
  const outboxId = await person.queue(await message());
  await database.db
    .updateTable('outbox')
    .set({ expires_at: new Date(0) } as never)
    .where('id', '=', outboxId)
    .execute();
  const { run } = deliveryBy(database, 'sms', await carrier());
  await expect(run({ tenantId: person.tenantId, outboxId }, FIRST_ATTEMPT)).rejects.toMatchObject({
    final: true,
  });
  expect(listener.heard).toEqual([]);
});
