import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { type Actor, audit, SYSTEM } from '../audit/audit.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { type ApiKey, DEFAULT_BURST, DEFAULT_EVENTS_PER_SECOND, type Scope, scopesSchema } from './key.ts';
import { newKeyId, newToken } from './token.ts';

/** More than any tenant has applications, fewer than fill a table. */
const MOST_KEYS = 200;
const MS_PER_SECOND = 1_000;

export interface NewApiKey {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** {@link DEFAULT_EVENTS_PER_SECOND} unless given. */
  readonly eventsPerSecond?: number | undefined;
  /** {@link DEFAULT_BURST} unless given. */
  readonly burst?: number | undefined;
  /** For ever unless given. */
  readonly expiresAt?: Date | undefined;
  /** Null: from the command line. */
  readonly createdBy: string | null;
}

/** A key and its new secret: to be shown once, it is kept nowhere. */
export interface KeyWithSecret {
  readonly key: ApiKey;
  readonly secret: string;
}

/** A key that cannot be had as asked. */
export class ApiKeyError extends Error {
  override readonly name = 'ApiKeyError';
  readonly code: 'key-limit' | 'key-over' | 'key-unknown';

  constructor(code: ApiKeyError['code'], message: string) {
    super(message);
    this.code = code;
  }
}

