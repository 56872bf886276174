import type { ColumnType, Generated } from 'kysely';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;

interface MaterialsTable {
  tenant_id: Once<string>;
  id: Once<string>;
  title: string;
  description: string;
  file_key: Once<string>;
  file_name: Once<string>;
  content_type: Once<string>;
  /** A `bigint`, so text when read. */
  bytes: ColumnType<string, number, never>;
  sha256: Once<string>;
  published_by: string | null;
  created_at: ColumnType<Date, Date | undefined, never>;
  announced_at: Date | null;
  search: ColumnType<string, never, never>;
}

interface MaterialDownloadsTable {
  tenant_id: Once<string>;
  material_id: Once<string>;
  user_id: Once<string>;
  /** A `bigint`, so text when read. */
  downloads: Generated<string>;
  last_at: Date;
}

/** What this folder keeps in Postgres. */
export interface MaterialTables {
  materials: MaterialsTable;
  material_downloads: MaterialDownloadsTable;
}
