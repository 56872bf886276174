import type { TenantId } from '@riwayat/collector';
import type { Kysely, Selectable } from 'kysely';
import type { Database } from '../../postgres/database.ts';
import { newestFirstPage } from '../../postgres/newest-first.ts';
import type { Schema } from '../../postgres/schema.ts';
import type { Channel } from '../channel.ts';
import type { Receipt } from '../tables.ts';

type State = Selectable<Schema['outbox']>['state'];

/** What was sent, or was not. */
export interface Delivery {
  readonly id: string;
  readonly channel: Channel;
  readonly template: string;
  /** What it was about. */
  readonly subject: string | null;
  readonly recipient: string;
  readonly userId: string | null;
  readonly state: State;
  readonly attempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  readonly sentAt: Date | null;
  /** What the provider told of it afterwards. */
  readonly receipt: Receipt | null;
  readonly receiptAt: Date | null;
}

export interface DeliveriesQuestion {
  readonly channel: Channel | undefined;
  readonly state: State | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What went out to whom: for as long as the outbox keeps it, 30 days. */
export class DeliveryLog {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Database) {
    this.#db = db;
  }

  /** A page of one tenant's deliveries, newest first. */
  async list(
    tenantId: TenantId,
    { channel, state, limit, cursor }: DeliveriesQuestion,
  ): Promise<{ readonly deliveries: Delivery[]; readonly nextCursor: string | null }> {
    const found = await this.#db
      .selectFrom('outbox')
      .where('tenant_id', '=', tenantId)
      .$if(channel !== undefined, (query) => query.where('channel', '=', channel ?? 'mail'))
      .$if(state !== undefined, (query) => query.where('state', '=', state ?? 'sent'))
      .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
      .select([
        'id',
        'channel',
        'template',
        'subject',
        'recipient',
        'user_id',
        'state',
        'attempts',
        'last_error',
        'created_at',
        'sent_at',
        'receipt',
        'receipt_at',
      ])
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const { rows, nextCursor } = newestFirstPage(found, limit);
    return {
      deliveries: rows.map((row) => ({
        id: row.id,
        channel: row.channel,
        template: row.template,
        subject: row.subject,
        recipient: row.recipient,
        userId: row.user_id,
        state: row.state,
        attempts: row.attempts,
        lastError: row.last_error,
        createdAt: row.created_at,
        sentAt: row.sent_at,
        receipt: row.receipt,
        receiptAt: row.receipt_at,
      })),
      nextCursor,
    };
  }
}
