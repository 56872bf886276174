/*
 * Lines gathered in memory as the bytes that will be written.
 *
 * What always holds: bytes come out in the order lines went in, each line once. A line is copied into a page at once:
 * kept as the string it was built as, it would hold on to dozens of its parts, which costs five times as much in
 * garbage collection as this does. Pages outlive young garbage, and new ones for every group would have the whole heap
 * marked several times a second; so each is used again once nobody needs what it holds.
 */
import { LINE_CAPACITY, type Line, type Place } from '../record/plain-line.ts';

const PAGE_BYTES = 256 * 1024;
/** Pages kept for later: 16 MiB, what a second of 50,000 lines fills. */
const KEPT_PAGES = 64;
/** UTF-8 takes at most this many bytes per UTF-16 unit. */
const MAXIMUM_BYTES_PER_UNIT = 3;
const NOTHING: Buffer = Buffer.alloc(0);

interface Page {
  readonly buffer: Buffer;
  /** Who needs it: the pages that it is filled for, and each stretch in it. */
  holders: number;
}

/** Part of a page. */
interface Stretch {
  readonly page: Page;
  readonly bytes: Buffer;
}

/** Lines taken out together. Given back to the pool when they are needed no more. */
export interface Group {
  readonly stretches: readonly Stretch[];
  readonly rows: number;
  readonly bytes: number;
}

/** Pages that nobody needs at present. */
export class PagePool {
  readonly #free: Page[] = [];

  /** @param atLeast bytes */
  take(atLeast: number): Page {
    const kept = atLeast <= PAGE_BYTES ? this.#free.pop() : undefined;
    const page = kept ?? { buffer: Buffer.allocUnsafeSlow(Math.max(PAGE_BYTES, atLeast)), holders: 0 };
    page.holders = 1;
    return page;
  }

  /** One holder less. */
  drop(page: Page): void {
    page.holders -= 1;
    if (page.holders === 0 && page.buffer.length === PAGE_BYTES && this.#free.length < KEPT_PAGES) {
      this.#free.push(page);
    }
  }

  /** A group is needed no more. */
  giveBack({ stretches }: Group): void {
    for (const { page } of stretches) {
      this.drop(page);
    }
  }
}

export class Pages {
  readonly #pool: PagePool;
  #stretches: Stretch[] = [];
  #page: Page | undefined;
  /** Where in the page the current stretch begins, and where it ends by now. */
  #from = 0;
  #used = 0;
  #rows = 0;
  #bytes = 0;
  /** One for all lines: it is asked for each. */
  readonly #place: { buffer: Buffer; at: number } = { buffer: NOTHING, at: 0 };

  constructor(pool: PagePool) {
    this.#pool = pool;
  }

  get rows(): number {
    return this.#rows;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Where the next line is going to lie, if it takes no more than {@link LINE_CAPACITY} bytes. */
  place(): Place {
    this.#place.buffer = this.#withRoom(LINE_CAPACITY).buffer;
    this.#place.at = this.#used;
    return this.#place;
  }

  /** @returns the line's size in bytes */
  append(line: Line): number {
    let bytes = line.length;
    if (typeof line === 'string') {
      const { buffer } = this.#withRoom(bytes * MAXIMUM_BYTES_PER_UNIT);
      bytes = buffer.write(line, this.#used, 'utf8');
    } else {
      const { buffer } = this.#withRoom(bytes);
      line.putInto(buffer, this.#used);
    }
    this.#used += bytes;
    this.#bytes += bytes;
    this.#rows += 1;
    return bytes;
  }

  /** Takes out everything gathered so far; the page goes on being filled behind it. */
  take(): Group {
    this.#endStretch();
    const group = { stretches: this.#stretches, rows: this.#rows, bytes: this.#bytes };
    this.#stretches = [];
    this.#rows = 0;
    this.#bytes = 0;
    return group;
  }

  /** Puts a group back before everything else: it could not be written. */
  putBack(group: Group): void {
    this.#stretches = [...group.stretches, ...this.#stretches];
    this.#rows += group.rows;
    this.#bytes += group.bytes;
  }

  /** No more lines come. */
  close(): void {
    this.#endStretch();
    if (this.#page !== undefined) {
      this.#pool.drop(this.#page);
      this.#page = undefined;
    }
  }

  #endStretch(): void {
    const page = this.#page;
    if (page !== undefined && this.#used > this.#from) {
      page.holders += 1;
      this.#stretches.push({ page, bytes: page.buffer.subarray(this.#from, this.#used) });
      this.#from = this.#used;
    }
  }

  #withRoom(bytes: number): Page {
    const page = this.#page;
    return page !== undefined && this.#used + bytes <= page.buffer.length ? page : this.#turn(bytes);
  }

  #turn(atLeast: number): Page {
    this.close();
    const page = this.#pool.take(atLeast);
    this.#page = page;
    this.#from = 0;
    this.#used = 0;
    return page;
  }
}
