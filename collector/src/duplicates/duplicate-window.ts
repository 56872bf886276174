/*
 * Which events were taken before.
 *
 * What always holds: the last half of the limit at least, and the limit at most, of all identities taken in this spool
 * directory are known, however long ago they came; in memory 12 bytes each, at a load of 0.35 to 0.7. It is
 * memory alone: what makes it outlast a crash is that each line carries its key, and the key log those whose lines
 * are gone.
 */
import type { Lane } from '../record/lanes.ts';
import { EventKeys } from './event-key.ts';
import { KeySet } from './key-set.ts';

/** Up to 100 MB; two million identities are the last half an hour at 1,000 events a second. */
export const DEFAULT_IDENTITIES = 4_000_000;

export class DuplicateWindow {
  /** The key of the identity asked for last. */
  readonly key: EventKeys;
  readonly #perGeneration: number;
  #current = new KeySet();
  #previous = new KeySet();

  /**
   * @param secret of the spool directory
   * @param identities the most that are remembered
   */
  constructor(secret: Buffer, identities: number = DEFAULT_IDENTITIES) {
    this.key = new EventKeys(secret);
    this.#perGeneration = Math.max(1, Math.floor(identities / 2));
  }

  get size(): number {
    return this.#current.size + this.#previous.size;
  }

  /** Memory that it holds, bytes. */
  get bytes(): number {
    return this.#current.bytes + this.#previous.bytes;
  }

  /** Whether an event of this identity was taken; leaves its key in {@link key}. */
  knows(tenantId: string, lane: Lane, source: string, id: string): boolean {
    this.key.make(tenantId, lane, source, id);
    const { first, second, third } = this.key;
    return this.#current.has(first, second, third) || this.#previous.has(first, second, third);
  }

  /** Takes the identity asked for last as taken. */
  remember(): void {
    this.restore(this.key.first, this.key.second, this.key.third);
  }

  /**
   * Takes a key that was kept on disk.
   *
   * @returns false when it was known, or is no key
   */
  restore(first: number, second: number, third: number): boolean {
    if (first === 0 || this.#previous.has(first, second, third) || !this.#current.add(first, second, third)) {
      return false;
    }
    if (this.#current.size >= this.#perGeneration) {
      this.#previous = this.#current;
      this.#current = new KeySet();
    }
    return true;
  }
}
