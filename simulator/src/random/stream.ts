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
 * Chris Doty-Humphrey's sfc32 (128 bits of state, passes PractRand). Its words are in a typed array, as a field that
 * needs all 32 bits is a number object: measured, a third of the time.
 */
class SmallFastCounter implements RandomStream {
  /** Three words and a counter. */
  readonly #state = new Int32Array(4);

  constructor(key: string) {
    this.#state[0] = hash(key, 1);
    this.#state[1] = hash(key, 2);
    this.#state[2] = hash(key, 3);
    this.#state[3] = 1;
    for (let round = 0; round < WARM_UP_ROUNDS; round += 1) {
      this.next();
    }
  }

  next(): number {
    const state = this.#state;
    const a = state[0] ?? 0;
    const b = state[1] ?? 0;
    const c = state[2] ?? 0;
    const counter = state[3] ?? 0;
    const sum = (((a + b) | 0) + counter) | 0;
    state[0] = b ^ (b >>> 9);
    state[1] = (c + (c << 3)) | 0;
    state[2] = (((c << 21) | (c >>> 11)) + sum) | 0;
    state[3] = (counter + 1) | 0;
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
