import { csvHead, csvRows } from '../documents/csv.ts';
import type { DetailedUsage } from '../usage/schema.ts';

const COLUMNS = ['date', 'api_calls', 'errors', 'data_transfer_bytes', 'active_users', 'cost_idr'];

/** A row for each local day. The last column is empty without a contract. */
export function daysCsv({ daily_usage }: Pick<DetailedUsage, 'daily_usage'>): string {
  return (
    csvHead(COLUMNS) +
    csvRows(
      daily_usage.map((day) => [
        day.date,
        day.api_calls,
        day.errors,
        day.data_transfer_bytes,
        day.active_users,
        day.cost,
      ]),
    )
  );
}
