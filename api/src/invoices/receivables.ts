import type { Kysely } from 'kysely';
import type { Keyring } from '../keys/keyring.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';

/** Where people and payment providers change what tenants owe: one place for all of them. */
export class Receivables {
  readonly #database: Database;
  readonly #keyring: Pick<Keyring, 'forgetSuspensions'>;

  constructor(database: Database, keyring: Pick<Keyring, 'forgetSuspensions'>) {
    this.#database = database;
    this.#keyring = keyring;
  }

  /**
   * Does something to what tenants owe, in one transaction. Once it is committed, whose suspension it lifted can use its
   * keys at once.
   *
   * @throws whatever the work throws; then nothing has happened
   */
  async change<Result>(work: (transaction: Kysely<Schema>) => Promise<Result>): Promise<Result> {
    const result = await this.#database.db.transaction().execute(work);
    this.#keyring.forgetSuspensions();
    return result;
  }
}
