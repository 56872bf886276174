/*
 * What a spool needs to know of lines that another process wrote: whose they are, of when, and under which key they came.
 *
 * What always holds: lines are read as bytes, a chunk at a time, and only their beginnings and ends are looked at.
 */
import { open } from 'node:fs/promises';
import { KEY_DIGITS } from '../duplicates/event-key.ts';
import type { LineFormat } from '../record/lanes.ts';

const NEWLINE = 0x0a;
const QUOTE = 0x22;
const COMMA = 0x2c;
const BACKSLASH = 0x5c;
const OPENING_BRACKET = 0x5b;
const CHUNK_BYTES = 1024 * 1024;
/** `"]` and the newline. */
const TAIL_BYTES = 3;

/** One line of a file. */
export interface Line {
  readonly tenantId: string;
  /** Epoch microseconds; undefined when the format has no time, or none can be read. */
  readonly ts: number | undefined;
  /** Hex digits; empty when the line carries none. */
  readonly key: string;
  /** With the newline. */
  readonly bytes: number;
}

/** Reads whose a line is and of when. Never throws: what cannot be read is empty. */
export function readLine(line: Buffer, { columns }: LineFormat): Line {
  const ts = columns[0] === 'ts' ? leadingNumber(line) : undefined;
  const tenantId = columns.includes('tenant_id') ? textAt(line, columns.indexOf('tenant_id')) : '';
  const key = columns.at(-1) === 'event_key' ? trailingKey(line) : '';
  return { tenantId, ts, key, bytes: line.length };
}

/**
 * Reads the complete lines of a file, in order.
 *
 * @returns where the last of them ends
 * @throws the file system's error
 */
export async function readLines(
  path: string,
  format: LineFormat,
  visit: (line: Line) => void,
): Promise<number> {
  const file = await open(path, 'r');
  try {
    let rest: Buffer = Buffer.alloc(0);
    let end = 0;
    for (;;) {
      const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
      const { bytesRead } = await file.read(chunk, 0, CHUNK_BYTES, end + rest.length);
      if (bytesRead === 0) {
        return end;
      }
      const content = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      let from = 0;
      for (let at = content.indexOf(NEWLINE); at !== -1; at = content.indexOf(NEWLINE, from)) {
        visit(readLine(content.subarray(from, at + 1), format));
        from = at + 1;
      }
      rest = content.subarray(from);
      end += from;
    }
  } finally {
    await file.close();
  }
}

function leadingNumber(line: Buffer): number | undefined {
  const comma = line.indexOf(COMMA);
  const value =
    line[0] === OPENING_BRACKET && comma > 1 ? Number(line.toString('latin1', 1, comma)) : Number.NaN;
  return Number.isSafeInteger(value) ? value : undefined;
}

/** The text at a place of the array; only numbers and texts stand before it. */
function textAt(line: Buffer, place: number): string {
  let at = 1;
  for (let passed = 0; passed < place; passed += 1) {
    const end = line[at] === QUOTE ? endOfText(line, at) : at;
    const comma = end === -1 ? -1 : line.indexOf(COMMA, end);
    if (comma === -1) {
      return '';
    }
    at = comma + 1;
  }
  const end = line[at] === QUOTE ? endOfText(line, at) : -1;
  if (end === -1) {
    return '';
  }
  const literal = line.toString('utf8', at, end);
  return literal.includes('\\') ? unescaped(literal) : literal.slice(1, -1);
}

/** Behind the quote that ends the text that begins here; -1 when none does. */
function endOfText(line: Buffer, from: number): number {
  for (let at = from + 1; at < line.length; at += 1) {
    if (line[at] === BACKSLASH) {
      at += 1;
    } else if (line[at] === QUOTE) {
      return at + 1;
    }
  }
  return -1;
}

function unescaped(literal: string): string {
  try {
    const value: unknown = JSON.parse(literal);
    return typeof value === 'string' ? value : '';
  } catch {
    // Not JSON: nobody's, as far as can be told.
    return '';
  }
}

function trailingKey(line: Buffer): string {
  const from = line.length - TAIL_BYTES - KEY_DIGITS;
  if (from < 1 || line[from - 1] !== QUOTE) {
    return '';
  }
  const key = line.toString('latin1', from, from + KEY_DIGITS);
  return /^[0-9a-f]+$/.test(key) ? key : '';
}
