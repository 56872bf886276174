import { createECDH, type ECDH, randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import type { NoticeTexts } from '../channels/notice.ts';
import { type Message, send } from '../channels/send.ts';
import { People } from '../identity/people.ts';
import { newId } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';

export const NUMBER = '+628123456789';

export const NOTICE: NoticeTexts = {
  texts: {
    en: { title: 'Memory is full', body: '91 % of 4 GB' },
    id: { title: 'Memori penuh', body: '91 % dari 4 GB' },
  },
  path: '/#/alerts/alt_1',
  tag: 'alt_1',
  severity: 'critical',
};

/** Somebody of a tenant, with a verified telephone number, who is told something. */
export interface ToldPerson {
  readonly tenantId: TenantId;
  readonly userId: string;
  /** The keys of a browser, as the browser has them. */
  readonly browser: { readonly keys: ECDH; readonly auth: Buffer };
  /** Subscribes the browser at a push service. */
  subscribe(endpoint: string): Promise<string>;
  /** Puts a message into the outbox, and gives its id. */
  queue(message: Message): Promise<string>;
  /** A notice under a key of its own. */
  notice(channel: 'push' | 'whatsapp' | 'sms'): Message;
}

export async function toldPerson(database: Database, id = 'chill-ajar'): Promise<ToldPerson> {
  const { db } = database;
  const { id: tenantId } = await new TenantDirectory(database).create({ id, name: id });
  const { id: userId } = await new People(database).createUser({
    email: `budi@${id}.example`,
    name: 'Budi',
    password: 'correct horse battery staple',
    memberships: [{ tenantId, role: 'administrator' }],
  });
  await db
    .insertInto('phones')
    .values({ user_id: userId, number: NUMBER, verified_at: new Date(), updated_at: new Date() })
    .execute();
  const keys = createECDH('prime256v1');
  keys.generateKeys();
  const auth = randomBytes(16);
  let count = 0;
  return {
    tenantId,
    userId,
    browser: { keys, auth },
    async subscribe(endpoint) {
      const subscription = newId('psh');
      await db
        .insertInto('push_subscriptions')
        .values({
          id: subscription,
          user_id: userId,
          endpoint,
          p256dh: keys.getPublicKey('base64url'),
          auth: auth.toString('base64url'),
          device: 'Firefox on Linux',
          created_at: new Date(),
        })
        .execute();
      return subscription;
    },
    async queue(message) {
      const unreached = await db.transaction().execute((transaction) => send(transaction, [message]));
      if (unreached.length > 0) {
        throw new Error('There is nobody whom this message could be sent to.');
      }
      const row = await db
        .selectFrom('outbox')
        .select('id')
        .where('dedupe_key', '=', message.dedupeKey)
        .orderBy('id', 'desc')
        .limit(1)
        .executeTakeFirstOrThrow();
      return row.id;
    },
    notice(channel) {
      count += 1;
      return { channel, tenantId, userId, notice: NOTICE, dedupeKey: `news ${count}` };
    },
  };
}
