import { createHmac, randomInt, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { addJob } from '../../jobs/task.ts';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { derivedKey } from '../../sealing/sealing.ts';
import { DeliveryError, type OutgoingMessage } from '../carrier.ts';
import { deliverBy } from '../task.ts';
import { CODE_MINUTES, PHONE_CODE, phoneCodeValues } from './code.ts';

const CODES = 1_000_000;
const CODE_MS = CODE_MINUTES * 60 * 1_000;
/** Then the code is over: guessing six digits takes more. */
const MOST_WRONG_CODES = 5;
/** Who waits for a code asks for another one soon. */
const CODE_ATTEMPTS = 4;

/** By what a code can be sent. */
export const PHONE_CHANNELS = ['whatsapp', 'sms'] as const;
export type PhoneChannel = (typeof PHONE_CHANNELS)[number];

/** Somebody's telephone number. */
export interface Phone {
  /** E.164. */
  readonly number: string;
  /** Null: nothing but the code is sent to it. */
  readonly verifiedAt: Date | null;
  readonly codeExpiresAt: Date | null;
}

export interface NewPhone {
  readonly tenantId: TenantId;
  readonly userId: string;
  /** E.164. */
  readonly number: string;
  readonly channel: PhoneChannel;
}

/** The telephone numbers of people, each verified by a code before anything else is sent to it. */
export class Phones {
  readonly #key: Buffer;
  readonly #now: () => Date;

  /** @param secret the application's, of at least 32 characters */
  constructor(secret: string, now: () => Date = () => new Date()) {
    this.#key = derivedKey(secret, 'riwayat phones: hashing of codes, 1');
    this.#now = now;
  }

  async find(db: Kysely<Schema>, userId: string): Promise<Phone | undefined> {
    const row = await db
      .selectFrom('phones')
      .where('user_id', '=', userId)
      .select(['number', 'verified_at', 'code_expires_at'])
      .executeTakeFirst();
    return row && { number: row.number, verifiedAt: row.verified_at, codeExpiresAt: row.code_expires_at };
  }

  /** Keeps a number as not verified, and sends a code to it. A number that was verified before is so no more. */
  async begin(transaction: Kysely<Schema>, { tenantId, userId, number, channel }: NewPhone): Promise<Phone> {
    const code = String(randomInt(CODES)).padStart(String(CODES - 1).length, '0');
    const now = this.#now();
    const codeExpiresAt = new Date(now.getTime() + CODE_MS);
    const row = {
      number,
      verified_at: null,
      code_hash: this.#hash(userId, number, code),
      code_expires_at: codeExpiresAt,
      wrong_codes: 0,
      updated_at: now,
    };
    await transaction
      .insertInto('phones')
      .values({ user_id: userId, ...row })
      .onConflict((conflict) => conflict.column('user_id').doUpdateSet(row))
      .execute();
    const { id } = await transaction
      .insertInto('outbox')
      .columns(['tenant_id', 'channel', 'recipient', 'user_id', 'locale', 'template', 'values', 'expires_at'])
      .expression(
        transaction
          .selectFrom('users')
          .innerJoin('tenants', (join) => join.on('tenants.id', '=', tenantId))
          .where('users.id', '=', userId)
          .select([
            'tenants.id',
            sql<PhoneChannel>`${channel}::text`.as('channel'),
            sql<string>`${number}::text`.as('recipient'),
            'users.id as user_id',
            sql<string>`coalesce(users.locale, tenants.locale)`.as('locale'),
            sql<string>`${PHONE_CODE}::text`.as('template'),
            sql<string>`${jsonText(phoneCodeValues.parse({ code }))}::jsonb`.as('values'),
            sql<Date>`${codeExpiresAt}::timestamptz`.as('expires_at'),
          ]),
      )
      .returning('id')
      .executeTakeFirstOrThrow();
    const payload = { tenantId, outboxId: id };
    await addJob(transaction, deliverBy(channel), payload, { maxAttempts: CODE_ATTEMPTS });
    return { number, verifiedAt: null, codeExpiresAt };
  }

  /**
   * Verifies the number by the code that was sent to it.
   *
   * @returns the phone; or why not: there is no code that is still good, or this one is wrong
   */
  async verify(
    transaction: Kysely<Schema>,
    userId: string,
    code: string,
  ): Promise<Phone | 'no-code' | 'wrong'> {
    const now = this.#now();
    const phone = await transaction
      .selectFrom('phones')
      .where('user_id', '=', userId)
      .selectAll()
      .forUpdate()
      .executeTakeFirst();
    const { code_hash: hash, code_expires_at: until, number, wrong_codes: wrong } = phone ?? {};
    if (!hash || !until || until <= now || number === undefined || (wrong ?? 0) >= MOST_WRONG_CODES) {
      return 'no-code';
    }
    const right = timingSafeEqual(hash, this.#hash(userId, number, code));
    await transaction
      .updateTable('phones')
      .where('user_id', '=', userId)
      .set(
        right
          ? { verified_at: now, code_hash: null, code_expires_at: null, wrong_codes: 0, updated_at: now }
          : { wrong_codes: sql`wrong_codes + 1` },
      )
      .execute();
    return right ? { number, verifiedAt: now, codeExpiresAt: null } : 'wrong';
  }

  /** @returns whether there was one */
  async remove(transaction: Kysely<Schema>, userId: string): Promise<boolean> {
    const { numDeletedRows } = await transaction
      .deleteFrom('phones')
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }

  #hash(userId: string, number: string, code: string): Buffer {
    return createHmac('sha256', this.#key).update(`${userId}\n${number}\n${code}`).digest();
  }
}

/** @throws {DeliveryError} when the number is not the person's any more, or not verified */
export async function assertVerified(
  db: Kysely<Schema>,
  { recipient, userId }: Pick<OutgoingMessage, 'recipient' | 'userId'>,
): Promise<void> {
  const phone = await db
    .selectFrom('phones')
    .where('user_id', '=', userId ?? '')
    .where('number', '=', recipient)
    .where('verified_at', 'is not', null)
    .select('user_id')
    .executeTakeFirst();
  if (phone === undefined) {
    throw new DeliveryError('The telephone number is not the person’s any more.', {
      final: true,
      answer: 'The number was removed or changed.',
    });
  }
}
