/*
 * Tables as CSV (RFC 4180): lines end with CR LF, cells are quoted where they must be.
 *
 * What always holds: a text that a spreadsheet would take for a formula (it begins with =, +, -, @, a tab or a carriage
 * return) has an apostrophe before it; numbers are written plainly. A file begins with a byte order mark, without which
 * spreadsheets take UTF-8 for something else.
 */
import type { Decimal } from '@riwayat/billing';
import { type Options, stringify } from 'csv-stringify/sync';

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

const BYTE_ORDER_MARK = '\u{feff}';

/** An empty cell is null. */
export type CsvCell = string | number | bigint | Decimal | null;

const OPTIONS = {
  record_delimiter: '\r\n',
  // A carriage return alone ends a line for some readers.
  quoted_match: /\r/,
  escape_formulas: true,
  cast: {
    // Its minus sign is no formula.
    object: (value) => ({ value: decimalText(value), escape_formulas: false }),
  },
} satisfies Options;

/** The first line of a file: the names of its columns. */
export function csvHead(columns: readonly string[]): string {
  return `${BYTE_ORDER_MARK}${csvRows([columns])}`;
}

/** Some lines of a file. */
export function csvRows(rows: readonly (readonly CsvCell[])[]): string {
  return stringify([...rows], OPTIONS);
}

function decimalText(value: unknown): string {
  if (
    typeof value === 'object' &&
    value !== null &&
    'toFixed' in value &&
    typeof value.toFixed === 'function'
  ) {
    return String(value.toFixed());
  }
  throw new TypeError('A cell of a table is a text, a number, a decimal or nothing.');
}
