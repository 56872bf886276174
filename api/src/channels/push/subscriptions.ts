import type { Kysely, Selectable } from 'kysely';
import { newId } from '../../ids/id.ts';
import type { Schema } from '../../postgres/schema.ts';

/** More browsers than anybody has. */
const MOST_SUBSCRIPTIONS = 20;

/** A browser that shows what its owner is told. */
export interface PushSubscription {
  readonly id: string;
  readonly device: string;
  /** Host of its push service. */
  readonly service: string;
  readonly createdAt: Date;
  readonly lastSentAt: Date | null;
}

/** What a browser gives when it is subscribed. */
export interface NewSubscription {
  readonly endpoint: string;
  readonly p256dh: string;
  readonly auth: string;
  /** In words: "Firefox on Linux". */
  readonly device: string;
}

type Row = Selectable<Schema['push_subscriptions']>;

/** The browsers that people are told something on. Each call but {@link find} sees one person's alone. */
export class PushSubscriptions {
  readonly #now: () => Date;

  constructor(now: () => Date = () => new Date()) {
    this.#now = now;
  }

  async list(db: Kysely<Schema>, userId: string): Promise<PushSubscription[]> {
    const rows = await db
      .selectFrom('push_subscriptions')
      .where('user_id', '=', userId)
      .selectAll()
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(subscriptionOf);
  }

  /**
   * Keeps a subscription; one that is kept already is renewed.
   *
   * @param transaction in which nothing else becomes of the person's subscriptions
   * @returns why not: somebody else's with other keys, or too many
   */
  async add(
    transaction: Kysely<Schema>,
    userId: string,
    { endpoint, p256dh, auth, device }: NewSubscription,
  ): Promise<PushSubscription | 'taken' | 'too-many'> {
    await transaction.selectFrom('users').where('id', '=', userId).select('id').forUpdate().execute();
    const others = await transaction
      .selectFrom('push_subscriptions')
      .where('user_id', '=', userId)
      .where('endpoint', '!=', endpoint)
      .select('id')
      .execute();
    if (others.length >= MOST_SUBSCRIPTIONS) {
      return 'too-many';
    }
    // Whoever has the browser has its keys: then it changed hands. Others only know its address.
    await transaction
      .deleteFrom('push_subscriptions')
      .where('endpoint', '=', endpoint)
      .where('user_id', '!=', userId)
      .where('p256dh', '=', p256dh)
      .where('auth', '=', auth)
      .execute();
    const row = await transaction
      .insertInto('push_subscriptions')
      .values({ id: newId('psh'), user_id: userId, endpoint, p256dh, auth, device, created_at: this.#now() })
      .onConflict((conflict) =>
        conflict
          .column('endpoint')
          .doUpdateSet({ p256dh, auth, device })
          .where('push_subscriptions.user_id', '=', userId),
      )
      .returningAll()
      .executeTakeFirst();
    return row === undefined ? 'taken' : subscriptionOf(row);
  }

  /** @returns whether there was one */
  async remove(transaction: Kysely<Schema>, userId: string, id: string): Promise<boolean> {
    const { numDeletedRows } = await transaction
      .deleteFrom('push_subscriptions')
      .where('id', '=', id)
      .where('user_id', '=', userId)
      .executeTakeFirst();
    return numDeletedRows > 0n;
  }
}

function subscriptionOf({ id, endpoint, device, created_at, last_sent_at }: Row): PushSubscription {
  return {
    id,
    device,
    service: new URL(endpoint).host,
    createdAt: created_at,
    lastSentAt: last_sent_at,
  };
}
