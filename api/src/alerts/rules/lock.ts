import { type Kysely, sql } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';

/**
 * Lets nobody else change rules before the transaction has ended. To be taken before any row of theirs: the trigger that
 * counts revisions takes it too, and whoever has a row by then could be waited for in turn.
 */
export async function lockRules(transaction: Kysely<Schema>): Promise<void> {
  await sql`select pg_advisory_xact_lock(hashtext('alert_rules.revision'))`.execute(transaction);
}
