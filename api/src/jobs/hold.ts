import { performance } from 'node:perf_hooks';

interface Hold {
  readonly jobId: string;
  /** Undefined while it runs. */
  endedAt: number | undefined;
}

/** The jobs that this process has in hand: those that run, and those whose end is perhaps being noted yet. */
export class Holds {
  readonly #noteMs: number;
  readonly #now: () => number;
  readonly #holds = new Set<Hold>();

  /**
   * @param noteMs an end is noted within this time, or never
   * @param now a clock in milliseconds that never goes back
   */
  constructor(noteMs: number, now = () => performance.now()) {
    this.#noteMs = noteMs;
    this.#now = now;
  }

  /** Holds a job while some work on it is done, and until the end of it must have been noted. */
  async during(jobId: string, work: () => Promise<void>): Promise<void> {
    // A job that was given to others and came back may be held twice: each hold is its own.
    const hold: Hold = { jobId, endedAt: undefined };
    this.#holds.add(hold);
    try {
      await work();
    } finally {
      hold.endedAt = this.#now();
    }
  }

  jobIds(): string[] {
    const now = this.#now();
    for (const hold of this.#holds) {
      if (hold.endedAt !== undefined && now - hold.endedAt > this.#noteMs) {
        this.#holds.delete(hold);
      }
    }
    return [...this.#holds].map(({ jobId }) => jobId);
  }
}
