/*
 * The comparisons, made again and again.
 *
 * What always holds: a difference counts only once it was the same in two looks. While something is being stored, by
 * this process or another on the same server, its rows are in one table a moment before they are in the next; such a
 * difference is gone, or another, at the next look. What is not looked at any more keeps its last verdict.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import type { Store } from '../store/store.ts';
import type { TimeRange } from '../usage/range.ts';
import { type Difference, dayDifferences, hourDifferences, ledgerDifferences } from './differences.ts';
import { type HourRange, hourRange, rangesOf, SECONDS_PER_HOUR } from './hours.ts';
import type { Ledger } from './ledger.ts';

export interface ReconcilerOptions {
  readonly store: Pick<Store, 'select'>;
  readonly ledger: Pick<Ledger, 'takeTouched' | 'flush'>;
  readonly logger: Logger;
}

export interface LedgerStatus {
  /** Rows by which accepted differs from what became of them. 0 unless something is wrong. */
  readonly differenceRows: number;
  /** Rows by which the rollups differ from raw rows. 0 unless something is wrong. */
  readonly rollupDifferenceRows: number;
  /** The latest thousand of them. */
  readonly differences: readonly Difference[];
  /** When it was last looked; undefined before the first look. */
  readonly lookedAt: Date | undefined;
}

export interface Reconciliation {
  /** Whole hours that were compared. */
  readonly from: Date;
  readonly to: Date;
  readonly differences: readonly Difference[];
}

