/*
 * Sealed segments into the store, for as long as it takes.
 *
 * What always holds: a segment's file goes only after the store has acknowledged all of its rows; two segments are
 * under way at a time, begun in the order they came; a store that is down is tried again without end. The sender can
 * be held at a position (afterStored), so that a read sees all segments up to it and none beyond.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Logger } from '../logger.ts';
import { LANES, type Lane } from '../record/lanes.ts';
import { importNameOf, type SealedSegment } from '../spool/segment.ts';
import { backoffMs } from './backoff.ts';
import { type DeliveryResult, deliver } from './delivery.ts';
import { type Inserter, SenderStoppedError } from './inserter.ts';
import type { Release } from './release.ts';

const MOST_IN_FLIGHT = 2;
/** While nothing is sent, the store is asked this often whether it is still there. */
const PROBE_MS = 5_000;
const NO_RESULT: DeliveryResult = { stored: 0, rejected: 0, refused: new Map() };

export interface SenderOptions {
  readonly inserter: Inserter;
  readonly release: Release;
  readonly logger: Logger;
}

interface LaneProgress {
  readonly stored: number;
  readonly rejected: number;
  /** Rows of segments whose file somebody removed. */
  readonly lost: number;
}

export interface SenderStatus {
  readonly lanes: Readonly<Record<Lane, LaneProgress>>;
  /** When the oldest unsent row came, epoch milliseconds. */
  readonly oldest: number | undefined;
}

interface Barrier {
  readonly position: number;
  readonly run: () => Promise<void>;
  readonly abandon: (error: Error) => void;
}

interface Awaited {
  readonly token: string;
  readonly resolve: (result: DeliveryResult) => void;
  readonly abandon: (error: Error) => void;
}

