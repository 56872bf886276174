import { roleOf, USER_CLASSES, type UserRole } from '../population/user-class.ts';
import { ACTIONS, endpointOf } from '../workload/endpoints.ts';
import type { RequestTrace } from '../workload/trace.ts';

const NONE = -1;
/** Visitors share their pages, and so do the members with the same rights, as the routes name them. An assumption. */
const AUDIENCES = 4;
const VISITORS = 0;
const CUSTOMERS = 1;
const MENTORS = 2;
const ADMINS = 3;
const AUDIENCE_OF_ROLE: Readonly<Record<UserRole, number>> = {
  learner: CUSTOMERS,
  browser: CUSTOMERS,
  occasional: CUSTOMERS,
  inactive: CUSTOMERS,
  mentor: MENTORS,
  admin: ADMINS,
};
const AUDIENCE_OF_CLASS = Uint8Array.from(USER_CLASSES, (userClass) => AUDIENCE_OF_ROLE[roleOf(userClass)]);

/** Who looks at a page: a visitor, or a member of a class (an index in `USER_CLASSES`). */
export function audienceOf(isMember: boolean, userClass: number): number {
  return isMember ? (AUDIENCE_OF_CLASS[userClass] ?? VISITORS) : VISITORS;
}

/**
 * The cache of public pages. What is a hit follows from what was asked for and changed before: a member's page is kept for
 * its lifetime, and thrown away when something is changed that it shows. A visitor's page, which many look at, is answered as
 * it is and made anew in the background when it is old or changed ("stale-while-revalidate", Nottingham, RFC 5861, 2010):
 * once it is there, it is there. An assumption.
 */
export class PageCache {
  /** Pages that are kept. */
  count = 0;

  readonly #lifetime: number;
  /** By page: when it was stored, or made anew; before everything for one that is not there. */
  readonly #storedAt: Float64Array;
  /** By action: the first of its pages; {@link NONE} for what is no page. */
  readonly #firstPage: Int32Array;
  /** By action that changes something: the stretches of pages that show it. */
  readonly #shown: readonly (readonly Stretch[])[];
  /** Members' pages and when they were stored, in that order: the ones that run out first come first. */
  #stores = new Int32Array(1024);
  #storeTimes = new Float64Array(1024);
  #changes = 0;
  #oldest = 0;
  #stored = 0;

  /** @param lifetime of members' pages, seconds */
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
        const { path, page } = endpointOf(shown);
        // A mentor's page shows courses and reviews: it changes with every course and every review of that mentor.
        const shows = changes !== undefined && (path === changes || page === 'mentor');
        return from !== NONE && shows
          ? [{ from, items: pagesOf[action] ?? 0, single: page === 'search' || page === 'mentor' }]
          : [];
      });
    });
  }

  /** Whether an action asks for a page. */
  has(action: number): boolean {
    return (this.#firstPage[action] ?? NONE) !== NONE;
  }

  /** Looks a page up, and stores it when it is not there. @returns whether it was there */
  lookUp(now: number, action: number, item: number, audience: number): boolean {
    const page = (this.#firstPage[action] ?? 0) + item * AUDIENCES + audience;
    const storedAt = this.#storedAt[page] ?? 0;
    const oldest = audience === VISITORS ? Number.NEGATIVE_INFINITY : now - this.#lifetime;
    if (storedAt > oldest) {
      return true;
    }
    // One that ran out since the last look is still counted.
    this.count += storedAt === Number.NEGATIVE_INFINITY ? 1 : 0;
    this.#storedAt[page] = now;
    if (audience !== VISITORS) {
      this.#remember(page, now);
    }
    return false;
  }

  /** The store begins anew: whatever was in it is lost. */
  restart(): void {
    this.#storedAt.fill(Number.NEGATIVE_INFINITY);
    this.count = 0;
  }

  /**
   * Something was changed: the members' pages that show it are thrown away. Of search results and mentors' pages, it is in
   * those of one word and of one mentor; one after the other has its turn.
   */
  change(action: number): void {
    this.#changes += 1;
    for (const { from, items, single } of this.#shown[action] ?? []) {
      // Words and mentors are numbered from 1.
      const first = single && items > 1 ? 1 + (this.#changes % (items - 1)) : 0;
      const last = single ? first : items - 1;
      for (let item = first; item <= last; item += 1) {
        this.#purge(from + item * AUDIENCES);
      }
    }
  }

  /** Throws the members' pages away that ran out. */
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

  #purge(first: number): void {
    for (let page = first + VISITORS + 1; page < first + AUDIENCES; page += 1) {
      if (this.#storedAt[page] !== Number.NEGATIVE_INFINITY) {
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

/** Pages of an action one after the other, an item's for each audience. */
interface Stretch {
  readonly from: number;
  readonly items: number;
  /** Only those of one item show what was changed. */
  readonly single: boolean;
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
