import { type RawBuilder, type SqlBool, sql } from 'kysely';
import { z } from 'zod';
import { type ProblemError, problem } from '../errors/problem.ts';
import { sqlState } from '../postgres/availability.ts';

const DEFAULT_LIMIT = 20;
const MOST_ROWS = 100;
const LONGEST_QUESTION = 200;
const LONGEST_CURSOR = 400;
/** Words beyond these are ignored: each is one more look into the index. */
const MOST_WORDS = 8;
/** The class of SQLSTATEs for values that are none (PostgreSQL documentation, appendix A). */
const DATA_EXCEPTION = '22';

/** What a list may be asked for. */
export const listQuery = z.object({
  q: z
    .string()
    .max(LONGEST_QUESTION)
    .optional()
    .describe('Words to look for; each may be the beginning of one. All must occur'),
  limit: z.coerce.number().int().min(1).max(MOST_ROWS).default(DEFAULT_LIMIT),
  cursor: z.string().max(LONGEST_CURSOR).optional().describe('`next_cursor` of the page before'),
});

export type ListQuery = z.infer<typeof listQuery>;

/** What a list that is not searched may be asked for. */
export const pageQuery = listQuery.omit({ q: true });

/** A page of rows, and where the next one begins. */
export function pageOf<T extends z.ZodType>(row: T) {
  return z.object({ data: z.array(row), next_cursor: z.string().nullable() });
}

/** What lists are sorted by. Postgres writes each as text and reads it back without loss. */
type KeyType = 'float8' | 'numeric' | 'timestamptz';

/** Smallest or largest first. */
type Direction = 'asc' | 'desc';

/** The order of a list: by a value, equals by id. The rows before a cursor are left out. */
export interface Ordering {
  readonly by: RawBuilder<unknown>;
  readonly direction: Direction;
  /** The value as a cursor carries it; to be selected with each row. */
  readonly key: RawBuilder<string>;
  readonly after: RawBuilder<SqlBool>;
  /** For the failure of the query: a value that Postgres cannot read can only have come from the cursor. */
  readonly blame: (error: unknown) => never;
  cursor(row: { readonly key: string; readonly id: string }): string;
}

/**
 * @param by the value sorted by
 * @param id the column that tells equals apart
 * @param cursor where to begin; undefined for the first page
 * @param direction largest first unless said
 * @throws {ProblemError} `invalid-request` for a cursor that this list did not give
 */
export function ordering(
  by: RawBuilder<unknown>,
  type: KeyType,
  id: RawBuilder<unknown>,
  cursor: string | undefined,
  direction: Direction = 'desc',
): Ordering {
  const from = cursor === undefined ? undefined : decodeCursor(cursor, type);
  const key = sql`${from?.key}::${sql.raw(type)}`;
  const beyond = sql.raw(direction === 'desc' ? '<' : '>');
  return {
    by,
    direction,
    key: sql<string>`(${by})::text`,
    // The first condition says nothing new, but it is the one that an index can begin at.
    after:
      from === undefined
        ? sql<SqlBool>`true`
        : sql<SqlBool>`${by} ${beyond}= ${key} and (${by} ${beyond} ${key} or ${id} > ${from.id})`,
    blame(error) {
      throw from !== undefined && sqlState(error)?.startsWith(DATA_EXCEPTION) ? wrongCursor() : error;
    },
    cursor: (row) => Buffer.from(JSON.stringify([type, row.key, row.id])).toString('base64url'),
  };
}

/**
 * A page of rows that were asked for with one more than it holds.
 *
 * @param limit rows a page
 */
export function cut<Row extends { readonly key: string; readonly id: string }, Body>(
  rows: readonly Row[],
  limit: number,
  order: Ordering,
  toBody: (row: Row) => Body,
): { data: Body[]; next_cursor: string | null } {
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    data: rows.slice(0, limit).map(toBody),
    next_cursor: last === undefined ? null : order.cursor(last),
  };
}

const cursorContent = z.tuple([z.string(), z.string(), z.string()]);

function decodeCursor(cursor: string, type: KeyType): { key: string; id: string } {
  const { success, data } = cursorContent.safeParse(parseJson(Buffer.from(cursor, 'base64url').toString()));
  if (!success || data[0] !== type) {
    throw wrongCursor();
  }
  return { key: data[1], id: data[2] };
}

function wrongCursor(): ProblemError {
  return problem('invalid-request', {
    errors: [{ path: 'query.cursor', message: 'must be the next_cursor of a page of this same list' }],
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A question as Postgres's text search wants it: every word as the beginning of one.
 *
 * @returns the text of a `tsquery`; undefined when nothing is asked; null when what is asked has no words, so that
 *   nothing can be found
 */
export function textQuery(question: string | undefined): string | null | undefined {
  if (question === undefined || question.trim() === '') {
    return undefined;
  }
  const words = question.toLowerCase().match(/[\p{L}\p{N}]+/gu);
  return words === null
    ? null
    : words
        .slice(0, MOST_WORDS)
        .map((word) => `${word}:*`)
        .join(' & ');
}
