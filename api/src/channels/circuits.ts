import { LRUCache } from 'lru-cache';

/** So many failures in a row are no accident. */
const FAILURES = 5;
const FIRST_PAUSE_MS = 15_000;
const LONGEST_PAUSE_MS = 10 * 60_000;
/** Who tries whether a provider is back has said so by then, or died. */
const PROBE_MS = 60_000;
/** Lanes that failed last; of an older one it is found out anew. */
const MOST_LANES = 10_000;

interface Lane {
  readonly failures: number;
  /** Milliseconds. */
  readonly closedUntil: number;
  readonly probedUntil: number;
}

const SOUND: Lane = { failures: 0, closedUntil: 0, probedUntil: 0 };

/**
 * Which providers are down, as this process has met them. A lane that failed several times in a row is closed for a while;
 * then one message tries it, and the others wait for what becomes of that one.
 */
export class Circuits {
  readonly #lanes = new LRUCache<string, Lane>({ max: MOST_LANES });
  readonly #now: () => number;

  /** @param now milliseconds */
  constructor(now: () => number = Date.now) {
    this.#now = now;
  }

  /**
   * Asks for a lane. Who gets 0 must say what became of it.
   *
   * @returns milliseconds to wait before asking again; 0: go on
   */
  waitMs(name: string): number {
    const lane = this.#lanes.get(name);
    const now = this.#now();
    if (lane === undefined) {
      return 0;
    }
    const wait = Math.max(lane.closedUntil, lane.probedUntil) - now;
    if (wait > 0) {
      return wait;
    }
    if (lane.failures >= FAILURES) {
      this.#lanes.set(name, { ...lane, probedUntil: now + PROBE_MS });
    }
    return 0;
  }

  /** The provider answered, whatever it said. */
  answered(name: string): void {
    this.#lanes.delete(name);
  }

  /** The provider did not answer, or not as one that works. */
  failed(name: string): void {
    const { failures: before, closedUntil } = this.#lanes.get(name) ?? SOUND;
    const failures = before + 1;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.max(0, failures - FAILURES), LONGEST_PAUSE_MS);
    this.#lanes.set(name, {
      failures,
      closedUntil: failures < FAILURES ? closedUntil : this.#now() + pause,
      probedUntil: 0,
    });
  }

  /** The provider asks for a pause. */
  pause(name: string, milliseconds: number): void {
    const lane = this.#lanes.get(name) ?? SOUND;
    this.#lanes.set(name, {
      ...lane,
      closedUntil: Math.max(lane.closedUntil, this.#now() + milliseconds),
      probedUntil: 0,
    });
  }
}
