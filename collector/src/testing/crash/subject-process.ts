import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { DEFAULT_SEAL_LIMITS } from '../../spool/spool.ts';
import type { StoreAddress } from '../../store/store.ts';

const SUBJECT = fileURLToPath(new URL('./subject.ts', import.meta.url));
const ready = z.object({ url: z.string() });

/** The application under test, which is killed and started again on the same spool. */
export class SubjectProcess {
  readonly #store: StoreAddress;
  readonly #spoolDirectory: string;
  readonly #segmentAgeMs: number;
  #child: ChildProcess | undefined;
  #url = '';

  /** @param segmentAgeMs the collector's own choice unless given */
  constructor(store: StoreAddress, spoolDirectory: string, segmentAgeMs = DEFAULT_SEAL_LIMITS.maxAgeMs) {
    this.#store = store;
    this.#spoolDirectory = spoolDirectory;
    this.#segmentAgeMs = segmentAgeMs;
  }

  /** Where it listens, or last did. */
  get url(): string {
    return this.#url;
  }

  /**
   * Starts it.
   *
   * @returns whether it listens now; false when it was killed before. Rejects when it ends by itself.
   */
  async start(): Promise<boolean> {
    const child = fork(
      SUBJECT,
      [JSON.stringify(this.#store), this.#spoolDirectory, String(this.#segmentAgeMs)],
      {
        execArgv: ['--import', 'tsx', '--conditions=@riwayat/source'],
      },
    );
    this.#child = child;
    const ended = once(child, 'exit').then(([code, signal]) => {
      if (signal !== 'SIGKILL') {
        throw new Error(`The application ended with code ${code} before it listened`);
      }
    });
    const message = await Promise.race([once(child, 'message'), ended]);
    if (message === undefined) {
      return false;
    }
    this.#url = ready.parse(message[0]).url;
    return true;
  }

  /** Kills it as a machine does that runs out of memory; resolves when it is gone. */
  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined && child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGKILL');
      await exited;
    }
  }
}
