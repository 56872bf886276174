import { ACTIONS, endpointOf } from '../workload/endpoints.ts';
import type { RequestTrace } from '../workload/trace.ts';

const NONE = -1;
/** Visitors share their pages; members have theirs, with prices and favourites: two audiences. An assumption. */
const AUDIENCES = 2;

/**
 * The cache of public pages. What is a hit follows from what was asked for and changed before: a page is kept for its
 * lifetime, and thrown away when something is changed that it shows.
 */
export class PageCache {
  /** Pages that are kept. */
  count = 0;

  readonly #lifetime: number;
  /** By page: when it was stored; before everything for one that is not there. */
  readonly #storedAt: Float64Array;
  /** By action: the first of its pages; {@link NONE} for what is no page. */
  readonly #firstPage: Int32Array;
  /** By action that changes something: the stretches of pages that show it. */
  readonly #shown: readonly (readonly Stretch[])[];
  /** Pages and when they were stored, in that order: the ones that run out first come first. */
  #stores = new Int32Array(1024);
  #storeTimes = new Float64Array(1024);
  #oldest = 0;
  #stored = 0;

  /** @param lifetime seconds */
  constructor(trace: RequestTrace, lifetime: number) {
    this.#lifetime = lifetime;
    const pagesOf = pagesPerAction(trace);
    this.#firstPage = new Int32Array(ACTIONS.length).fill(NONE);
    let pages = 0;
    for (const [action, count] of pagesOf.entries()) {
      if (count > 0) {
        this.#firstPage[action] = pages;
        pages += count * AUDIENCES;
      }
    }
    this.#storedAt = new Float64Array(pages).fill(Number.NEGATIVE_INFINITY);
    this.#shown = ACTIONS.map((name) => {
      const { changes } = endpointOf(name);
      return ACTIONS.flatMap((shown, action) => {
        const from = this.#firstPage[action] ?? NONE;
        return from !== NONE && endpointOf(shown).path === changes
          ? [{ from, until: from + (pagesOf[action] ?? 0) * AUDIENCES }]
          : [];
      });
    });
  }

  /** Whether an action asks for a page. */
  has(action: number): boolean {
    return (this.#firstPage[action] ?? NONE) !== NONE;
  }

  /** Looks a page up, and stores it when it is not there. @returns whether it was there */
  lookUp(now: number, action: number, item: number, member: number): boolean {
    const page = (this.#firstPage[action] ?? 0) + item * AUDIENCES + member;
    const storedAt = this.#storedAt[page] ?? 0;
    if (storedAt > now - this.#lifetime) {
      return true;
    }
    // One that ran out since the last look is still counted.
    this.count += storedAt === Number.NEGATIVE_INFINITY ? 1 : 0;
    this.#storedAt[page] = now;
    this.#remember(page, now);
    return false;
  }

  /** Something was changed: the pages that show it are thrown away. */
  change(action: number): void {
    for (const { from, until } of this.#shown[action] ?? []) {
      for (let page = from; page < until; page += 1) {
        if (this.#storedAt[page] !== Number.NEGATIVE_INFINITY) {
          this.#storedAt[page] = Number.NEGATIVE_INFINITY;
          this.count -= 1;
        }
      }
    }
  }

  /** Throws the pages away that ran out. */
  expire(now: number): void {
    for (; this.#oldest < this.#stored; this.#oldest += 1) {
      const storedAt = this.#storeTimes[this.#oldest] ?? 0;
      if (storedAt > now - this.#lifetime) {
        break;
      }
      const page = this.#stores[this.#oldest] ?? 0;
      if (this.#storedAt[page] === storedAt) {
        this.#storedAt[page] = Number.NEGATIVE_INFINITY;
        this.count -= 1;
      }
    }
  }

  #remember(page: number, now: number): void {
    if (this.#stored === this.#stores.length) {
      const stores = new Int32Array(2 * this.#stored);
      stores.set(this.#stores);
      this.#stores = stores;
      const times = new Float64Array(2 * this.#stored);
      times.set(this.#storeTimes);
      this.#storeTimes = times;
    }
    this.#stores[this.#stored] = page;
    this.#storeTimes[this.#stored] = now;
    this.#stored += 1;
  }
}

interface Stretch {
  readonly from: number;
  readonly until: number;
}

/** How many pages each action asks for in a trace: the largest item, and one without. */
function pagesPerAction({ action, item }: RequestTrace): Int32Array {
  const largest = new Int32Array(ACTIONS.length);
  for (let request = 0; request < action.length; request += 1) {
    const asked = action[request] ?? 0;
    const rank = item[request] ?? 0;
    if (rank > (largest[asked] ?? 0)) {
      largest[asked] = rank;
    }
  }
  return largest.map((most, index) => {
    const name = ACTIONS[index];
    return name !== undefined && endpointOf(name).page !== undefined ? most + 1 : 0;
  });
}
