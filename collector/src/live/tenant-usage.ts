/*
 * One tenant's running usage: totals of its current local month, people seen lately, and the last interval.
 *
 * What always holds: totals = what the store held at a boundary between two segments + every record after it, each
 * counted once. Counting begins in the same synchronous step as the boundary is made, so nothing falls between.
 */
import type { RequestRecord } from '../record/request-record.ts';
import { AddedSince } from './added-requests.ts';
import type { AddedRequests } from './live-costs.ts';

const MONTH_LENGTH = 'YYYY-MM'.length;
/** People count as concurrent for this long after their latest request began. */
export const CONCURRENT_WINDOW_MS = 5 * 60 * 1000;
const MICROSECONDS_PER_MS = 1_000;
const FIRST_ERROR_STATUS = 500;

/** What the store held. */
export interface UsageBase {
  /** Local month, `YYYY-MM`. */
  readonly month: string;
  readonly calls: number;
  readonly bytes: number;
  readonly users: Iterable<string>;
  readonly seen: Iterable<{ readonly userId: string; readonly lastSeen: number }>;
}

export interface IntervalUsage {
  readonly calls: number;
  readonly errors: number;
  readonly bytes: number;
  readonly activeUsers: number;
}

/** Totals of one month, counted since a boundary. */
class MonthCount {
  readonly month: string;
  calls = 0;
  bytes = 0;
  readonly users = new Set<string>();
  /** Without what the store held. */
  readonly added = new AddedSince();

  constructor(month: string) {
    this.month = month;
  }
}

/** Adds up a tenant's records as they come. */
export class TenantUsage {
  readonly #localMonth: () => string;
  readonly #lastSeen = new Map<string, number>();
  /** Counted since the boundary that the base is read at; undefined base: no totals yet. */
  #count: MonthCount;
  #based = false;
  /** A count that begins at a newer boundary, until its base is known. */
  #next: MonthCount | undefined;
  #intervalUsers = new Set<string>();
  #intervalCalls = 0;
  #intervalErrors = 0;
  #intervalBytes = 0;

  /** @param localMonth the tenant's month right now */
  constructor(localMonth: () => string) {
    this.#localMonth = localMonth;
    this.#count = new MonthCount(localMonth());
  }

  /** Whether the totals are known. */
  get based(): boolean {
    return this.#based;
  }

  get month(): string {
    return this.#count.month;
  }

  get calls(): number {
    return this.#count.calls;
  }

  /** Data transfer: bytes in and out. */
  get bytes(): number {
    return this.#count.bytes;
  }

  get activeUsers(): number {
    return this.#count.users.size;
  }

  /** What came since the boundary that the totals rest on, by local day of the month. */
  added(): AddedRequests[] {
    return this.#count.added.daysOf(this.#count.month);
  }

  /** Begins to count anew from the boundary that is being made in this same step. */
  beginAtBoundary(): void {
    this.#next = new MonthCount(this.#localMonth());
  }

  /** Puts what the store held at the latest boundary under what was counted since. */
  setBase(base: UsageBase): void {
    const counted = this.#next;
    if (counted === undefined) {
      return;
    }
    // When the month ended meanwhile, the base is of a month that is over, and the new one began at zero.
    if (counted.month === base.month) {
      counted.calls += base.calls;
      counted.bytes += base.bytes;
      for (const user of base.users) {
        counted.users.add(user);
      }
    }
    for (const { userId, lastSeen } of base.seen) {
      this.#see(userId, lastSeen / MICROSECONDS_PER_MS);
      counted.added.seen(userId, lastSeen);
    }
    this.#count = counted;
    this.#next = undefined;
    this.#based = true;
  }

  /** @param userId as it is stored */
  add(record: RequestRecord, userId = record.userId): void {
    const bytes = record.bytesIn + record.bytesOut;
    this.#intervalCalls += 1;
    this.#intervalBytes += bytes;
    if (record.status >= FIRST_ERROR_STATUS) {
      this.#intervalErrors += 1;
    }
    if (userId !== '') {
      this.#intervalUsers.add(userId);
      this.#see(userId, record.ts / MICROSECONDS_PER_MS);
    }
    if (!record.day.startsWith(this.#count.month)) {
      this.#rollOver(record.day.slice(0, MONTH_LENGTH));
    }
    addTo(this.#count, record, bytes, userId);
    if (this.#next !== undefined) {
      addTo(this.#next, record, bytes, userId);
    }
  }

  /** Begins the new month at zero when the old one is over. */
  turnMonth(): void {
    this.#rollOver(this.#localMonth());
  }

  /** Distinct people of the last five minutes. */
  concurrentUsers(now: number): number {
    for (const [user, seen] of this.#lastSeen) {
      if (seen <= now - CONCURRENT_WINDOW_MS) {
        this.#lastSeen.delete(user);
      }
    }
    return this.#lastSeen.size;
  }

  /** What came since this was last asked. */
  takeInterval(): IntervalUsage {
    const interval = {
      calls: this.#intervalCalls,
      errors: this.#intervalErrors,
      bytes: this.#intervalBytes,
      activeUsers: this.#intervalUsers.size,
    };
    this.#intervalCalls = 0;
    this.#intervalErrors = 0;
    this.#intervalBytes = 0;
    this.#intervalUsers = new Set();
    return interval;
  }

  /** A record may bring the new month before the tick does; one of a month to come, by the clock, may not. */
  #rollOver(month: string): void {
    if (month > this.#count.month && month <= this.#localMonth()) {
      this.#count = new MonthCount(month);
      if (this.#next !== undefined) {
        this.#next = new MonthCount(month);
      }
    }
  }

  #see(userId: string, at: number): void {
    const before = this.#lastSeen.get(userId);
    if (before === undefined || before < at) {
      this.#lastSeen.set(userId, at);
    }
  }
}

function addTo(count: MonthCount, record: RequestRecord, bytes: number, userId: string): void {
  if (record.day.startsWith(count.month)) {
    count.calls += 1;
    count.bytes += bytes;
    count.added.add(record, userId);
    if (userId !== '') {
      count.users.add(userId);
    }
  }
}
