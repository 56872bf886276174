import type { ColumnType } from 'kysely';

interface HeartbeatsTable {
  name: ColumnType<string, string, never>;
  last_at: Date;
}

/** When jobs that run outside of the application last said that they went well. */
export interface HeartbeatTables {
  heartbeats: HeartbeatsTable;
}
