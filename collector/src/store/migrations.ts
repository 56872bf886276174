/*
 * The SQL that makes the tables, versioned.
 *
 * What always holds: a migration that has been applied never changes (its checksum is kept), migrations run in
 * the order of their numbers, and each statement can run twice, so a crash between two of them is harmless.
 */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { type Layout, MigrationSql } from './cluster.ts';
import { StoreError } from './store-error.ts';

/** Beside `src` and `dist` alike. */
const FOLDER = new URL('../../migrations/', import.meta.url);
const FILE_NAME = /^(\d{4})_(\w+)\.sql$/;

export interface Migration {
  readonly version: number;
  readonly name: string;
  readonly checksum: string;
  readonly statements: readonly string[];
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

/** What the store says it has. */
export interface AppliedMigration {
  readonly version: number;
  readonly checksum: string;
}

/**
 * The migrations still to run.
 *
 * @throws {StoreError} `migration-changed` when one that has run reads differently now
 */
export function pendingMigrations(
  migrations: readonly Migration[],
  applied: readonly AppliedMigration[],
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
