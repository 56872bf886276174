/*
 * The identity of an event as 96 bits.
 *
 * What always holds: the same (tenant, table, source, id) gives the same key for as long as the secret lives; without
 * the secret nobody can find two identities of one key, and keys of different tenants, tables or sources are made
 * with secrets of their own, so nothing that one tenant sends can pass for another's. Parts of an identity are never
 * joined: "a" + "bc" and "ab" + "c" differ.
 *
 * 96 bits: against a window of four million, one of 10^12 events is taken for a duplicate by mistake with a
 * probability of 5 in 10^11. The key of an id is its Chaskey-12 code (ISO/IEC 29192-6), cut: made for 32-bit words, as
 * JavaScript's numbers are, it takes a fifth of what a hash of node:crypto does for so few bytes.
 */
import { createHmac } from 'node:crypto';
import type { Lane } from '../record/lanes.ts';

/** Bytes of a key. */
export const KEY_BYTES = 12;
/** A key as text: hex digits. */
export const KEY_DIGITS = KEY_BYTES * 2;
const WORD_BYTES = 4;
const ROUNDS = 12;
const BLOCK_BYTES = 16;
const BLOCK_WORDS = 4;
/** Subkeys kept, one for each (tenant, table, source) met; all are dropped together when there are more. */
const MOST_SUBKEYS = 20_000;
/** Ids up to this many UTF-16 units are hashed without an allocation. */
const SCRATCH_UNITS = 1_024;
const BYTES_PER_UNIT = 3;
const PADDING = 0x80;
/** What doubling overflows into, in the field of 2^128 elements. */
const REDUCTION = 0x87;

/** The key and the two final keys derived from it. */
type Subkey = Int32Array;

/** Makes keys. The last one made stands in `first`, `second` and `third`: nothing is allocated for an event. */
export class EventKeys {
  /** Never 0: that is how an empty place in a table is told. */
  first = 1;
  second = 0;
  third = 0;
  readonly #secret: Buffer;
  readonly #subkeys = new Map<string, Map<string, Subkey>>();
  #count = 0;
  #tenantId = '';
  #lane: Lane | undefined;
  #source = '';
  #subkey: Subkey = new Int32Array(3 * BLOCK_WORDS);
  #bytes = Buffer.alloc(SCRATCH_UNITS * BYTES_PER_UNIT + BLOCK_BYTES);
  #words = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length >> 2);
  readonly #made = Buffer.alloc(KEY_BYTES);

  /** @param secret of this spool directory, at least 16 bytes */
  constructor(secret: Buffer) {
    this.#secret = secret;
  }

  /** Makes the key of an event; read it from the fields, or by {@link hex}. */
  make(tenantId: string, lane: Lane, source: string, id: string): void {
    if (tenantId !== this.#tenantId || lane !== this.#lane || source !== this.#source) {
      this.#subkey = this.#subkeyOf(tenantId, lane, source);
      this.#tenantId = tenantId;
      this.#lane = lane;
      this.#source = source;
    }
    if (id.length * BYTES_PER_UNIT + BLOCK_BYTES > this.#bytes.length) {
      this.#bytes = Buffer.alloc(id.length * BYTES_PER_UNIT + 2 * BLOCK_BYTES);
      this.#words = new Int32Array(this.#bytes.buffer, this.#bytes.byteOffset, this.#bytes.length >> 2);
    }
    this.#authenticate(this.#bytes.write(id, 0, 'utf8'));
  }

  /** The last key made, as {@link KEY_DIGITS} hex digits. */
  hex(): string {
    this.#made.writeUInt32BE(this.first, 0);
    this.#made.writeUInt32BE(this.second, WORD_BYTES);
    this.#made.writeUInt32BE(this.third, 2 * WORD_BYTES);
    return this.#made.toString('hex');
  }

  #authenticate(length: number): void {
    const key = this.#subkey;
    const words = this.#words;
    const whole = length > 0 && length % BLOCK_BYTES === 0;
    const blocks = whole ? length / BLOCK_BYTES : Math.floor(length / BLOCK_BYTES) + 1;
    const end = blocks * BLOCK_BYTES;
    if (!whole) {
      this.#bytes.fill(0, length, end);
      this.#bytes[length] = PADDING;
    }
    const final = whole ? BLOCK_WORDS : 2 * BLOCK_WORDS;
    let v0 = key[0] ?? 0;
    let v1 = key[1] ?? 0;
    let v2 = key[2] ?? 0;
    let v3 = key[3] ?? 0;
    for (let block = 0; block < blocks; block += 1) {
      const at = block * BLOCK_WORDS;
      v0 ^= words[at] ?? 0;
      v1 ^= words[at + 1] ?? 0;
      v2 ^= words[at + 2] ?? 0;
      v3 ^= words[at + 3] ?? 0;
      if (block === blocks - 1) {
        v0 ^= key[final] ?? 0;
        v1 ^= key[final + 1] ?? 0;
        v2 ^= key[final + 2] ?? 0;
        v3 ^= key[final + 3] ?? 0;
      }
      for (let round = 0; round < ROUNDS; round += 1) {
        v0 = (v0 + v1) | 0;
        v1 = ((v1 << 5) | (v1 >>> 27)) ^ v0;
        v0 = (v0 << 16) | (v0 >>> 16);
        v2 = (v2 + v3) | 0;
        v3 = ((v3 << 8) | (v3 >>> 24)) ^ v2;
        v0 = (v0 + v3) | 0;
        v3 = ((v3 << 13) | (v3 >>> 19)) ^ v0;
        v2 = (v2 + v1) | 0;
        v1 = ((v1 << 7) | (v1 >>> 25)) ^ v2;
        v2 = (v2 << 16) | (v2 >>> 16);
      }
    }
    this.first = (v0 ^ (key[final] ?? 0)) >>> 0 || 1;
    this.second = (v1 ^ (key[final + 1] ?? 0)) >>> 0;
    this.third = (v2 ^ (key[final + 2] ?? 0)) >>> 0;
  }

  #subkeyOf(tenantId: string, lane: Lane, source: string): Subkey {
    // A lane's name has no line break, so the first one ends it.
    const owner = `${lane}\n${tenantId}`;
    let bySource = this.#subkeys.get(owner);
    const known = bySource?.get(source);
    if (known !== undefined) {
      return known;
    }
    if (this.#count >= MOST_SUBKEYS) {
      this.#subkeys.clear();
      this.#count = 0;
      bySource = undefined;
    }
    if (bySource === undefined) {
      bySource = new Map();
      this.#subkeys.set(owner, bySource);
    }
    const digest = createHmac('sha256', this.#secret)
      .update(JSON.stringify([lane, tenantId, source]))
      .digest();
    const subkey = expand(digest);
    bySource.set(source, subkey);
    this.#count += 1;
    return subkey;
  }
}

/** The key followed by the key doubled once, for whole last blocks, and twice, for padded ones. */
function expand(digest: Buffer): Subkey {
  const expanded = new Int32Array(3 * BLOCK_WORDS);
  for (let word = 0; word < BLOCK_WORDS; word += 1) {
    expanded[word] = digest.readInt32LE(word * WORD_BYTES);
  }
  for (let at = BLOCK_WORDS; at < expanded.length; at += BLOCK_WORDS) {
    let carry = (expanded[at - 1] ?? 0) < 0 ? REDUCTION : 0;
    for (let word = 0; word < BLOCK_WORDS; word += 1) {
      const value = expanded[at - BLOCK_WORDS + word] ?? 0;
      expanded[at + word] = (value << 1) ^ carry;
      carry = value >>> 31;
    }
  }
  return expanded;
}
