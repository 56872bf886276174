import type { ColumnType } from 'kysely';
import type { ReportKind } from './report.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;

interface ReportOptOutsTable {
  tenant_id: Once<string>;
  user_id: Once<string>;
  kind: Once<ReportKind>;
}

interface ReportsSentTable {
  tenant_id: Once<string>;
  kind: Once<ReportKind>;
  /** `2026-11-21`: the last day that the last report was about. */
  last_day: string;
}

/** Who wants no reports, and which have been sent. */
export interface ReportTables {
  report_opt_outs: ReportOptOutsTable;
  reports_sent: ReportsSentTable;
}
