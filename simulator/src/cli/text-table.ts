const GAP = '  ';

/** A column of a table of text. Numbers end alike, words begin alike. */
export interface Column {
  readonly title: string;
  readonly align: 'left' | 'right';
}

/** A line without columns: a heading between rows. */
type Row = readonly string[] | string;

/** Titles and rows, aligned. Ends with a line feed. */
export function textTable(columns: readonly Column[], rows: readonly Row[]): string {
  const titles = columns.map(({ title }) => title);
  const aligned: readonly string[][] = [titles, ...rows.filter((row) => typeof row !== 'string')].map(
    (row) => [...row],
  );
  const widths = columns.map((_, index) => Math.max(...aligned.map((row) => (row[index] ?? '').length)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, index) => {
        const width = widths[index] ?? 0;
        return columns[index]?.align === 'right' ? cell.padStart(width) : cell.padEnd(width);
      })
      .join(GAP)
      .trimEnd();
  return [titles, ...rows].map((row) => `${typeof row === 'string' ? row : line(row)}\n`).join('');
}
