/*
 * Lines of a body, without copying it more than once.
 *
 * What always holds: a line that is not UTF-8 does not spoil its neighbours; blank lines are no lines.
 */
import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = Buffer.from('\uFEFF');
/** White space as JSON knows it. */
const BLANK = /^[ \t\r]*$/;

/** The lines of a body, without their ends; undefined stands for one that is not UTF-8. */
export function linesOf(body: Buffer): Generator<string | undefined> {
  const marked = body.subarray(0, BYTE_ORDER_MARK.length).equals(BYTE_ORDER_MARK);
  const bytes = marked ? body.subarray(BYTE_ORDER_MARK.length) : body;
  if (!isUtf8(bytes)) {
    return brokenLinesOf(bytes);
  }
  return textLinesOf(isAscii(bytes) ? bytes.toString('latin1') : bytes.toString());
}

function* textLinesOf(text: string): Generator<string> {
  let start = 0;
  while (start < text.length) {
    const found = text.indexOf('\n', start);
    const end = found === -1 ? text.length : found;
    const line = text.slice(start, end);
    if (!isBlank(line)) {
      yield line;
    }
    start = end + 1;
  }
}

function* brokenLinesOf(bytes: Buffer): Generator<string | undefined> {
  let start = 0;
  while (start < bytes.length) {
    const found = bytes.indexOf(NEWLINE, start);
    const end = found === -1 ? bytes.length : found;
    const line = bytes.subarray(start, end);
    if (!isUtf8(line)) {
      yield undefined;
    } else if (!isBlank(line.toString())) {
      yield line.toString();
    }
    start = end + 1;
  }
}

/** What begins with something else than white space is not blank: true of every line of a well-made body. */
function isBlank(line: string): boolean {
  return line.charCodeAt(0) > 0x20 ? false : BLANK.test(line);
}
