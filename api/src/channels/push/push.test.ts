import { createPublicKey, verify } from 'node:crypto';
import ece from 'http_ece';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import type { Database } from '../../postgres/database.ts';
import { Sealing } from '../../sealing/sealing.ts';
import { deliveryBy, FIRST_ATTEMPT } from '../../testing/delivering.ts';
import { type Listener, listen } from '../../testing/listener.ts';
import { startTestPostgres, type TestPostgres } from '../../testing/postgres.ts';
import { type ToldPerson, toldPerson } from '../../testing/told-person.ts';
import { Outgoing } from '../http/outgoing.ts';
import { pushCarrier } from './carrier.ts';
import { encrypted } from './encryption.ts';
import { VapidKeys } from './vapid.ts';

const CONTACT = 'mailto:ops@riwayat.example';
const DAY_SECONDS = 24 * 60 * 60;

let server: TestPostgres;
let database: Database;
let person: ToldPerson;
let service: Listener;

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
  person = await toldPerson(database);
  service = await listen({ tls: true });
});
afterAll(async () => {
  await service.close();
  await server.stop();
});
afterEach(() => {
  service.heard.splice(0);
});

const keys = (privateKey?: string) =>
  new VapidKeys({
    db: database.db,
    sealing: new Sealing('s'.repeat(32), 'test'),
    privateKey,
    subject: CONTACT,
  });

function deliver(outboxId: string, publicOnly = false): Promise<void> {
  const outgoing = new Outgoing({ publicOnly, ...(service.ca !== undefined && { ca: service.ca }) });
  const carrier = pushCarrier({ db: database.db, outgoing, keys: keys() });
  const { run } = deliveryBy(database, 'push', carrier);
  return run({ tenantId: person.tenantId, outboxId }, FIRST_ATTEMPT);
}

it('encrypts as the example of RFC 8291 does', () => {
  const plain = Buffer.from('When I grow up, I want to be a watermelon');
  const body = encrypted(
    plain,
    {
      p256dh: 'BCVxsr7N_eNgVRqvHtD0zTZsEc6-VV-JvLexhqUzORcxaOzi6-AYWXvTBHm4bjyPjs7Vd8pZGH6SRpkNtoIAiw4',
      auth: 'BTBZMqHH6r4Tts7J_aSIgg',
    },
    {
      salt: Buffer.from('DGv6ra1nlYgDCS1FRnbzlw', 'base64url'),
      privateKey: Buffer.from('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw', 'base64url'),
    },
  );
  expect(body.toString('base64url')).toBe(
    'DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN',
  );
});

it('sends what the browser alone can read, signed by the key that it subscribed with', async () => {
  service.react = () => ({ status: 201 });
  await person.subscribe(`${service.url}/push/1`);
  await deliver(await person.queue(person.notice('push')));
  const [heard = expect.unreachable()] = service.heard;
  const plain = ece.decrypt(heard.body, {
    version: 'aes128gcm',
    privateKey: person.browser.keys,
    authSecret: person.browser.auth.toString('base64url'),
  });
  expect(JSON.parse(plain.toString())).toEqual({
    title: 'Memori penuh',
    body: '91 % dari 4 GB',
    url: '/#/alerts/alt_1',
    tag: 'alt_1',
  });
  expect(heard.headers).toMatchObject({
    'content-encoding': 'aes128gcm',
    urgency: 'high',
    ttl: String(DAY_SECONDS / 4),
    topic: expect.stringMatching(/^[\w-]{1,32}$/),
  });

  const [, token = '', key = ''] =
    /^vapid t=(\S+), k=(\S+)$/.exec(heard.headers.authorization ?? '') ?? expect.unreachable();
  expect(key).toBe(await keys().publicKey());
  const [head = '', claims = '', signature = ''] = token.split('.');
  const point = Buffer.from(key, 'base64url');
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  });
  const signed = Buffer.from(`${head}.${claims}`);
  const proof = Buffer.from(signature, 'base64url');
  expect(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, proof)).toBe(true);
  const { aud, sub, exp } = JSON.parse(Buffer.from(claims, 'base64url').toString());
  expect({ aud, sub }).toEqual({ aud: service.url, sub: CONTACT });
  expect(exp - Date.now() / 1_000).toBeGreaterThan(0);
  expect(exp - Date.now() / 1_000).toBeLessThan(DAY_SECONDS);
});

it('makes its key once, however many processes begin at the same time', async () => {
  const made = await Promise.all([keys(), keys(), keys()].map((one) => one.publicKey()));
  expect(new Set(made).size).toBe(1);
  expect(await keys('yfWPiYE-n46HLnH0KqZOF1fJJU3MYrct3AELtAQ-oRw').publicKey()).toBe(
    'BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A8',
  );
});

it.each([404, 410])('ends a subscription that the push service knows no more (%i)', async (status) => {
  service.react = () => ({ status });
  const outboxId = await person.queue(person.notice('push'));
  await expect(deliver(outboxId)).rejects.toMatchObject({ final: true });
  const left = await database.db.selectFrom('push_subscriptions').selectAll().execute();
  expect(left).toEqual([]);
  await person.subscribe(`${service.url}/push/${status}`);
});

it('never asks a host of our own network', async () => {
  const outboxId = await person.queue(person.notice('push'));
  await expect(deliver(outboxId, true)).rejects.toMatchObject({
    final: true,
    message: 'The push service is not at a host of the public Internet.',
  });
  expect(service.heard).toEqual([]);
});
