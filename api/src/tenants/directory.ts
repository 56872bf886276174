import type { TenantId } from '@riwayat/collector';
import { giveDefaults } from '../alerts/rules/defaults.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId, isTimezone, type Locale, type Tenant, tenantRow } from './tenant.ts';

const DEFAULT_TIMEZONE = 'Asia/Jakarta';
const DEFAULT_LOCALE: Locale = 'id';
/** How old an answer may be: a renamed tenant shows so after this long on every replica. */
const FRESH_MS = 60_000;
/** Shorter for "no such tenant", so that a new one is found soon; long enough to blunt guessing. */
const FRESH_UNKNOWN_MS = 5_000;
const MAX_ENTRIES = 10_000;

const COLUMNS = ['id', 'name', 'timezone', 'locale'] as const;

export const REGISTRATIONS = ['open', 'invitation'] as const;
export type Registration = (typeof REGISTRATIONS)[number];

export interface NewTenant {
  readonly id: string;
  readonly name: string;
  /** Default: Asia/Jakarta. */
  readonly timezone?: string;
  /** Default: id. */
  readonly locale?: Locale;
  /** Whether people may register themselves. Default: by invitation alone. */
  readonly registration?: Registration;
}

/** A tenant that cannot be made as asked. */
export class TenantError extends Error {
  override readonly name = 'TenantError';
}

interface Entry {
  readonly tenant: Tenant | undefined;
  readonly staleAt: number;
}

/**
 * Finds tenants by id. Every request asks, so answers are kept for a minute; and while the database is away, an
 * old answer is better than none.
 */
export class TenantDirectory {
  readonly #database: Database;
  readonly #now: () => number;
  readonly #entries = new Map<string, Entry>();
  readonly #asking = new Map<string, Promise<Tenant | undefined>>();

  /** @param now epoch milliseconds */
  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /**
   * The tenant, or undefined when there is none with this id.
   *
   * @throws {DatabaseUnavailableError} when the database is away and nothing is known of it
   */
  async find(id: string): Promise<Tenant | undefined> {
    if (!isTenantId(id)) {
      return undefined;
    }
    const entry = this.#entries.get(id);
    if (entry !== undefined && this.#now() < entry.staleAt) {
      return entry.tenant;
    }
    try {
      return await this.#ask(id);
    } catch (error) {
      if (entry?.tenant !== undefined) {
        return entry.tenant;
      }
      throw error;
    }
  }

  /**
   * Makes a tenant. One that exists is left as it is and returned.
   *
   * @throws {TenantError} when the id or the time zone is not one
   */
  async create(tenant: NewTenant): Promise<Tenant> {
    const {
      id,
      name,
      timezone = DEFAULT_TIMEZONE,
      locale = DEFAULT_LOCALE,
      registration = 'invitation',
    } = tenant;
    if (!isTenantId(id)) {
      throw new TenantError(
        `"${id}" cannot name a tenant: use 2 to 63 of a-z, 0-9 and "-", not "-" at either end.`,
      );
    }
    if (!isTimezone(timezone)) {
      throw new TenantError(`"${timezone}" is not a time zone. Use an IANA name, such as Asia/Jakarta.`);
    }
    await this.#database.db.transaction().execute(async (transaction) => {
      const made = await transaction
        .insertInto('tenants')
        .values({ id, name, timezone, locale, registration })
        .onConflict((conflict) => conflict.column('id').doNothing())
        .returning('id')
        .executeTakeFirst();
      if (made !== undefined) {
        await giveDefaults(transaction, { only: id });
      }
    });
    const made = await this.#ask(id);
    if (made === undefined) {
      throw new TenantError(`The tenant "${id}" was deleted while it was being made.`);
    }
    return made;
  }

  async #ask(id: TenantId): Promise<Tenant | undefined> {
    const asking = this.#asking.get(id) ?? this.#read(id).finally(() => this.#asking.delete(id));
    this.#asking.set(id, asking);
    return asking;
  }

  async #read(id: TenantId): Promise<Tenant | undefined> {
    const row = await this.#database.db
      .selectFrom('tenants')
      .select(COLUMNS)
      .where('id', '=', id)
      .executeTakeFirst();
    const tenant = row === undefined ? undefined : tenantRow.parse(row);
    this.#keep(id, tenant);
    return tenant;
  }

  #keep(id: TenantId, tenant: Tenant | undefined): void {
    this.#entries.delete(id);
    this.#entries.set(id, {
      tenant,
      staleAt: this.#now() + (tenant === undefined ? FRESH_UNKNOWN_MS : FRESH_MS),
    });
    const [oldest] = this.#entries.keys();
    if (this.#entries.size > MAX_ENTRIES && oldest !== undefined) {
      this.#entries.delete(oldest);
    }
  }
}
