/*
 * Hands messages to many receivers without holding up the process.
 *
 * What always holds: every receiver that was there when a message was handed in gets it, once, in the order in which
 * messages were handed in, unless it left before its turn. A write to a socket takes about 8 µs, and all of them in a row
 * would keep requests waiting for as long; they are made in slices, and the event loop goes on between two.
 */

/**
 * Receivers served in one turn of the event loop: about 8 ms of it. On a busy machine a turn takes tens of milliseconds,
 * so small slices delay the last receiver: with slices of 128, 2,000 receivers had the tick 0.5 s late, with 512 0.14 s.
 */
const SLICE = 1_024;

interface Job<M, R> {
  readonly message: M;
  readonly receivers: readonly R[];
  /** Whom to ask whether a receiver is still there. */
  readonly present: ReadonlySet<R>;
  next: number;
}

/** A queue of messages, each for many receivers. */
export class FanOut<M, R> {
  readonly #deliver: (receiver: R, message: M) => void;
  readonly #jobs: Job<M, R>[] = [];
  #scheduled: NodeJS.Immediate | undefined;

  /** @param deliver gives one receiver one message; must not throw */
  constructor(deliver: (receiver: R, message: M) => void) {
    this.#deliver = deliver;
  }

  /** Hands in a message for all receivers that are in the set now. */
  push(message: M, receivers: ReadonlySet<R>): void {
    if (receivers.size > 0) {
      this.#jobs.push({ message, receivers: [...receivers], present: receivers, next: 0 });
      this.#schedule();
    }
  }

  /** Drops what was not handed out yet. */
  stop(): void {
    clearImmediate(this.#scheduled);
    this.#scheduled = undefined;
    this.#jobs.length = 0;
  }

  #schedule(): void {
    this.#scheduled ??= setImmediate(() => {
      this.#scheduled = undefined;
      this.#turn();
      if (this.#jobs.length > 0) {
        this.#schedule();
      }
    });
  }

  #turn(): void {
    for (let left = SLICE; left > 0; ) {
      const job = this.#jobs[0];
      if (job === undefined) {
        return;
      }
      const end = Math.min(job.receivers.length, job.next + left);
      left -= end - job.next;
      for (const receiver of job.receivers.slice(job.next, end)) {
        if (job.present.has(receiver)) {
          this.#deliver(receiver, job.message);
        }
      }
      job.next = end;
      if (end === job.receivers.length) {
        this.#jobs.shift();
      }
    }
  }
}
