const TWO_POW_32 = 2 ** 32;
const WARM_UP_ROUNDS = 15;
/** Multiplier and shifts of the finaliser of MurmurHash3 (32 bits), which spreads one changed bit over all. */
const MIX_1 = 0x85ebca6b;
const MIX_2 = 0xc2b2ae35;

/** A stream of random numbers: one per purpose, so that a change in one part leaves the others as they were. */
export interface RandomStream {
  /** The next number, in (0, 1): neither 0 nor 1, so its logarithm is finite. */
  next(): number;
}

/**
 * The stream for one purpose of one replication: the same arguments give the same numbers, on every machine.
 *
 * @param seed the run's seed, any safe integer
 * @param purpose what the numbers decide, for example `think-times`
 * @param replication number of the replication, or of the part that must not depend on the others
 */
export function createStream(seed: number, purpose: string, replication: number | string = 0): RandomStream {
  return new SmallFastCounter(`${seed}/${purpose}/${replication}`);
}

/**
 * Chris Doty-Humphrey's sfc32 (128 bits of state, passes PractRand). A class, as its numbers then cost no memory: a
 * closure's took twice the time.
 */
class SmallFastCounter implements RandomStream {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(key: string) {
    this.#a = hash(key, 1);
    this.#b = hash(key, 2);
    this.#c = hash(key, 3);
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
      this.next();
    }
  }

  next(): number {
    const sum = (((this.#a + this.#b) | 0) + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (((this.#c << 21) | (this.#c >>> 11)) + sum) | 0;
    return ((sum >>> 0) + 0.5) / TWO_POW_32;
  }
}

/** FNV-1a over the characters, then the finaliser of MurmurHash3. */
function hash(text: string, salt: number): number {
  let value = 0x811c9dc5 ^ salt;
  for (let index = 0; index < text.length; index += 1) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  value = Math.imul(value ^ (value >>> 16), MIX_1);
  value = Math.imul(value ^ (value >>> 13), MIX_2);
  return (value ^ (value >>> 16)) | 0;
}
