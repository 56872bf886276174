import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Database } from '../postgres/database.ts';
import { newestFirstPage } from '../postgres/newest-first.ts';
import type { Schema } from '../postgres/schema.ts';
import { LOCALES } from '../tenants/tenant.ts';
import { notificationText } from './notification-texts.ts';
import type { Place } from './place.ts';

/** One person in one tenant. */
export interface Reader {
  readonly tenantId: TenantId;
  readonly userId: string;
}

/** Something that a person was told. */
export interface ReadableNotification {
  readonly id: string;
  readonly kind: string;
  readonly text: string;
  /** What the text was made of, to find what it is about. */
  readonly values: Readonly<Record<string, string | number>>;
  readonly createdAt: Date;
  /** Null: not read yet. */
  readonly readAt: Date | null;
}

export interface NotificationsPage {
  readonly notifications: ReadableNotification[];
  /** On all pages together. */
  readonly unread: number;
  readonly nextCursor: string | null;
}

const valuesOfRow = z.record(z.string(), z.union([z.string(), z.number()]));
const place = z.object({ timezone: z.string(), locale: z.enum(LOCALES) });

/** What people were told. Each call sees one person's in one tenant alone. */
export class Inbox {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor({ db }: Database, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /** A page of what a person was told, the newest first. */
  async list(
    { tenantId, userId }: Reader,
    { limit, cursor }: { readonly limit: number; readonly cursor: string | undefined },
  ): Promise<NotificationsPage> {
    const own = this.#db
      .selectFrom('notifications')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId);
    const [rows, { unread }, where] = await Promise.all([
      own
        .$if(cursor !== undefined, (query) => query.where('id', '<', cursor ?? ''))
        .selectAll()
        .orderBy('id', 'desc')
        .limit(limit + 1)
        .execute(),
      own
        .where('read_at', 'is', null)
        .select(sql<number>`count(*)::int`.as('unread'))
        .executeTakeFirstOrThrow(),
      this.#placeOf({ tenantId, userId }),
    ]);
    const page = newestFirstPage(rows, limit);
    return {
      notifications: page.rows.map((row) => ({
        id: row.id,
        kind: row.kind,
        text: notificationText(row.kind, row.values, where),
        values: valuesOfRow.parse(row.values),
        createdAt: row.created_at,
        readAt: row.read_at,
      })),
      unread,
      nextCursor: page.nextCursor,
    };
  }

  /**
   * Marks one as read. One that was read stays as it is.
   *
   * @returns false when the person has none of this id
   */
  async read({ tenantId, userId }: Reader, id: string): Promise<boolean> {
    const { numUpdatedRows } = await this.#db
      .updateTable('notifications')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('id', '=', id)
      .set({ read_at: sql<Date>`coalesce(read_at, ${this.#now()})` })
      .executeTakeFirst();
    return numUpdatedRows > 0n;
  }

  /**
   * Marks all as read.
   *
   * @returns how many had not been
   */
  async readAll({ tenantId, userId }: Reader): Promise<number> {
    const { numUpdatedRows } = await this.#db
      .updateTable('notifications')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('read_at', 'is', null)
      .set({ read_at: this.#now() })
      .executeTakeFirst();
    return Number(numUpdatedRows);
  }

  async #placeOf({ tenantId, userId }: Reader): Promise<Place> {
    const row = await this.#db
      .selectFrom('tenants')
      .innerJoin('users', (join) => join.on('users.id', '=', userId))
      .where('tenants.id', '=', tenantId)
      .select(({ fn }) => ['timezone', fn.coalesce('users.locale', 'tenants.locale').as('locale')])
      .executeTakeFirstOrThrow();
    return place.parse(row);
  }
}
