/*
 * The tables of simulated runs, in a database of their own.
 *
 * What always holds: no statement here names a table of the database that bills are made from.
 */
import { z } from 'zod';
import { foundation, insertSettings, type Layout } from '../store/cluster.ts';
import { pendingMigrations, readMigrations } from '../store/migrations.ts';
import type { Store } from '../store/store.ts';

/** Beside `src` and `dist` alike. */
const FOLDER = new URL('../../migrations-simulation/', import.meta.url);

const appliedMigration = z.object({ version: z.number(), checksum: z.string() });

/**
 * Creates what is missing of the database. Harmless when repeated.
 *
 * @throws {StoreError} `migration-changed` when a migration that has run reads differently now
 */
export async function migrateSimulation(store: Store, layout: Layout): Promise<void> {
  for (const sql of foundation(layout)) {
    await store.change({ sql, params: {} });
  }
  const applied = await store.select({
    sql: `SELECT version, checksum FROM ${layout.database}.schema_migrations`,
    params: {},
    row: appliedMigration,
    label: 'simulation.migrations',
  });
  for (const { version, name, checksum, statements } of pendingMigrations(
    await readMigrations(layout, FOLDER),
    applied,
  )) {
    for (const sql of statements) {
      await store.change({ sql, params: {} });
    }
    await store.change({
      sql:
        `INSERT INTO ${layout.database}.schema_migrations (version, name, checksum) SETTINGS async_insert = 0` +
        `, insert_deduplicate = 1, insert_deduplication_token = 'simulation-migration-${version}'${insertSettings(layout)}` +
        ' SELECT {version:UInt32}, {name:String}, {checksum:String}',
      params: { version, name, checksum },
    });
  }
}
