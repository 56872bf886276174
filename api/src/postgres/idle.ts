import { type Kysely, sql } from 'kysely';
import type { Schema } from './schema.ts';

/** So long may a transaction that others wait for wait for the process that began it. */
const IDLE_MS = 5_000;

/**
 * Lets Postgres end this transaction soon when its process is frozen or cut off in the middle, for the sake of those who
 * wait for what it has locked. To be called before it locks anything.
 *
 * @param db the transaction
 */
export async function endSoonWhenIdle(db: Kysely<Schema>): Promise<void> {
  await sql`select set_config('idle_in_transaction_session_timeout', ${String(IDLE_MS)}, true)`.execute(db);
}
