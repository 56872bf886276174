import type { RequestRecord } from '../record/request-record.ts';
import type { AddedRequests } from './live-costs.ts';

/** A window in which people count as there at the same time. */
const WINDOW_MICROSECONDS = 300 * 1_000_000;

class DaySum {
  calls = 0;
  bytes = 0;
  renders = 0;
  cpu = 0;
  memory = 0;
  cacheLookups = 0;
  cacheHits = 0;
  readonly windows = new Set<number>();
}

/**
 * Adds up what is billed of requests, by local day, since a boundary.
 *
 * Of a window that the boundary cuts, those who were there before are known by their latest request. Who was there in a
 * window and again in the next one, both before the boundary, is missing in the first, which the store has seen to its
 * end but for records that end late.
 */
export class AddedSince {
  readonly #days = new Map<string, DaySum>();
  readonly #people = new Map<number, Set<string>>();

  /** Somebody had a request before the boundary. @param at epoch microseconds */
  seen(userId: string, at: number): void {
    this.#peopleOf(windowOf(at)).add(userId);
  }

  /** @param userId as it is stored */
  add(record: RequestRecord, userId: string): void {
    let day = this.#days.get(record.day);
    if (day === undefined) {
      day = new DaySum();
      this.#days.set(record.day, day);
    }
    day.calls += 1;
    day.bytes += record.bytesIn + record.bytesOut;
    day.renders += record.kind === 'render' ? 1 : 0;
    day.cpu += record.cpu;
    day.memory += record.memory;
    day.cacheLookups += record.cache === 'none' ? 0 : 1;
    day.cacheHits += record.cache === 'hit' ? 1 : 0;
    if (userId !== '') {
      const window = windowOf(record.ts);
      this.#peopleOf(window).add(userId);
      day.windows.add(window);
    }
  }

  /** Days of a month, `YYYY-MM`. */
  daysOf(month: string): AddedRequests[] {
    return [...this.#days]
      .filter(([day]) => day.startsWith(month))
      .map(([day, { windows, ...sum }]) => ({
        day,
        ...sum,
        concurrentUsers: Math.max(0, ...[...windows].map((window) => this.#peopleOf(window).size)),
      }));
  }

  #peopleOf(window: number): Set<string> {
    let people = this.#people.get(window);
    if (people === undefined) {
      people = new Set();
      this.#people.set(window, people);
    }
    return people;
  }
}

function windowOf(microseconds: number): number {
  return Math.floor(microseconds / WINDOW_MICROSECONDS);
}
