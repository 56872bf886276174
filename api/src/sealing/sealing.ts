/*
 * What is stored sealed is of no use without the application's secret, SESSION_SECRET, from which a key is derived for each
 * purpose by HKDF-SHA-256 (RFC 5869). Sealed is with AES-256-GCM: nonce (12 bytes), tag (16), ciphertext. Whose it is is
 * sealed with it: a row copied to somebody else does not open.
 */
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** RFC 5869 lets it be empty: the secret is random enough by itself. */
const NO_SALT = '';

/** What was sealed does not open: it was sealed with another SESSION_SECRET, for somebody else, or was changed. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Seals what must be read again, for one purpose. */
export class Sealing {
  readonly #key: Buffer;

  /**
   * @param secret the application's, of at least 32 characters
   * @param purpose what of one purpose is sealed, no other opens
   */
  constructor(secret: string, purpose: string) {
    this.#key = derivedKey(secret, purpose);
  }

  /** @param owner the id of whose it is */
  seal(owner: string, plain: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#key, nonce).setAAD(Buffer.from(owner));
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** @throws {SealError} */
  open(owner: string, sealed: Buffer): Buffer {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#key, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(owner))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new SealError(`What is sealed for ${owner} does not open. Was SESSION_SECRET changed?`, {
        cause: error,
      });
    }
  }
}

/** A key of 32 bytes for one purpose. */
export function derivedKey(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, NO_SALT, purpose, KEY_BYTES));
}
