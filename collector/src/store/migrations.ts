/*
 * The SQL that makes the tables, versioned.
 *
 * What always holds: a migration that has been applied never changes (its checksum is kept), migrations run in
 * the order of their numbers, and each statement can run twice, so a crash between two of them is harmless.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { Logger } from '../logger.ts';
import { foundation, insertSettings, type Layout, MigrationSql } from './cluster.ts';
import type { Store } from './store.ts';
import { StoreError } from './store-error.ts';

/** Beside `src` and `dist` alike. */
const FOLDER = new URL('../../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})_(\w+)\.sql$/;

/** What a store says it has. */
const appliedMigration = z.object({ version: z.number(), checksum: z.string() });

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
}

/** A database and what its tables are made from. */
export interface MigrationOptions {
  readonly layout: Layout;
  /** Of the files; those of what is observed unless given. */
  readonly folder?: URL;
  readonly logger: Logger;
}

/**
 * Creates what is missing of a database. Harmless when repeated.
 *
 * @throws {StoreError} `migration-changed` when a migration that has run reads differently now; ClickHouse's own error
 */
export async function runMigrations(
  store: Pick<Store, 'select' | 'change'>,
  { layout, folder = FOLDER, logger }: MigrationOptions,
): Promise<void> {
  const { database } = layout;
  for (const sql of foundation(layout)) {
    await store.change({ sql, params: {} });
  }
  const applied = await store.select({
    sql: `SELECT version, checksum FROM ${database}.schema_migrations`,
    params: {},
    row: appliedMigration,
    label: 'store.migrations',
  });
  const pending = pendingMigrations(await readMigrations(layout, folder), applied);
  for (const { version, name, checksum, statements } of pending) {
    for (const sql of statements) {
      await store.change({ sql, params: {} });
    }
    await store.change({
      sql:
        `INSERT INTO ${database}.schema_migrations (version, name, checksum) SETTINGS async_insert = 0` +
        `, insert_deduplicate = 1, insert_deduplication_token = 'migration-${version}'${insertSettings(layout)}` +
        ' SELECT {version:UInt32}, {name:String}, {checksum:String}',
      params: { version, name, checksum },
    });
    logger.info({ database, version, name }, 'store migrated');
  }
}

/**
 * Reads the migrations, in order, with their placeholders filled in: `{{database}}`, `{{on_cluster}}`, `{{engine:…}}`.
 * The checksum is of the text as it stands in the file, so one node and a cluster have the same.
 *
 * @param folder of the files; those of what is observed unless given
 */
export async function readMigrations(layout: Layout, folder: URL = FOLDER): Promise<Migration[]> {
  const migrations: Migration[] = [];
  const filledIn = new MigrationSql(layout);
  for (const file of (await readdir(folder)).sort()) {
    const match = FILE_NAME.exec(file);
    if (match !== null) {
      const sql = await readFile(new URL(file, folder), 'utf8');
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

/**
 * The migrations still to run.
 *
 * @throws {StoreError} `migration-changed` when one that has run reads differently now
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly z.infer<typeof appliedMigration>[],
): Migration[] {
  const checksums = new Map(applied.map(({ version, checksum }) => [version, checksum]));
  return migrations.filter(({ version, name, checksum }) => {
    const known = checksums.get(version);
    if (known !== undefined && known !== checksum) {
      throw new StoreError(
        'migration-changed',
        `Migration ${version} (${name}) was applied to this store with another text. ` +
          'Restore the file as it was and put the change into a new migration.',
      );
    }
    return known === undefined;
  });
}

function statementsOf(sql: string): string[] {
  return sql
    .replace(/^\s*--.*$/gm, '')
    .split(/;\s*$/m)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
}
