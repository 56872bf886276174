import { randomBytes } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import type { Database } from '../postgres/database.ts';
import { Passwords } from './passwords.ts';
import type { Role } from './permissions.ts';

const ID_BYTES = 10;

/** A new random id of a person. */
export function newUserId(): string {
  return `usr_${randomBytes(ID_BYTES).toString('hex')}`;
}

/** Two spellings of an e-mail address are one person. */
export function normalEmail(email: string): string {
  return email.trim().toLowerCase();
}

export interface NewUser {
  /** Default: a random one, `usr_…`. */
  readonly id?: string;
  readonly email: string;
  readonly name: string;
  /** Null: nobody can log in as this person until {@link People.setPassword}. */
  readonly password: string | null;
  readonly memberships: readonly { readonly tenantId: TenantId; readonly role: Role }[];
}

/** The people who use the application. */
export class People {
  readonly #database: Database;
  readonly #passwords: Passwords;

  constructor(database: Database, passwords: Passwords = new Passwords()) {
    this.#database = database;
    this.#passwords = passwords;
  }

  /**
   * Makes a person with their memberships. One whose e-mail address is known is left as they are.
   *
   * @returns the person's id, and whether they are new
   */
  async createUser(user: NewUser): Promise<{ id: string; created: boolean }> {
    const email = normalEmail(user.email);
    const known = await this.#idOf(email);
    if (known !== undefined) {
      return { id: known, created: false };
    }
    const password_hash = user.password === null ? null : await this.#passwords.hash(user.password);
    const id = user.id ?? newUserId();
    const created = await this.#database.db.transaction().execute(async (transaction) => {
      const inserted = await transaction
        .insertInto('users')
        .values({ id, email, name: user.name, password_hash })
        .onConflict((conflict) => conflict.column('email').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (inserted !== undefined && user.memberships.length > 0) {
        await transaction
          .insertInto('memberships')
          .values(user.memberships.map(({ tenantId, role }) => ({ user_id: id, tenant_id: tenantId, role })))
          .execute();
      }
      return inserted !== undefined;
    });
    return { id: created ? id : ((await this.#idOf(email)) ?? id), created };
  }

  /** Makes a person one of a tenant's people. One who is already keeps their role. */
  async join(userId: string, tenantId: TenantId, role: Role): Promise<void> {
    await this.#database.db
      .insertInto('memberships')
      .values({ user_id: userId, tenant_id: tenantId, role })
      .onConflict((conflict) => conflict.columns(['user_id', 'tenant_id']).doNothing())
      .execute();
  }

  /** Gives a person a new password, and ends every session that rests on the old one. */
  async setPassword(userId: string, password: string): Promise<void> {
    const password_hash = await this.#passwords.hash(password);
    await this.#database.db.transaction().execute(async (transaction) => {
      await transaction.updateTable('users').set({ password_hash }).where('id', '=', userId).execute();
      await transaction.deleteFrom('sessions').where('user_id', '=', userId).execute();
    });
  }

  /** Names of a tenant's people by id. Ids that are not people of this tenant are absent. */
  async names(tenantId: string, userIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
    if (userIds.length === 0) {
      return new Map();
    }
    const rows = await this.#database.db
      .selectFrom('users')
      .innerJoin('memberships', 'memberships.user_id', 'users.id')
      .where('memberships.tenant_id', '=', tenantId)
      .where('users.id', 'in', userIds)
      .select(['users.id', 'users.name'])
      .execute();
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  async #idOf(email: string): Promise<string | undefined> {
    const row = await this.#database.db
      .selectFrom('users')
      .select('id')
      .where('email', '=', email)
      .executeTakeFirst();
    return row?.id;
  }
}
