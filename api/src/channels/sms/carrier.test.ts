import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { parseConfig } from '../../config.ts';
import type { Database } from '../../postgres/database.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../../testing/delivering.ts';
import { type Listener, listen } from '../../testing/listener.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { NOTICE, NUMBER, type ToldPerson, toldPerson } from '../../testing/told-person.ts';
import { Outgoing } from '../http/outgoing.ts';
import { smsCarrier } from './carrier.ts';

let server: TestPostgres;
let database: Database;
let person: ToldPerson;
let gateway: Listener;

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
  person = await toldPerson(database);
  gateway = await listen();
});
afterAll(async () => {
  await gateway.close();
  await server.stop();
});
afterEach(() => {
  gateway.heard.splice(0);
});

async function deliver(env: Record<string, string>, title = 'He said "full" & more'): Promise<string> {
  const { sms } = parseConfig({ SMS_URL: `${gateway.url}/send`, ...env }).channels;
  const carrier = smsCarrier({
    db: database.db,
    gateway: sms ?? expect.unreachable(),
    outgoing: new Outgoing({ publicOnly: false }),
    linkTo: (path) => `https://r.example${path}`,
  });
  const texts = { id: { title, body: '91 %' }, en: { title, body: '91 %' } };
  const message = person.notice('sms');
  const outboxId = await person.queue({
    channel: 'sms',
    tenantId: person.tenantId,
    userId: person.userId,
    dedupeKey: message.dedupeKey,
    notice: { ...NOTICE, texts },
  });
  await deliveryBy(database, 'sms', carrier).run({ tenantId: person.tenantId, outboxId }, FIRST_ATTEMPT);
  return outboxId;
}

const TEXT = 'He said "full" & more: 91 % https://r.example/#/alerts/alt_1';

it('fills a JSON body, whatever the text holds', async () => {
  const id = await deliver({});
  expect(JSON.parse(gateway.heard[0]?.body.toString() ?? '')).toEqual({
    to: NUMBER,
    text: TEXT,
    id: `outbox-${id}`,
  });
});

it('fills a form, with the headers that the gateway wants', async () => {
  await deliver({
    SMS_HEADERS: '{"Content-Type":"application/x-www-form-urlencoded","Authorization":"Basic eDp5"}',
    SMS_BODY: 'To={{to}}&Body={{text}}',
  });
  const [heard = expect.unreachable()] = gateway.heard;
  expect(Object.fromEntries(new URLSearchParams(heard.body.toString()))).toEqual({ To: NUMBER, Body: TEXT });
  expect(heard.headers.authorization).toBe('Basic eDp5');
});

it('fills an address, where a gateway is asked by GET', async () => {
  await deliver({ SMS_METHOD: 'GET', SMS_URL: `${gateway.url}/send?to={{to}}&m={{text}}` });
  const [heard = expect.unreachable()] = gateway.heard;
  expect([heard.method, heard.body.length]).toEqual(['GET', 0]);
  expect(new URL(heard.path, gateway.url).searchParams.get('m')).toBe(TEXT);
});

it('sends nothing to a number that is not the person’s any more', async () => {
  const { db } = database;
  await db.updateTable('phones').set({ verified_at: null }).execute();
  await expect(deliver({})).rejects.toThrow('nobody');
  expect(gateway.heard).toEqual([]);
});
