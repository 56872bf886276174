import { sql } from 'kysely';
import type { Database } from '../postgres/database.ts';

/** As many as the application's pool has at most. */
const CONNECTIONS = 10;
/** So long that no connection is free again before all are in use. */
const TOGETHER_SECONDS = 0.2;

/** What Postgres itself counted so far. */
export interface DatabaseWork {
  /** Ended transactions of the database: each query outside of one is one. */
  readonly transactions: number;
  /** Looks into the tables of pages and their versions. */
  readonly pageReads: number;
}

/** Asks Postgres what it has done, after each connection of the pool has told it. */
export async function databaseWork({ db }: Database): Promise<DatabaseWork> {
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      sql`select pg_stat_force_next_flush(), pg_sleep(${TOGETHER_SECONDS})`.execute(db),
    ),
  );
  const counted = await sql<{ transactions: number; page_reads: number }>`
    select
      (select (xact_commit + xact_rollback)::float8 from pg_stat_database where datname = current_database())
        as transactions,
      (select sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::float8
        from pg_stat_user_tables where relname in ('pages', 'page_versions')) as page_reads`.execute(db);
  const [row] = counted.rows;
  return { transactions: row?.transactions ?? Number.NaN, pageReads: row?.page_reads ?? Number.NaN };
}
