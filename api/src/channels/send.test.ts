import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { People } from '../identity/people.ts';
import { newId } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import type { NoticeTexts } from './notice.ts';
import { type Message, send } from './send.ts';

const NOTICE: NoticeTexts = {
  texts: {
    en: { title: 'Memory is full', body: '91 % of 4 GB' },
    id: { title: 'Memori penuh', body: '91 % dari 4 GB' },
  },
  path: '/#/alerts/alt_1',
  tag: 'alt_1',
  severity: 'critical',
};

let server: TestPostgres;
let database: Database;
let db: Kysely<Schema>;
let tenantId: TenantId;
let otherTenantId: TenantId;
let userId: string;
let strangerId: string;

beforeAll(async () => {
  server = await startTestPostgres();
});
afterAll(() => server.stop());
beforeEach(async () => {
  ({ database } = await server.freshDatabase());
  ({ db } = database);
  const tenants = new TenantDirectory(database);
  ({ id: tenantId } = await tenants.create({ id: 'chill-ajar', name: 'Chill Ajar' }));
  ({ id: otherTenantId } = await tenants.create({ id: 'ksp', name: 'KSP' }));
  userId = await person('budi@example.com', tenantId);
  strangerId = await person('siti@example.com', otherTenantId);
});

async function person(email: string, tenant: TenantId): Promise<string> {
  const { id } = await new People(database).createUser({
    email,
    name: email,
    password: 'correct horse battery staple',
    memberships: [{ tenantId: tenant, role: 'administrator' }],
  });
  return id;
}

async function subscribe(user: string, device: string): Promise<string> {
  const id = newId('psh');
  await db
    .insertInto('push_subscriptions')
    .values({
      id,
      user_id: user,
      endpoint: `https://push.example/${id}`,
      p256dh: 'p',
      auth: 'a',
      device,
      created_at: new Date(),
    })
    .execute();
  return id;
}

async function phone(user: string, number: string, verified: boolean): Promise<void> {
  const now = new Date();
  await db
    .insertInto('phones')
    .values({ user_id: user, number, verified_at: verified ? now : null, updated_at: now })
    .execute();
}

async function webhook(tenant: TenantId, eventTypes: string[], enabled = true): Promise<string> {
  const id = newId('whk');
  await db
    .insertInto('webhooks')
    .values({
      id,
      tenant_id: tenant,
      url: 'https://app.example/hook',
      description: '',
      event_types: eventTypes,
      enabled,
      created_at: new Date(),
      created_by: null,
    })
    .execute();
  return id;
}

const notice = (channel: 'push' | 'whatsapp' | 'sms', user: string, dedupeKey = 'news-1'): Message => ({
  channel,
  tenantId,
  userId: user,
  notice: NOTICE,
  dedupeKey,
});

const sendAll = (...messages: Message[]) =>
  db.transaction().execute((transaction) => send(transaction, messages));

const outbox = () =>
  db
    .selectFrom('outbox')
    .select(['channel', 'recipient', 'locale', 'subject', 'template', 'values', 'state', 'user_id'])
    .orderBy('channel')
    .orderBy('recipient')
    .execute();

it('leaves a message for each device, number, address and endpoint of whom it is for, and a job for each', async () => {
  const devices = [await subscribe(userId, 'phone'), await subscribe(userId, 'desk')].sort();
  await phone(userId, '+628123456789', true);
  const endpoint = await webhook(tenantId, ['alert.fired']);
  await webhook(tenantId, ['alert.resolved']);
  await webhook(tenantId, ['alert.fired'], false);
  await webhook(otherTenantId, ['alert.fired']);
  const link = 'https://riwayat.example/#/reset?token=t';
  const unreached = await sendAll(
    notice('push', userId),
    notice('sms', userId),
    notice('whatsapp', userId),
    { channel: 'webhook', tenantId, event: 'alert.fired', data: { alert: 'alt_1' }, dedupeKey: 'news-1' },
    {
      channel: 'mail',
      tenantId,
      userId,
      template: 'already-registered',
      values: { name: 'Budi', link },
      dedupeKey: 'news-1',
    },
  );
  expect(unreached).toEqual([]);
  const rows = await outbox();
  expect(rows.map(({ channel, recipient }) => [channel, recipient])).toEqual([
    ['mail', 'budi@example.com'],
    ['push', devices[0]],
    ['push', devices[1]],
    ['sms', '+628123456789'],
    ['webhook', endpoint],
    ['whatsapp', '+628123456789'],
  ]);
  const { rows: jobs } = await sql`select from graphile_worker.jobs`.execute(db);
  expect(jobs).toHaveLength(rows.length);
});

it('speaks each recipient’s language', async () => {
  await phone(userId, '+628123456789', true);
  await db.updateTable('users').set({ locale: 'en' }).where('id', '=', userId).execute();
  await sendAll(notice('sms', userId));
  await db.updateTable('users').set({ locale: null }).where('id', '=', userId).execute();
  await sendAll(notice('sms', userId, 'news-2'));
  expect((await outbox()).map(({ locale, subject }) => [locale, subject]).sort()).toEqual([
    ['en', 'Memory is full'],
    ['id', 'Memori penuh'],
  ]);
});

it('sends under one key once, also within one call and when two transactions race', async () => {
  await phone(userId, '+628123456789', true);
  const again = notice('sms', userId);
  await Promise.all([sendAll(again, again), sendAll(again), sendAll(again)]);
  expect(await sendAll(again)).toEqual([]);
  expect(await outbox()).toHaveLength(1);
  await sendAll(notice('sms', userId, 'news-2'));
  expect(await outbox()).toHaveLength(2);
});

it('says for whom there was nobody, and sends nothing to strangers and unverified numbers', async () => {
  await phone(userId, '+628123456789', false);
  await phone(strangerId, '+628999999999', true);
  const messages = [notice('sms', userId), notice('sms', strangerId), notice('push', userId)];
  expect(await sendAll(...messages)).toEqual(messages);
  expect(await outbox()).toEqual([]);
});

it('leaves nothing behind when its transaction fails', async () => {
  await phone(userId, '+628123456789', true);
  await expect(
    db.transaction().execute(async (transaction) => {
      await send(transaction, [notice('sms', userId)]);
      throw new Error('no');
    }),
  ).rejects.toThrow('no');
  expect(await outbox()).toEqual([]);
});
