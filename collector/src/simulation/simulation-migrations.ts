/*
 * The tables of simulated runs, in a database of their own.
 *
 * What always holds: no statement here names a table of the database that bills are made from.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import { foundation, insertSettings, type Layout, MigrationSql } from '../store/cluster.ts';
import { type Migration, pendingMigrations } from '../store/migrations.ts';
import type { Store } from '../store/store.ts';

/** Beside `src` and `dist` alike. */
const FOLDER = new URL('../../migrations-simulation/', import.meta.url);
const FILE_NAME = /^(\d{4})_(\w+)\.sql$/;

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
  for (const { version, name, checksum, statements } of pendingMigrations(await read(layout), applied)) {
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

async function read(layout: Layout): Promise<Migration[]> {
  const filledIn = new MigrationSql(layout);
  const migrations: Migration[] = [];
  for (const file of (await readdir(FOLDER)).sort()) {
    const match = FILE_NAME.exec(file);
    if (match !== null) {
      const sql = await readFile(new URL(file, FOLDER), 'utf8');
      migrations.push({
        version: Number(match[1]),
        name: match[2] ?? '',
        checksum: createHash('sha256').update(sql).digest('hex'),
        statements: statementsOf(sql).flatMap((statement) => filledIn.statements(statement)),
      });
    }
  }
  return migrations;
}

function statementsOf(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
