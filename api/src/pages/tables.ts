import type { ColumnType, GeneratedAlways } from 'kysely';

type Once<T> = ColumnType<T, T, never>;

interface PagesTable {
  /** A `bigint`, so text when read. */
  id: GeneratedAlways<string>;
  tenant_id: Once<string>;
  slug: Once<string>;
  latest_version: number;
  published_version: number | null;
  published_at: Date | null;
  created_at: Once<Date>;
  updated_at: Date;
}

interface PageVersionsTable {
  page_id: Once<string>;
  version: Once<number>;
  /** A JSON object, written as text. */
  document: ColumnType<unknown, string, never>;
  created_at: Once<Date>;
  created_by: Once<string | null>;
  restored_from: Once<number | null>;
}

export interface PageTables {
  pages: PagesTable;
  page_versions: PageVersionsTable;
}
