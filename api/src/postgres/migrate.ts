import { type Kysely, Migrator } from 'kysely';
import { DatabaseUnavailableError } from './availability.ts';
import type { Logger } from './logger.ts';
import { migrations } from './migrations/migrations.ts';
import type { Schema } from './schema.ts';

/** The schema cannot be brought up to date; nothing of the failed migration is kept. */
export class MigrationError extends Error {
  override readonly name = 'MigrationError';
}

/**
 * Applies the migrations that are missing, in order and in one transaction, under a lock that other processes
 * wait for. Does nothing when none is missing.
 *
 * @throws {MigrationError} when one fails, or when the database is newer than this program
 * @throws {DatabaseUnavailableError} when Postgres cannot be reached
 */
export async function migrate(db: Kysely<Schema>, logger: Logger): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error instanceof DatabaseUnavailableError) {
    throw error;
  }
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error')?.migrationName;
    const reason = error instanceof Error ? error.message : String(error);
    throw new MigrationError(
      failed === undefined
        ? `The database schema does not fit this version: ${reason}. Start the version that made it, or a newer one.`
        : `The database migration ${failed} failed and was undone: ${reason}.`,
      { cause: error },
    );
  }
  for (const { migrationName } of results ?? []) {
    logger.info({ migration: migrationName }, 'the database schema was migrated');
  }
}
