/*
 * Time-sortable 64-bit ids: 42 bits of milliseconds, 10 bits of instance, 12 bits of sequence.
 *
 * What always holds: ids of one source only grow, also when the clock steps back or more than 4,096 are asked
 * for within a millisecond (the time part then runs ahead of the clock).
 */
import { createHash } from 'node:crypto';

/** 1 January 2024, UTC. 42 bits of milliseconds from here last until 2163. */
const EPOCH_MS = Date.UTC(2024, 0, 1);
const INSTANCE_BITS = 10;
const SEQUENCE_BITS = 12;
const SEQUENCES_PER_MS = 2 ** SEQUENCE_BITS;
const TIME_SHIFT = BigInt(INSTANCE_BITS + SEQUENCE_BITS);
const BILLION = 1_000_000_000;

/**
 * A 64-bit id as two numbers, which together are `billions` × 10^9 + `rest`: one is made for each request, and a BigInt and its digits
 * cost more than the rest of the record.
 */
export interface RequestId {
  readonly billions: number;
  /** Below a billion. */
  readonly rest: number;
}

/** @param value 0 to 2^64 - 1 */
export function requestId(value: bigint): RequestId {
  const billion = BigInt(BILLION);
  return { billions: Number(value / billion), rest: Number(value % billion) };
}

/** The id's decimal digits. */
export function digitsOf({ billions, rest }: RequestId): string {
  return String(BigInt(billions) * BigInt(BILLION) + BigInt(rest));
}

/** Gives the ids of one instance. */
export class RequestIds {
  readonly #instanceBits: bigint;
  #milliseconds = -1;
  #used = 0;
  /** The millisecond's first id. */
  #first: RequestId = { billions: 0, rest: 0 };

  /**
   * @param instance name of this process; processes whose names differ share no id, but for a chance of one in
   *   1,024 that their names hash alike
   */
  constructor(instance: string) {
    const hash = createHash('sha256').update(instance).digest().readUInt16BE(0) >> (16 - INSTANCE_BITS);
    this.#instanceBits = BigInt(hash) << BigInt(SEQUENCE_BITS);
  }

  /** @param epochMs when what it names began */
  next(epochMs: number): RequestId {
    const now = Math.max(0, Math.floor(epochMs) - EPOCH_MS);
    if (now > this.#milliseconds) {
      this.#start(now);
    } else if (this.#used === SEQUENCES_PER_MS) {
      this.#start(this.#milliseconds + 1);
    }
    const { billions } = this.#first;
    const rest = this.#first.rest + this.#used;
    this.#used += 1;
    return rest < BILLION ? { billions, rest } : { billions: billions + 1, rest: rest - BILLION };
  }

  #start(milliseconds: number): void {
    this.#milliseconds = milliseconds;
    this.#used = 0;
    this.#first = requestId((BigInt(milliseconds) << TIME_SHIFT) | this.#instanceBits);
  }
}