const LOOK_EACH_MS = 60_000;
/** Looking takes at most this share of the time. */
const LOOKING_SHARE = 0.02;
/** Each so many looks (an hour), the hours of the last three days. */
const LOOKS_PER_SURVEY = 60;
/** Each so many looks (a day), local days as well: those take the longest, being read whole. */
const LOOKS_PER_DAY_SURVEY = 1_440;
/** The embedded engine answers one question at a time; others get this many times as long as each of ours took. */
const PAUSE_SHARE = 4;
const SURVEYED_HOURS = 72;
/** Every tenant's rows are kept for this long: a month at least. What is older may be gone by right. */
const KEPT_SECONDS = 27 * 86_400;
/** One statement compares so many hours at most. */
const MOST_HOURS = 24;
/** Between two looks of a comparison that is asked for: longer than a segment takes to be stored everywhere. */
const SECOND_LOOK_MS = 1_000;
const MS_PER_SECOND = 1_000;
const DAY_LENGTH = 'YYYY-MM-DD'.length;
const MOST_TOLD = 1_000;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  readonly #stopping = new AbortController();
  /** Of the last look, by what they are a difference of. */
  #seen = new Map<string, Difference>();
  #standing = new Map<string, Difference>();
  #unlooked = new Set<number>();
  #looks = 0;
  #lookedAt: Date | undefined;
  #running: Promise<void> | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** Looks each minute at the hours in which something was stored since, and each hour at the last three days. */
  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
  }

  status(): LedgerStatus {
    const differences = [...this.#standing.values()];
    const rows = (of: (difference: Difference) => boolean) =>
      differences.filter(of).reduce((sum, difference) => sum + Math.abs(difference.rows), 0);
    return {
      differenceRows: rows((difference) => difference.of === 'ledger'),
      rollupDifferenceRows: rows((difference) => difference.of !== 'ledger'),
      differences: differences.slice(-MOST_TOLD),
      lookedAt: this.#lookedAt,
    };
  }

  /**
   * Compares a span now, all tenants: whole hours, and every local day that lies in them in part.
   *
   * @returns what did not agree, alike in two looks a second apart
   * @throws {StoreError}
   */
  async reconcile(range: TimeRange): Promise<Reconciliation> {
    const hours = hourRange(range);
    await this.#look([hours], [hours]);
    if (this.#seen.size > 0) {
      await delay(SECOND_LOOK_MS);
      await this.#look([hours], [hours]);
    }
    return {
      from: new Date(hours.from * MS_PER_SECOND),
      to: new Date(hours.to * MS_PER_SECOND),
      differences: [...this.#standing.values()].filter((difference) => within(difference, hours)),
    };
  }

  /**
   * One look at what was touched since the last.
   *
   * @param pauseShare how long others get the store after each question, in multiples of what the question took
   * @throws {StoreError}; ClickHouse's own error
   */
  async look(pauseShare = 0): Promise<void> {
    await this.#options.ledger.flush();
    for (const hour of this.#options.ledger.takeTouched()) {
      this.#unlooked.add(hour);
    }
    const survey = this.#looks % LOOKS_PER_SURVEY === 0;
    const surveyDays = this.#looks % LOOKS_PER_DAY_SURVEY === 0;
    this.#looks += 1;
    const open = [...this.#seen.values()].flatMap(hoursOf);
    const oldest = Date.now() / MS_PER_SECOND - KEPT_SECONDS;
    const hours = [...this.#unlooked, ...open, ...(survey ? recentHours() : [])].filter(
      (hour) => hour > oldest,
    );
    const openDays = [...this.#seen.values()].filter((difference) => difference.of === 'usage_user_day');
    const days = surveyDays ? recentHours() : openDays.flatMap(hoursOf);
    await this.#look(rangesOf(new Set(hours), 1), rangesOf(new Set(days), MOST_HOURS), pauseShare);
    this.#unlooked = new Set();
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    for (let wait = LOOK_EACH_MS; ; ) {
      try {
        await delay(wait, undefined, { signal, ref: false });
      } catch {
        // The only thing that ends it early is the signal.
        return;
      }
      const began = performance.now();
      try {
        await this.look(PAUSE_SHARE);
      } catch (error) {
        if (signal.aborted) {
          return;
        }
        this.#options.logger.warn({ err: error }, 'the ledger cannot be compared with the store now');
      }
      wait = Math.max(LOOK_EACH_MS, (performance.now() - began) / LOOKING_SHARE);
    }
  }

  async #look(hours: readonly HourRange[], days: readonly HourRange[], pauseShare = 0): Promise<void> {
    const { store } = this.#options;
    const comparisons = [
      ...hours
        .flatMap(inDays)
        .flatMap((range) => [() => ledgerDifferences(store, range), () => hourDifferences(store, range)]),
      ...days
        .flatMap(inDays)
        .map(
          (range) => () => dayDifferences(store, { start: utcDay(range.from), end: utcDay(range.to - 1) }),
        ),
    ];
    const found: Difference[] = [];
    for (const compare of comparisons) {
      const began = performance.now();
      found.push(...(await compare()));
      if (pauseShare > 0) {
        // Rejects when it is stopped, and with it the look, of which nothing is concluded then.
        await delay((performance.now() - began) * pauseShare, undefined, {
          signal: this.#stopping.signal,
          ref: false,
        });
      }
    }
    this.#conclude(found, (difference) =>
      (difference.of === 'usage_user_day' ? days : hours).some((range) => within(difference, range)),
    );
    this.#lookedAt = new Date();
  }

  #conclude(found: readonly Difference[], looked: (difference: Difference) => boolean): void {
    const before = this.#seen;
    this.#seen = new Map(found.map((difference) => [keyOf(difference), difference]));
    const standing = new Map([...this.#standing].filter(([, difference]) => !looked(difference)));
    for (const [key, difference] of this.#seen) {
      if (before.get(key)?.rows === difference.rows) {
        if (!this.#standing.has(key)) {
          this.#options.logger.error({ difference }, explanationOf(difference));
        }
        standing.set(key, difference);
      }
    }
    this.#standing = standing;
  }
}

function explanationOf({ of }: Difference): string {
  return of === 'ledger'
    ? 'what was taken in and what is stored do not add up'
    : 'a rollup does not add up to the raw rows; repair-rollups rebuilds it';
}

function keyOf({ of, tenantId, lane = '', at }: Difference): string {
  return JSON.stringify([of, tenantId, lane, at]);
}

/** The hours of a difference; of a day, those of the day in UTC. */
function hoursOf({ of, at }: Difference): number[] {
  const first = Date.parse(at) / MS_PER_SECOND;
  const count = of === 'usage_user_day' ? MOST_HOURS : 1;
  return Array.from({ length: count }, (_, index) => first + index * SECONDS_PER_HOUR);
}

function within(difference: Difference, range: HourRange): boolean {
  return difference.of === 'usage_user_day'
    ? difference.at >= utcDay(range.from) && difference.at <= utcDay(range.to - 1)
    : hoursOf(difference).every((hour) => hour >= range.from && hour < range.to);
}

function recentHours(): number[] {
  const now = Math.floor(Date.now() / MS_PER_SECOND / SECONDS_PER_HOUR) * SECONDS_PER_HOUR;
  return Array.from({ length: SURVEYED_HOURS }, (_, index) => now - index * SECONDS_PER_HOUR);
}

function inDays({ from, to }: HourRange): HourRange[] {
  const parts: HourRange[] = [];
  for (let start = from; start < to; start += MOST_HOURS * SECONDS_PER_HOUR) {
    parts.push({ from: start, to: Math.min(to, start + MOST_HOURS * SECONDS_PER_HOUR) });
  }
  return parts;
}

function utcDay(seconds: number): string {
  return new Date(seconds * MS_PER_SECOND).toISOString().slice(0, DAY_LENGTH);
}
