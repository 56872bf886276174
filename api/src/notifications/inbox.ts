import type { TenantId } from '@riwayat/collector';
import { type Kysely, type RawBuilder, type Selectable, sql } from 'kysely';
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

/** What was committed shortly after what came after it, as when two tell at once: one may be seen before the other. */
const OVERTAKING_SECONDS = 120;
/** What a person is brought at once; more than that is read by pages. */
const MOST_AT_ONCE = 100;

/** What a person has not read, of some of it. */
export interface Arrived {
  readonly notifications: ReadableNotification[];
  /** Of everything. */
  readonly unread: number;
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
      notifications: page.rows.map((row) => readable(row, where)),
      unread,
      nextCursor: page.nextCursor,
    };
  }

  /** Some of what a person was told and has not read, by id, the oldest first. */
  arrived(reader: Reader, ids: readonly string[]): Promise<Arrived> {
    return this.#unread(reader, sql`id = any(${[...ids]}::bigint[])`);
  }

  /**
   * What a person has not read and was told since something else: also what has a lower id and may have come later. The
   * newest when there is much, the oldest of them first.
   *
   * @param since id of the last one that is known
   */
  missed(reader: Reader, since: string): Promise<Arrived> {
    return this.#unread(
      reader,
      sql`id <> ${since}::bigint and (id > ${since}::bigint or created_at > (
        select created_at - make_interval(secs => ${OVERTAKING_SECONDS})
        from notifications as known where known.id = ${since}::bigint))`,
    );
  }

  async #unread({ tenantId, userId }: Reader, condition: RawBuilder<unknown>): Promise<Arrived> {
    const unread = this.#db
      .selectFrom('notifications')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .where('read_at', 'is', null);
    const [rows, counted, where] = await Promise.all([
      unread
        .where(sql<boolean>`(${condition})`)
        .selectAll()
        .orderBy('id', 'desc')
        .limit(MOST_AT_ONCE)
        .execute(),
      unread.select(sql<number>`count(*)::int`.as('unread')).executeTakeFirstOrThrow(),
      this.#placeOf({ tenantId, userId }),
    ]);
    return { notifications: rows.reverse().map((row) => readable(row, where)), unread: counted.unread };
  }

  /** Id of the newest that a person was told; `0`: they were told nothing. */
  async newestId({ tenantId, userId }: Reader): Promise<string> {
    const { newest } = await this.#db
      .selectFrom('notifications')
      .where('tenant_id', '=', tenantId)
      .where('user_id', '=', userId)
      .select(sql<string>`coalesce(max(id), 0)`.as('newest'))
      .executeTakeFirstOrThrow();
    return newest;
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

function readable(row: Selectable<Schema['notifications']>, where: Place): ReadableNotification {
  return {
    id: row.id,
    kind: row.kind,
    text: notificationText(row.kind, row.values, where),
    values: valuesOfRow.parse(row.values),
    createdAt: row.created_at,
    readAt: row.read_at,
  };
}
