/*
 * Lines of a body, without copying it more than once.
 *
 * What always holds: a line that is not UTF-8 does not spoil its neighbours; blank lines are no lines.
 */
import { isAscii, isUtf8 } from 'node:buffer';

const NEWLINE = 0x0a;
const BYTE_ORDER_MARK = '\uFEFF';

/** The lines of a body, without their ends; undefined stands for one that is not UTF-8. */
export function* linesOf(body: Buffer): Generator<string | undefined> {
  if (!isUtf8(body)) {
    yield* brokenLinesOf(body);
    return;
  }
  const text = isAscii(body) ? body.toString('latin1') : body.toString();
  let start = text.startsWith(BYTE_ORDER_MARK) ? 1 : 0;
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

function* brokenLinesOf(body: Buffer): Generator<string | undefined> {
  let start = 0;
  while (start < body.length) {
    const found = body.indexOf(NEWLINE, start);
    const end = found === -1 ? body.length : found;
    const line = body.subarray(start, end);
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
  return line.charCodeAt(0) > 0x20 ? false : line.trim() === '';
}
