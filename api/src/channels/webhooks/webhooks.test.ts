import { Webhook as Checker } from 'standardwebhooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import type { Database } from '../../postgres/database.ts';
import { Sealing } from '../../sealing/sealing.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../../testing/delivering.ts';
import { type Heard, type Listener, listen } from '../../testing/listener.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { type ToldPerson, toldPerson } from '../../testing/told-person.ts';
import { Outgoing } from '../http/outgoing.ts';
import { webhookCarrier } from './carrier.ts';
import { Webhooks } from './webhooks.ts';

const DAY_MS = 24 * 60 * 60 * 1_000;

let server: TestPostgres;
let database: Database;
let person: ToldPerson;
let application: Listener;
let now: Date;
let webhooks: Webhooks;
let id: string;
let secret: string;

beforeAll(async () => {
  server = await startTestPostgres();
  application = await listen();
});
afterAll(async () => {
  await application.close();
  await server.stop();
});
beforeEach(async () => {
  ({ database } = await server.freshDatabase());
  person = await toldPerson(database);
  now = new Date();
  webhooks = new Webhooks(database, new Sealing('s'.repeat(32), 'test'), () => now);
  const settings = { url: `${application.url}/hook`, description: '', enabled: true } as const;
  const made = await database.db
    .transaction()
    .execute((transaction) =>
      webhooks.create(
        transaction,
        person.tenantId,
        { ...settings, eventTypes: ['alert.fired'] },
        person.userId,
      ),
    );
  ({
    secret,
    webhook: { id },
  } = made ?? expect.unreachable());
});
afterEach(() => {
  application.heard.splice(0);
  application.react = () => ({ status: 200 });
});

let count = 0;
async function deliver(publicOnly = false): Promise<void> {
  count += 1;
  const { tenantId } = person;
  const outboxId = await person.queue({
    channel: 'webhook',
    tenantId,
    event: 'alert.fired',
    data: { alert: 'alt_1', value: 91.5 },
    dedupeKey: `event ${count}`,
  });
  const carrier = webhookCarrier({ webhooks, outgoing: new Outgoing({ publicOnly }), now: () => now });
  await deliveryBy(database, 'webhook', carrier).run({ tenantId, outboxId }, FIRST_ATTEMPT);
}

function checked({ headers, body }: Heard, by: string): unknown {
  return new Checker(by).verify(body.toString(), {
    'webhook-id': String(headers['webhook-id']),
    'webhook-timestamp': String(headers['webhook-timestamp']),
    'webhook-signature': String(headers['webhook-signature']),
  });
}

const stored = async () => (await webhooks.list(person.tenantId))[0] ?? expect.unreachable();

it('signs what it sends, so that who gets it can check it', async () => {
  await deliver();
  const [heard = expect.unreachable()] = application.heard;
  expect(checked(heard, secret)).toEqual({
    type: 'alert.fired',
    timestamp: expect.any(String),
    data: { alert: 'alt_1', value: 91.5 },
  });
  expect(() => checked({ ...heard, body: Buffer.from('{}') }, secret)).toThrow();
  expect(await stored()).toMatchObject({ lastSuccessAt: now, failingSince: null });
});

it('signs with the old secret and the new one while both are good, and then with the new one', async () => {
  const renewed = await database.db
    .transaction()
    .execute((transaction) => webhooks.rotate(transaction, person.tenantId, id, 60));
  const { secret: newSecret } = renewed ?? expect.unreachable();
  await deliver();
  const [both = expect.unreachable()] = application.heard;
  expect(checked(both, secret)).toEqual(checked(both, newSecret));
  now = new Date(now.getTime() + 61_000);
  await deliver();
  const [, alone = expect.unreachable()] = application.heard;
  expect(checked(alone, newSecret)).toBeDefined();
  expect(() => checked(alone, secret)).toThrow();
});

it('does not follow a redirect', async () => {
  application.react = () => ({ status: 307, headers: { location: `${application.url}/elsewhere` } });
  await expect(deliver()).rejects.toMatchObject({ message: 'The endpoint answered 307.', final: false });
  expect(application.heard).toHaveLength(1);
});

it('never asks a host of our own network, by whatever name', async () => {
  await expect(deliver(true)).rejects.toMatchObject({ final: true });
  await database.db
    .updateTable('webhooks')
    .set({ url: application.url.replace('127.0.0.1', 'localhost') })
    .execute();
  await expect(deliver(true)).rejects.toMatchObject({ final: true });
  expect(application.heard).toEqual([]);
});

it('disables a webhook that has failed for days, and tells those who look after webhooks, once', async () => {
  application.react = () => ({ status: 500 });
  await expect(deliver()).rejects.toThrow();
  expect(await stored()).toMatchObject({ enabled: true, failingSince: now, lastFailure: '500: ' });
  now = new Date(now.getTime() + 6 * DAY_MS);
  await expect(deliver()).rejects.toThrow();
  expect(await stored()).toMatchObject({ enabled: false, disabledBecause: 'failing' });
  const told = await database.db.selectFrom('notifications').select(['user_id', 'kind']).execute();
  expect(told).toEqual([{ user_id: person.userId, kind: 'webhook.disabled' }]);
  await expect(deliver()).rejects.toThrow('nobody');
});

it('begins to count anew when a webhook took an event', async () => {
  application.react = () => ({ status: 500 });
  await expect(deliver()).rejects.toThrow();
  application.react = () => ({ status: 200 });
  await deliver();
  now = new Date(now.getTime() + 6 * DAY_MS);
  application.react = () => ({ status: 500 });
  await expect(deliver()).rejects.toThrow();
  expect(await stored()).toMatchObject({ enabled: true, failingSince: now });
});

it('disables a webhook at once that says it is gone', async () => {
  application.react = () => ({ status: 410 });
  await expect(deliver()).rejects.toMatchObject({ final: true });
  expect(await stored()).toMatchObject({ enabled: false, disabledBecause: 'gone' });
});
