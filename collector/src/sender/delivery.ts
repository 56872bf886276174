/*
 * One segment into the store, whatever its rows are like.
 *
 * What always holds: a part's token derives from the segment's and the rows it covers, and parts are cut in the
 * same places each time; so a delivery that was cut short and is repeated stores nothing twice. A row that the
 * store refuses by itself goes to `rejected`, whole and with the reason; no other row is affected.
 */
import type { Logger } from '../logger.ts';
import { DEFAULT_POLICY } from '../privacy/policy.ts';
import { LINE_FORMATS, type LineFormat } from '../record/lanes.ts';
import { encodeRefusal } from '../record/line.ts';
import { type Insert, isRefusedRows } from '../store/store.ts';

/** Larger segments (imports) are sent in parts of this many rows; a multiple of no seal limit. */
const PART_ROWS = 50_000;

export interface DeliveryOptions {
  /** What the lines are. */
  readonly format: LineFormat;
  /** Inserts, trying again until the store takes the rows or refuses them. */
  readonly insert: (insert: Insert) => Promise<void>;
  readonly logger: Logger;
}

export interface DeliveryResult {
  readonly stored: number;
  readonly rejected: number;
}

/**
 * Stores a segment's lines in their table.
 *
 * @param token the segment's
 * @param content its file: lines, each ending in a newline
 * @param rows how many
 * @throws what `insert` throws, but for refused rows
 */
export async function deliver(
  token: string,
  content: string,
  rows: number,
  options: DeliveryOptions,
): Promise<DeliveryResult> {
  if (rows <= PART_ROWS) {
    const refusal = await tryInsert(token, content, options);
    if (refusal === undefined) {
      return { stored: rows, rejected: 0 };
    }
    const rejected = await bisect(token, linesOf(content), 0, refusal, options);
    return { stored: rows - rejected, rejected };
  }
  const lines = linesOf(content);
  let rejected = 0;
  for (let from = 0; from < lines.length; from += PART_ROWS) {
    rejected += await deliverPart(token, lines.slice(from, from + PART_ROWS), from, options);
  }
  return { stored: rows - rejected, rejected };
}

/** Stores the rows `from` to `from + lines.length` of a segment; gives how many were refused. */
async function deliverPart(
  token: string,
  lines: readonly string[],
  from: number,
  options: DeliveryOptions,
): Promise<number> {
  const refusal = await tryInsert(`${token}/${from}-${from + lines.length}`, lines.join(''), options);
  return refusal === undefined ? 0 : bisect(token, lines, from, refusal, options);
}

async function bisect(
  token: string,
  lines: readonly string[],
  from: number,
  refusal: Error,
  options: DeliveryOptions,
): Promise<number> {
  const [only] = lines;
  if (lines.length === 1 && only !== undefined) {
    await reject(token, only, from, refusal, options);
    return 1;
  }
  const half = lines.length >> 1;
  const first = await deliverPart(token, lines.slice(0, half), from, options);
  return first + (await deliverPart(token, lines.slice(half), from + half, options));
}

async function tryInsert(
  token: string,
  lines: string,
  { insert, format }: DeliveryOptions,
): Promise<Error | undefined> {
  try {
    await insert({ ...format, token, lines });
    return undefined;
  } catch (error) {
    if (error instanceof Error && isRefusedRows(error)) {
      return error;
    }
    throw error;
  }
}

async function reject(
  token: string,
  line: string,
  row: number,
  refusal: Error,
  { insert, logger, format }: DeliveryOptions,
): Promise<void> {
  logger.warn({ segment: token, row, reason: refusal.message }, 'the store refused a record');
  const values = valuesOf(line);
  const columnValue = (column: string): unknown => values[format.columns.indexOf(column)];
  const retention = columnValue('retention');
  await insert({
    ...LINE_FORMATS.rejected,
    token: `${token}/rejected-${row}`,
    lines: encodeRefusal({
      tenantId: textOr(columnValue('tenant_id')),
      segment: token,
      line: line.trimEnd(),
      reason: refusal.message,
      source: textOr(columnValue('source')),
      eventId: textOr(columnValue('id')),
      retention: typeof retention === 'number' ? retention : DEFAULT_POLICY.retentionMonths,
    }),
  });
}

/** The values of a line, as far as it can be read. */
function valuesOf(line: string): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(line);
    return Array.isArray(values) ? values : [];
  } catch {
    // Not JSON: nobody's, as far as can be told.
    return [];
  }
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

function linesOf(content: string): string[] {
  return content.match(/[^\n]*\n/g) ?? [];
}