/** The API keys of tenants: made, listed, given new secrets, revoked. Each call sees one tenant's keys alone. */
export class ApiKeys {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor({ db }: Database, now: () => Date = () => new Date()) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * Makes a key.
   *
   * @param actor who does it, for the audit log
   * @throws {ApiKeyError} `key-limit` when the tenant has 200 already
   */
  async create(tenantId: TenantId, wanted: NewApiKey, actor: Actor = SYSTEM): Promise<KeyWithSecret> {
    const id = newKeyId();
    const token = newToken(id);
    const now = this.#now();
    await this.#db.transaction().execute(async (transaction) => {
      const { count } = await transaction
        .selectFrom('api_keys')
        .where('tenant_id', '=', tenantId)
        .where('revoked_at', 'is', null)
        .select((select) => select.fn.countAll<string>().as('count'))
        .executeTakeFirstOrThrow();
      if (Number(count) >= MOST_KEYS) {
        throw new ApiKeyError(
          'key-limit',
          `There are ${MOST_KEYS} keys already. Revoke one that nothing uses.`,
        );
      }
      await transaction
        .insertInto('api_keys')
        .values({
          id,
          tenant_id: tenantId,
          name: wanted.name,
          scopes: [...new Set(wanted.scopes)],
          events_per_second: wanted.eventsPerSecond ?? DEFAULT_EVENTS_PER_SECOND,
          burst: wanted.burst ?? DEFAULT_BURST,
          created_by: wanted.createdBy,
          created_at: now,
          expires_at: wanted.expiresAt ?? null,
        })
        .execute();
      await transaction
        .insertInto('api_key_secrets')
        .values({ hash: token.hash, key_id: id, prefix: token.prefix, created_at: now })
        .execute();
      const details = { name: wanted.name, scopes: wanted.scopes.join(' ') };
      await audit(transaction, { action: 'key.created', tenantId, actor, subject: key(id), details });
    });
    return { key: await this.#get(tenantId, id), secret: token.text };
  }

  /** A tenant's keys, newest first, with those that were revoked last; at most 400. */
  async list(tenantId: TenantId): Promise<ApiKey[]> {
    return this.#select(tenantId);
  }

  /**
   * Gives a key a new secret. The one before stays good for the overlap, so that whoever uses it can change in peace.
   *
   * @param overlapSeconds 0: the old secret is over at once
   * @param actor who does it, for the audit log
   * @returns undefined when the tenant has no such key
   * @throws {ApiKeyError} `key-over` when the key is revoked or has expired
   */
  async rotate(
    tenantId: TenantId,
    id: string,
    overlapSeconds: number,
    actor: Actor = SYSTEM,
  ): Promise<KeyWithSecret | undefined> {
    const token = newToken(id);
    const now = this.#now();
    const until = new Date(now.getTime() + overlapSeconds * MS_PER_SECOND);
    const rotated = await this.#db.transaction().execute(async (transaction) => {
      const found = await transaction
        .selectFrom('api_keys')
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .select(['revoked_at', 'expires_at'])
        .forUpdate()
        .executeTakeFirst();
      if (found === undefined) {
        return false;
      }
      if (found.revoked_at !== null || (found.expires_at !== null && found.expires_at <= now)) {
        throw new ApiKeyError('key-over', 'This key is revoked or has expired. Make another.');
      }
      await transaction
        .deleteFrom('api_key_secrets')
        .where('key_id', '=', id)
        .where('valid_until', '<', now)
        .execute();
      await transaction
        .updateTable('api_key_secrets')
        // An earlier rotation may have promised less.
        .set({ valid_until: sql<Date>`least(valid_until, ${until})` })
        .where('key_id', '=', id)
        .execute();
      await transaction
        .insertInto('api_key_secrets')
        .values({ hash: token.hash, key_id: id, prefix: token.prefix, created_at: now })
        .execute();
      const details = { overlapSeconds };
      await audit(transaction, { action: 'key.rotated', tenantId, actor, subject: key(id), details });
      return true;
    });
    return rotated ? { key: await this.#get(tenantId, id), secret: token.text } : undefined;
  }

  /**
   * Ends a key for ever.
   *
   * @param actor who does it, for the audit log
   * @returns false when the tenant has no such key; true also when it was revoked before
   */
  async revoke(tenantId: TenantId, id: string, actor: Actor = SYSTEM): Promise<boolean> {
    return this.#db.transaction().execute(async (transaction) => {
      const { numUpdatedRows } = await transaction
        .updateTable('api_keys')
        .set({ revoked_at: sql<Date>`coalesce(revoked_at, ${this.#now()})` })
        .where('tenant_id', '=', tenantId)
        .where('id', '=', id)
        .executeTakeFirst();
      if (numUpdatedRows === 0n) {
        return false;
      }
      await audit(transaction, { action: 'key.revoked', tenantId, actor, subject: key(id) });
      return true;
    });
  }

  async #get(tenantId: TenantId, id: string): Promise<ApiKey> {
    const [made] = await this.#select(tenantId, id);
    if (made === undefined) {
      throw new Error(`The key ${id} was deleted while it was being made.`);
    }
    return made;
  }

  async #select(tenantId: TenantId, id?: string): Promise<ApiKey[]> {
    const rows = await this.#db
      .selectFrom('api_keys')
      .where('tenant_id', '=', tenantId)
      .$if(id !== undefined, (query) => query.where('id', '=', id ?? ''))
      .selectAll()
      .select(({ selectFrom }) => [
        selectFrom('api_key_secrets')
          .whereRef('key_id', '=', 'api_keys.id')
          .where('valid_until', 'is', null)
          .select('prefix')
          .as('prefix'),
        selectFrom('api_key_secrets')
          .whereRef('key_id', '=', 'api_keys.id')
          .where('valid_until', '>', this.#now())
          .select(({ fn }) => fn.max('valid_until').as('until'))
          .as('previous_valid_until'),
      ])
      .orderBy(sql`revoked_at is not null`)
      .orderBy('created_at', 'desc')
      .orderBy('id')
      .limit(2 * MOST_KEYS)
      .execute();
    return rows.map((row) => ({
      id: row.id,
      tenantId: checkedTenantId(row.tenant_id),
      name: row.name,
      prefix: row.prefix ?? '',
      scopes: scopesSchema.parse(row.scopes),
      eventsPerSecond: row.events_per_second,
      burst: row.burst,
      createdBy: row.created_by,
      createdAt: row.created_at,
      lastUsedAt: row.last_used_at,
      expiresAt: row.expires_at,
      revokedAt: row.revoked_at,
      previousValidUntil: row.previous_valid_until,
    }));
  }
}

function key(id: string): { kind: string; id: string } {
  return { kind: 'key', id };
}

function checkedTenantId(id: string): TenantId {
  if (!isTenantId(id)) {
    throw new Error(`"${id}" is stored as a tenant's id and is not one.`);
  }
  return id;
}
