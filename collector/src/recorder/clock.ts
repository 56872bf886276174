import type { Microseconds } from '../record/request-record.ts';

const MICROSECONDS_PER_MS = 1_000;
const CHECK_MS = 1_000;
/** A wall clock that was set, or slewed this far, is followed; less is its own millisecond resolution. */
const TOLERANCE_MS = 2;

/**
 * Epoch microseconds from the monotonic clock, anchored to the wall clock. Between two checks of the anchor, a
 * second apart, it never steps back.
 */
export class EpochClock {
  #anchor = Date.now() - performance.now();
  #checkedAt = performance.now();

  /** @param monotonic a reading of `performance.now()` */
  epoch(monotonic: number): Microseconds {
    if (monotonic - this.#checkedAt >= CHECK_MS) {
      this.#checkedAt = monotonic;
      const anchor = Date.now() - performance.now();
      if (Math.abs(anchor - this.#anchor) > TOLERANCE_MS) {
        this.#anchor = anchor;
      }
    }
    return microseconds(this.#anchor + monotonic);
  }
}

/** Milliseconds as whole microseconds; never negative. */
export function microseconds(milliseconds: number): Microseconds {
  return Math.max(0, Math.round(milliseconds * MICROSECONDS_PER_MS)) as Microseconds;
}