/** Sends what it is given. */
export class Sender {
  readonly #options: SenderOptions;
  readonly #queue: SealedSegment[] = [];
  readonly #inFlight = new Map<SealedSegment, Promise<void>>();
  readonly #progress = new Map<Lane, { stored: number; rejected: number; lost: number }>(
    LANES.map((lane) => [lane, { stored: 0, rejected: 0, lost: 0 }]),
  );
  #barriers: Barrier[] = [];
  #awaited: Awaited[] = [];
  /** Every segment up to here is stored; lanes are sealed at different times, so later ones may be too. */
  #storedPosition = 0;
  readonly #storedBeyond = new Set<number>();
  #draining = false;
  #wake: () => void = () => undefined;
  #running: Promise<void> | undefined;

  constructor(options: SenderOptions) {
    this.#options = options;
  }

  /** Takes a segment; segments are begun in the order they come. */
  enqueue(segment: SealedSegment): void {
    this.#queue.push(segment);
    this.#wake();
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /**
   * Stops once the queue is empty, or when the time is up, whichever is first; at once while the store is down.
   * What is left stays in the spool.
   *
   * @param graceMs milliseconds
   */
  async stop(graceMs: number): Promise<void> {
    const { inserter, release } = this.#options;
    this.#draining = true;
    const timer = setTimeout(() => inserter.stop(), inserter.status().store === 'up' ? graceMs : 0);
    this.#wake();
    await this.#running;
    clearTimeout(timer);
    await Promise.all(this.#inFlight.values());
    // Whoever keeps account may wait for a store that hangs; what it has not done the next process does.
    await Promise.race([release.stop(), delay(graceMs, undefined, { ref: false })]);
    inserter.stop();
    for (const { abandon } of [...this.#barriers.splice(0), ...this.#awaited.splice(0)]) {
      abandon(new SenderStoppedError());
    }
  }

  /**
   * Runs something when every segment up to a position is stored, and holds later ones back meanwhile.
   *
   * @param position of a segment that is not an import
   * @returns what `run` gives; rejects as `run` does, or with {@link SenderStoppedError}
   */
  afterStored<T>(position: number, run: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      if (this.#options.inserter.stopped.aborted) {
        reject(new SenderStoppedError());
        return;
      }
      this.#barriers.push({ position, run: () => run().then(resolve, reject), abandon: reject });
      this.#wake();
    });
  }

  /** Resolves when every segment up to a position is stored; rejects with {@link SenderStoppedError}. */
  whenStored(position: number): Promise<void> {
    return this.afterStored(position, async () => undefined);
  }

  /**
   * Resolves when a segment that waits or is under way is stored; undefined when there is none of that token.
   */
  whenSent(token: string): Promise<DeliveryResult> | undefined {
    if (!this.unsent.some((segment) => segment.token === token)) {
      return undefined;
    }
    return new Promise((resolve, abandon) => {
      this.#awaited.push({ token, resolve, abandon });
    });
  }

  /** Segments that the store does not have yet, as far as is known. */
  get unsent(): readonly SealedSegment[] {
    return [...this.#inFlight.keys(), ...this.#queue];
  }

  status(): SenderStatus {
    const progress = (lane: Lane): LaneProgress => ({
      stored: 0,
      rejected: 0,
      lost: 0,
      ...this.#progress.get(lane),
    });
    return {
      lanes: {
        requests: progress('requests'),
        events: progress('events'),
        rejected: progress('rejected'),
        samples: progress('samples'),
      },
      oldest: this.unsent.reduce<number | undefined>(
        (oldest, { since }) => Math.min(oldest ?? since, since),
        undefined,
      ),
    };
  }

  async #run(): Promise<void> {
    const { stopped } = this.#options.inserter;
    while (!stopped.aborted) {
      await this.#runBarriers();
      if (!this.#begin()) {
        if (this.#draining && this.unsent.length === 0) {
          return;
        }
        await this.#idle();
      }
    }
  }

  async #runBarriers(): Promise<void> {
    for (;;) {
      const next = this.#barriers.findIndex(({ position }) => position <= this.#storedPosition);
      if (next === -1 || this.#inFlight.size > 0) {
        return;
      }
      const [barrier] = this.#barriers.splice(next, 1);
      await barrier?.run();
    }
  }

  /** Begins with a segment, if one may begin. */
  #begin(): boolean {
    if (this.#inFlight.size >= MOST_IN_FLIGHT) {
      return false;
    }
    const held = this.#barriers.reduce(
      (lowest, { position }) => Math.min(lowest, position),
      Number.POSITIVE_INFINITY,
    );
    const next = this.#queue.findIndex(({ position = Number.MAX_VALUE }) => position <= held);
    const [segment] = next === -1 ? [] : this.#queue.splice(next, 1);
    if (segment === undefined) {
      return false;
    }
    const sending = this.#send(segment).then((sent) => {
      this.#inFlight.delete(segment);
      if (!sent) {
        this.#queue.unshift(segment);
      }
      this.#wake();
    });
    this.#inFlight.set(segment, sending);
    return true;
  }

  /**
   * Never rejects.
   *
   * @returns false when it was stopped before
   */
  async #send(segment: SealedSegment): Promise<boolean> {
    for (let failures = 1; ; failures += 1) {
      try {
        const result = await deliver(segment, this.#options);
        if (result !== undefined) {
          await this.#noteImport(segment, result);
        }
        this.#sent(segment, result);
        return true;
      } catch (error) {
        if (error instanceof SenderStoppedError || this.#options.inserter.stopped.aborted) {
          return false;
        }
        this.#options.logger.error(
          { err: error, segment: segment.token },
          'a segment cannot be sent; it is tried again',
        );
        await this.#pause(backoffMs(failures));
      }
    }
  }

  async #pause(milliseconds: number): Promise<void> {
    const { stopped: signal } = this.#options.inserter;
    // Ends early when the sender is stopped, which the next try finds out.
    await delay(milliseconds, undefined, { signal }).catch(() => undefined);
  }

  /** Before the file goes: from here on this row is what keeps the import from happening again. */
  async #noteImport({ token }: SealedSegment, { stored }: DeliveryResult): Promise<void> {
    const name = importNameOf(token);
    if (name !== undefined) {
      const lines = `${JSON.stringify([name, stored])}\n`;
      await this.#options.inserter.insert(
        { table: 'imports', columns: ['name', 'records'], token: `${token}/imported`, lines },
        { rows: 1, bytes: lines.length },
      );
    }
  }

  #sent(segment: SealedSegment, result: DeliveryResult | undefined): void {
    const { logger, release } = this.#options;
    const progress = this.#progress.get(segment.lane);
    if (progress !== undefined) {
      progress.stored += result?.stored ?? 0;
      progress.rejected += result?.rejected ?? 0;
      progress.lost += result === undefined ? segment.rows : 0;
    }
    if (result === undefined) {
      logger.error(
        { segment: segment.token, rows: segment.rows },
        'a sealed segment was removed from the spool before it was sent',
      );
    }
    release.add({ segment, ...(result ?? NO_RESULT) });
    this.#passed(segment.position);
    const awaited = this.#awaited;
    this.#awaited = awaited.filter(({ token }) => token !== segment.token);
    for (const { token, resolve } of awaited) {
      if (token === segment.token) {
        resolve(result ?? NO_RESULT);
      }
    }
  }

  #passed(position: number | undefined): void {
    if (position !== undefined) {
      this.#storedBeyond.add(position);
    }
    while (this.#storedBeyond.delete(this.#storedPosition + 1)) {
      this.#storedPosition += 1;
    }
  }

  /** Until something is to be done, or it is time to see whether the store is still there. */
  async #idle(): Promise<void> {
    const { inserter } = this.#options;
    const timedOut = await new Promise<boolean>((resolve) => {
      const end = (time: boolean): void => {
        clearTimeout(timer);
        inserter.stopped.removeEventListener('abort', this.#wake);
        resolve(time);
      };
      const timer = setTimeout(() => end(true), PROBE_MS);
      this.#wake = () => end(false);
      inserter.stopped.addEventListener('abort', this.#wake, { once: true });
    });
    if (timedOut && this.unsent.length === 0) {
      await inserter.probe();
    }
  }
}
