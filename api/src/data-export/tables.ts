import type { ColumnType } from 'kysely';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** A `bigint`, so text when read. */
type Count = ColumnType<string | null, never, bigint | null>;

export const EXPORT_STATES = ['pending', 'ready', 'failed', 'expired'] as const;

type ExportState = (typeof EXPORT_STATES)[number];

interface DataExportsTable {
  id: Once<string>;
  tenant_id: Once<string>;
  state: ExportState;
  /** Null: the system itself. */
  requested_by: Once<string | null>;
  requested_at: Once<Date>;
  finished_at: ColumnType<Date | null, never, Date>;
  file_key: ColumnType<string | null, never, string | null>;
  bytes: Count;
  records: Count;
  sha256: ColumnType<string | null, never, string>;
}

export interface DataExportTables {
  data_exports: DataExportsTable;
}
