import { z } from 'zod';

const DEFAULT_LIMIT = 20;
const MOST_ROWS = 100;
/** The largest `bigint` has 19 digits; so many rows there will never be. */
const LONGEST_ID = 18;

/** What a list of rows with growing ids may be asked for. */
export const newestFirstQuery = z.object({
  limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(DEFAULT_LIMIT),
  cursor: z
    .string()
    .regex(new RegExp(`^\\d{1,${LONGEST_ID}}$`), 'must be the next_cursor of a page of this same list')
    .optional()
    .describe('`next_cursor` of the page before'),
});

/** The id of a row, in a path. */
export const numberedParams = z.object({
  id: z.string().regex(new RegExp(`^\\d{1,${LONGEST_ID}}$`), 'must be a number'),
});

/**
 * Cuts a page out of rows that were asked for with one more than the limit.
 *
 * @returns the rows of the page, and where the next one begins; null when there is none
 */
export function newestFirstPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  limit: number,
): { readonly rows: readonly Row[]; readonly nextCursor: string | null } {
  const page = rows.slice(0, limit);
  return { rows: page, nextCursor: rows.length > limit ? (page.at(-1)?.id ?? null) : null };
}
