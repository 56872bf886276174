import { categorical } from './distributions.ts';
import type { RandomStream } from './stream.ts';

const RAKING_ROUNDS = 200;
const RAKING_TOLERANCE = 1e-9;

/**
 * Whole shares of `total` in proportion to the weights, by the method of largest remainders: the shares add up
 * to exactly `total`, and none is a whole unit away from its exact share.
 *
 * @throws {RangeError} when no weight is positive
 */
export function largestRemainder(total: number, weights: readonly number[]): number[] {
  const sum = weights.reduce((partial, weight) => partial + weight, 0);
  if (!(sum > 0)) {
    throw new RangeError('Shares can only be made when at least one weight is positive.');
  }
  const exact = weights.map((weight) => (total * weight) / sum);
  const shares = exact.map(Math.floor);
  const missing = total - shares.reduce((partial, share) => partial + share, 0);
  const byRemainder = exact
    .map((share, index) => ({ index, remainder: share - Math.floor(share) }))
    .sort((one, other) => other.remainder - one.remainder || one.index - other.index);
  for (const { index } of byRemainder.slice(0, missing)) {
    shares[index] = (shares[index] ?? 0) + 1;
  }
  return shares;
}

/**
 * Scales rows and columns of a table in turn until they add up to the given margins (iterative proportional
 * fitting, "raking": Deming and Stephan 1940). What the table says about which row prefers which column stays.
 *
 * @param table not negative, `rows.length` rows of `columns.length` cells
 * @param rows wanted row sums
 * @param columns wanted column sums; the same total as the rows
 * @returns a new table; rows are met exactly, columns as nearly as zeros in the table allow
 */
export function rake(
  table: readonly (readonly number[])[],
  rows: readonly number[],
  columns: readonly number[],
): number[][] {
  let cells = table.map((row) => [...row]);
  for (let round = 0; round < RAKING_ROUNDS; round += 1) {
    const columnSums = columns.map((_, column) => cells.reduce((sum, row) => sum + (row[column] ?? 0), 0));
    const columnFactors = columns.map((wanted, column) => ratio(wanted, columnSums[column] ?? 0));
    cells = cells.map((row) => row.map((cell, column) => cell * (columnFactors[column] ?? 1)));
    cells = cells.map((row, index) => {
      const factor = ratio(
        rows[index] ?? 0,
        row.reduce((sum, cell) => sum + cell, 0),
      );
      return row.map((cell) => cell * factor);
    });
    if (columnFactors.every((factor) => Math.abs(factor - 1) < RAKING_TOLERANCE)) {
      break;
    }
  }
  return cells;
}

/** How cards go together; see {@link dealToMargins}. */
export interface Hands {
  /** Mean size of a hand of each column. */
  readonly meanSize: readonly number[];
  /**
   * Called for each hand: how many cards it has.
   *
   * @param most the hand must not be larger, and has at least one card
   */
  take(row: number, column: number, most: number): number;
}

/**
 * Whole counts with exactly these margins, scattered at random around a table of expected counts. Cards are dealt
 * row by row in hands that belong together (a session's requests), each column weighted by how far it is behind what
 * the table still expects of it; a hand is cut short only where its row or its column is full. The mean is the
 * table's as long as no row takes most of a column; a cell that expects nothing is dealt to only when nothing else
 * is left.
 *
 * @param expected expected counts, rows by columns
 * @param rows exact row sums
 * @param columns exact column sums; the same total as the rows
 * @returns the counts, rows by columns
 * @throws {RangeError} when the margins have different totals
 */
export function dealToMargins(
  stream: RandomStream,
  expected: readonly (readonly number[])[],
  rows: readonly number[],
  columns: readonly number[],
  hands: Hands,
): number[][] {
  const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
  if (total(rows) !== total(columns)) {
    throw new RangeError(`Rows add up to ${total(rows)}, columns to ${total(columns)}: they must agree.`);
  }
  const left = [...columns];
  const expectedLeft = columns.map((_, column) => total(expected.map((row) => row[column] ?? 0)));
  return rows.map((count, row) => {
    const dealt = columns.map(() => 0);
    const expectedRow = expected[row] ?? [];
    const pull = columns.map(
      (_, column) =>
        ratio(expectedRow[column] ?? 0, expectedLeft[column] ?? 0) / (hands.meanSize[column] ?? 1),
    );
    let rowLeft = count;
    while (rowLeft > 0) {
      const weights = left.map((remaining, column) => remaining * (pull[column] ?? 0));
      const open = weights.some((weight) => weight > 0);
      const column = categorical(stream, open ? weights : left);
      const size = hands.take(row, column, Math.min(rowLeft, left[column] ?? 0));
      dealt[column] = (dealt[column] ?? 0) + size;
      left[column] = (left[column] ?? 0) - size;
      rowLeft -= size;
    }
    for (const [column, cell] of expectedRow.entries()) {
      expectedLeft[column] = (expectedLeft[column] ?? 0) - cell;
    }
    return dealt;
  });
}

function ratio(wanted: number, actual: number): number {
  return actual > 0 ? wanted / actual : 0;
}
