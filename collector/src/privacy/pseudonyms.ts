/*
 * Keyed hashes that stand for people.
 *
 * What always holds: the same id of the same tenant gives the same pseudonym as long as the key stays; no two tenants,
 * and no user and session, share one; without the key nobody can find an id by trying ids; nobody's pseudonym is empty.
 */
import { createHmac } from 'node:crypto';

/** Of user ids and of session ids apart, so that neither says anything of the other. */
export type PersonalId = 'user' | 'session';

const LEAST_KEY_BYTES = 32;
/** 128 bits: 22 letters of base64url; two of a billion people share one with a chance of 10⁻²¹. */
const PSEUDONYM_BYTES = 16;
/** Of both generations together. About 250 bytes each. */
const DEFAULT_REMEMBERED = 100_000;
/** A tenant's key is derived anew beyond these. */
const REMEMBERED_KEYS = 10_000;

export interface PseudonymsOptions {
  /** At least 32 bytes, secret. Another key makes everybody another person. */
  readonly key: Buffer;
  /** How many pseudonyms stay in memory. */
  readonly remembered?: number;
}

/** Gives pseudonyms, and remembers those it gave lately. */
export class Pseudonyms {
  readonly #key: Buffer;
  readonly #generation: number;
  readonly #tenantKeys = new Map<string, Buffer>();
  #recent = new Map<string, string>();
  #older = new Map<string, string>();

  /** @throws {RangeError} when the key is shorter than 32 bytes */
  constructor({ key, remembered = DEFAULT_REMEMBERED }: PseudonymsOptions) {
    if (key.length < LEAST_KEY_BYTES) {
      throw new RangeError(
        `A key for pseudonyms has at least ${LEAST_KEY_BYTES} random bytes; ${key.length} were given.`,
      );
    }
    this.#key = key;
    this.#generation = Math.max(1, remembered >> 1);
  }

  /** The pseudonym of an id: 22 letters of base64url. Nobody (an empty id) stays nobody. */
  of(tenantId: string, kind: PersonalId, id: string): string {
    if (id === '') {
      return '';
    }
    // The length keeps (tenant "a", id "b:c") and (tenant "a:b", id "c") apart.
    const name = `${kind}:${tenantId.length}:${tenantId}:${id}`;
    const known = this.#recent.get(name);
    if (known !== undefined) {
      return known;
    }
    const pseudonym = this.#older.get(name) ?? this.#hash(tenantId, kind, id);
    // Two generations: what is asked for again moves to the recent one, the older one is forgotten as a whole.
    if (this.#recent.size >= this.#generation) {
      this.#older = this.#recent;
      this.#recent = new Map();
    }
    this.#recent.set(name, pseudonym);
    return pseudonym;
  }

  #hash(tenantId: string, kind: PersonalId, id: string): string {
    return createHmac('sha256', this.#tenantKey(tenantId))
      .update(`${kind}:${id}`)
      .digest()
      .toString('base64url', 0, PSEUDONYM_BYTES);
  }

  #tenantKey(tenantId: string): Buffer {
    const known = this.#tenantKeys.get(tenantId);
    if (known !== undefined) {
      return known;
    }
    const key = createHmac('sha256', this.#key).update(`tenant:${tenantId}`).digest();
    if (this.#tenantKeys.size >= REMEMBERED_KEYS) {
      this.#tenantKeys.clear();
    }
    this.#tenantKeys.set(tenantId, key);
    return key;
  }
}
