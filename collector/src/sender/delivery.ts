/*
 * One segment into the store, whatever its rows are like.
 *
 * What always holds: a part's token derives from the segment's and the rows it covers, and parts are cut in the
 * same places each time; so a delivery that was cut short and is repeated stores nothing twice. A row that the
 * store refuses by itself goes to `rejected`, whole and with the reason; no other row is affected. A segment whose rows
 * are all good, which is every one but for damage, is sent as the file that it is.
 */
import { readFile } from 'node:fs/promises';
import type { Logger } from '../logger.ts';
import { DEFAULT_POLICY } from '../privacy/policy.ts';
import { LINE_FORMATS } from '../record/lanes.ts';
import { encodeRefusal } from '../record/line.ts';
import { type Counts, LineCounts } from '../spool/counts.ts';
import { readLine } from '../spool/line-reader.ts';
import type { SealedSegment } from '../spool/segment.ts';
import { isMissingFile, isRefusedRows } from '../store/store.ts';
import type { Inserter } from './inserter.ts';

/** Larger segments (imports) are sent in parts of this many rows; a multiple of no seal limit. */
const PART_ROWS = 50_000;
const NO_ARRAY = 'The line is not a JSON array.';

/** A segment to be sent. */
export type Deliverable = Pick<SealedSegment, 'token' | 'path' | 'rows' | 'bytes' | 'format' | 'since'>;

export interface DeliveryOptions {
  readonly inserter: Pick<Inserter, 'insert' | 'insertFile'>;
  readonly logger: Logger;
}

export interface DeliveryResult {
  readonly stored: number;
  readonly rejected: number;
  /** The rejected rows by tenant and hour. */
  readonly refused: Counts;
}

/**
 * Stores a segment's lines in their table.
 *
 * @returns undefined when its file is gone
 * @throws {SenderStoppedError}; what reading the file throws
 */
export async function deliver(
  segment: Deliverable,
  options: DeliveryOptions,
): Promise<DeliveryResult | undefined> {
  try {
    const delivery = new Delivery(segment, options);
    await delivery.run();
    return delivery.result;
  } catch (error) {
    if (isMissingFile(error)) {
      return undefined;
    }
    throw error;
  }
}

class Delivery {
  readonly #segment: Deliverable;
  readonly #options: DeliveryOptions;
  readonly #refused = new LineCounts();
  #rejected = 0;

  constructor(segment: Deliverable, options: DeliveryOptions) {
    this.#segment = segment;
    this.#options = options;
  }

  get result(): DeliveryResult {
    return {
      stored: this.#segment.rows - this.#rejected,
      rejected: this.#rejected,
      refused: this.#refused.counts,
    };
  }

  async run(): Promise<void> {
    const { path, rows, bytes, token, format } = this.#segment;
    if (rows > PART_ROWS) {
      const lines = await this.#lines();
      for (let from = 0; from < lines.length; from += PART_ROWS) {
        await this.#part(lines.slice(from, from + PART_ROWS), from);
      }
      return;
    }
    const refusal = await refusalOf(
      this.#options.inserter.insertFile({ ...format, token, path }, { rows, bytes }),
    );
    if (refusal !== undefined) {
      await this.#bisect(await this.#lines(), 0, refusal.message);
    }
  }

  async #lines(): Promise<string[]> {
    return (await readFile(this.#segment.path, 'utf8')).match(/[^\n]*\n/g) ?? [];
  }

  /** Stores the rows `from` to `from + lines.length`. */
  async #part(lines: readonly string[], from: number): Promise<void> {
    const [only = ''] = lines;
    if (lines.length === 1 && !only.startsWith('[')) {
      // Not asked for: behind a statement, a line that is no array may pass for another statement.
      await this.#reject(only, from, NO_ARRAY);
      return;
    }
    const { format, token } = this.#segment;
    const text = lines.join('');
    const refusal = await refusalOf(
      this.#options.inserter.insert(
        { ...format, token: `${token}/${from}-${from + lines.length}`, lines: text },
        { rows: lines.length, bytes: Buffer.byteLength(text) },
      ),
    );
    if (refusal !== undefined) {
      await this.#bisect(lines, from, refusal.message);
    }
  }

  async #bisect(lines: readonly string[], from: number, reason: string): Promise<void> {
    const [only] = lines;
    if (lines.length === 1 && only !== undefined) {
      await this.#reject(only, from, reason);
      return;
    }
    const half = lines.length >> 1;
    await this.#part(lines.slice(0, half), from);
    await this.#part(lines.slice(half), from + half);
  }

  async #reject(line: string, row: number, reason: string): Promise<void> {
    const { token, format, since } = this.#segment;
    const { inserter, logger } = this.#options;
    logger.warn({ segment: token, row, reason }, 'the store refused a record');
    const read = readLine(Buffer.from(line), format);
    const values = valuesOf(line);
    const valueAt = (column: string): unknown => values[format.columns.indexOf(column)];
    const retention = valueAt('retention');
    const refusal = encodeRefusal({
      tenantId: read.tenantId,
      segment: token,
      line: line.trimEnd(),
      reason,
      source: textOr(valueAt('source')),
      eventId: textOr(valueAt('id')),
      retention: typeof retention === 'number' ? retention : DEFAULT_POLICY.retentionMonths,
    });
    await inserter.insert(
      { ...LINE_FORMATS.rejected, token: `${token}/rejected-${row}`, lines: refusal },
      { rows: 1, bytes: Buffer.byteLength(refusal) },
    );
    this.#rejected += 1;
    this.#refused.add(read.tenantId, read.ts ?? since * 1_000, read.bytes);
  }
}

async function refusalOf(insert: Promise<void>): Promise<Error | undefined> {
  try {
    await insert;
    return undefined;
  } catch (error) {
    if (error instanceof Error && isRefusedRows(error)) {
      return error;
    }
    throw error;
  }
}

/** The values of a line, as far as it can be read. */
function valuesOf(line: string): readonly unknown[] {
  try {
    const values: unknown = JSON.parse(line);
    return Array.isArray(values) ? values : [];
  } catch {
    // Not JSON: nothing more is known of it.
    return [];
  }
}

function textOr(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
