/*
 * A set of event keys, 12 bytes each, in open addressing.
 *
 * What always holds: adding allocates nothing but when a shard doubles; a shard doubles alone, so that no single add
 * moves more than a sixty-fourth of the set.
 */
const SHARD_BITS = 6;
const SHARDS = 1 << SHARD_BITS;
const WORDS = 3;
const FIRST_SLOTS = 256;
/** A shard doubles when more than this share of it is used. */
const MOST_LOAD = 0.7;

interface Shard {
  /** Three words a slot; a first word of 0 is an empty slot. */
  slots: Uint32Array;
  mask: number;
  used: number;
  limit: number;
}

export class KeySet {
  readonly #shards: Shard[] = Array.from({ length: SHARDS }, () => shardOf(FIRST_SLOTS));
  #size = 0;

  get size(): number {
    return this.#size;
  }

  /** Memory that it holds, bytes. */
  get bytes(): number {
    return this.#shards.reduce((sum, { slots }) => sum + slots.byteLength, 0);
  }

  has(first: number, second: number, third: number): boolean {
    const shard = this.#shardFor(first);
    return shard.slots[find(shard, first, second, third)] !== 0;
  }

  /**
   * @param first never 0
   * @returns false when it was there before
   */
  add(first: number, second: number, third: number): boolean {
    const shard = this.#shardFor(first);
    if (!put(shard, first, second, third)) {
      return false;
    }
    this.#size += 1;
    if (shard.used > shard.limit) {
      double(shard);
    }
    return true;
  }

  #shardFor(first: number): Shard {
    const shard = this.#shards[first >>> (32 - SHARD_BITS)];
    if (shard === undefined) {
      throw new RangeError(`${first} is not a 32-bit word`);
    }
    return shard;
  }
}

function shardOf(slots: number): Shard {
  return { slots: new Uint32Array(slots * WORDS), mask: slots - 1, used: 0, limit: slots * MOST_LOAD };
}

/** Where a key stands, or the empty slot where it would. */
function find(shard: Shard, first: number, second: number, third: number): number {
  const { slots, mask } = shard;
  for (let slot = second & mask; ; slot = (slot + 1) & mask) {
    const at = slot * WORDS;
    const found = slots[at];
    if (found === 0 || (found === first && slots[at + 1] === second && slots[at + 2] === third)) {
      return at;
    }
  }
}

function put(shard: Shard, first: number, second: number, third: number): boolean {
  const at = find(shard, first, second, third);
  if (shard.slots[at] !== 0) {
    return false;
  }
  shard.slots[at] = first;
  shard.slots[at + 1] = second;
  shard.slots[at + 2] = third;
  shard.used += 1;
  return true;
}

function double(shard: Shard): void {
  const old = shard.slots;
  Object.assign(shard, shardOf((shard.mask + 1) * 2));
  for (let at = 0; at < old.length; at += WORDS) {
    const first = old[at] ?? 0;
    if (first !== 0) {
      put(shard, first, old[at + 1] ?? 0, old[at + 2] ?? 0);
    }
  }
}
