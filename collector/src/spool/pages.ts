/*
 * Lines gathered in memory as the bytes that will be written.
 *
 * What always holds: bytes come out in the order lines went in, each line once. A line is copied into a page at once:
 * kept as the string it was built as, it would hold on to dozens of its parts, which costs five times as much in
 * garbage collection as this does.
 */
import type { Line } from '../record/plain-line.ts';

const PAGE_BYTES = 256 * 1024;
/** Few segments of a quiet lane ever need a second page. */
const FIRST_PAGE_BYTES = 16 * 1024;
/** UTF-8 takes at most this many bytes per UTF-16 unit. */
const MAXIMUM_BYTES_PER_UNIT = 3;

/** A stretch of lines. */
export interface Group {
  readonly buffers: readonly Buffer[];
  readonly rows: number;
  readonly bytes: number;
}

export class Pages {
  #full: Buffer[] = [];
  #page: Buffer | undefined;
  #used = 0;
  #rows = 0;
  #bytes = 0;

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the line's size in bytes */
  append(line: Line): number {
    const most = line.length * MAXIMUM_BYTES_PER_UNIT;
    if (this.#page === undefined || this.#used + most > this.#page.length) {
      const size = this.#page === undefined ? FIRST_PAGE_BYTES : PAGE_BYTES;
      this.#turn();
      this.#page = Buffer.allocUnsafe(Math.max(size, most));
    }
    const bytes =
      typeof line === 'string'
        ? this.#page.write(line, this.#used, 'utf8')
        : line.copyTo(this.#page, this.#used);
    this.#used += bytes;
    this.#bytes += bytes;
    this.#rows += 1;
    return bytes;
  }

  /** Takes out everything gathered so far. */
  take(): Group {
    const rest = this.#page;
    // The page goes on being filled behind what is taken.
    const buffers =
      rest === undefined || this.#used === 0 ? this.#full : [...this.#full, rest.subarray(0, this.#used)];
    const group = { buffers, rows: this.#rows, bytes: this.#bytes };
    this.#full = [];
    this.#page = rest?.subarray(this.#used);
    this.#used = 0;
    this.#rows = 0;
    this.#bytes = 0;
    return group;
  }

  /** Puts a group back before everything else: it could not be written. */
  putBack(group: Group): void {
    this.#full = [...group.buffers, ...this.#full];
    this.#rows += group.rows;
    this.#bytes += group.bytes;
  }

  #turn(): void {
    if (this.#page !== undefined && this.#used > 0) {
      this.#full.push(this.#page.subarray(0, this.#used));
    }
    this.#used = 0;
  }
}
