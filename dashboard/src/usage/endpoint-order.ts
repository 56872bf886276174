import type { EndpointUsage } from '../api/contract.ts';

export const ENDPOINT_COLUMNS = [
  'endpoint',
  'calls',
  'avg_response_time',
  'p50',
  'p95',
  'p99',
  'error_rate',
  'data_transfer_bytes',
  'cost',
] as const;
export type EndpointColumn = (typeof ENDPOINT_COLUMNS)[number];

export interface EndpointOrder {
  readonly column: EndpointColumn;
  readonly direction: 'ascending' | 'descending';
}

/** The busiest first. */
export const DEFAULT_ORDER: EndpointOrder = { column: 'calls', direction: 'descending' };

/** The order after a click on a column: a new column starts with what one looks for there (names A–Z, numbers from the top). */
export function orderAfterClick(order: EndpointOrder, column: EndpointColumn): EndpointOrder {
  if (order.column === column) {
    return { column, direction: order.direction === 'ascending' ? 'descending' : 'ascending' };
  }
  return { column, direction: column === 'endpoint' ? 'ascending' : 'descending' };
}

/** The rows in order; equal ones by name, so that rows never swap places between two refreshes. */
export function ordered(
  rows: readonly EndpointUsage[],
  { column, direction }: EndpointOrder,
): readonly EndpointUsage[] {
  const sign = direction === 'ascending' ? 1 : -1;
  return rows.toSorted((left, right) =>
    column === 'endpoint'
      ? sign * byName(left, right)
      : sign * ((left[column] ?? 0) - (right[column] ?? 0)) || byName(left, right),
  );
}

/** The rows whose method and path contain every word of `text`, in whatever case. */
export function matching(rows: readonly EndpointUsage[], text: string): readonly EndpointUsage[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return rows.filter((row) => {
    const name = `${row.method} ${row.endpoint}`.toLowerCase();
    return words.every((word) => name.includes(word));
  });
}

function byName(left: EndpointUsage, right: EndpointUsage): number {
  return compare(left.endpoint, right.endpoint) || compare(left.method, right.method);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : Number(left > right);
}
