import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

const DIGITS = 6;

/**
 * Draws the next numbers of a series. Others who draw wait until the transaction ends, so that there is no gap when it is
 * rolled back.
 *
 * @param db the transaction that gives the numbers to what they are of
 * @param series `INV-2026`
 * @param count how many, at least 1
 * @returns `INV-2026-000123` and those after it
 */
export async function drawNumbers(db: Kysely<Schema>, series: string, count: number): Promise<string[]> {
  const { last } = await db
    .insertInto('invoice_numbers')
    .values({ series, last: count })
    .onConflict((conflict) =>
      conflict.column('series').doUpdateSet({ last: sql<number>`invoice_numbers.last + excluded.last` }),
    )
    .returning('last')
    .executeTakeFirstOrThrow();
  return Array.from(
    { length: count },
    (_, index) => `${series}-${String(last - count + 1 + index).padStart(DIGITS, '0')}`,
  );
}
