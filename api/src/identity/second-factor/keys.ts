/*
 * What is stored of second factors is of no use without the application's secret, SESSION_SECRET. Two keys are derived
 * from it by HKDF-SHA-256 (RFC 5869), one for each purpose:
 *   - secrets of authenticators must be read again, so they are sealed with AES-256-GCM: nonce (12 bytes), tag (16),
 *     ciphertext. The person's id is sealed with them: a row copied to somebody else does not open;
 *   - recovery codes need only be compared, so their HMAC-SHA-256 is stored.
 * With another SESSION_SECRET nothing of this opens: everybody's second factor has to be reset
 * (`npm run tenant -- second-factor reset EMAIL`) and set up again.
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto';

const CIPHER = 'aes-256-gcm';
const KEY_BYTES = 32;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** RFC 5869 lets it be empty: the secret is random enough by itself. */
const NO_SALT = '';

/** A sealed secret does not open: it was sealed with another SESSION_SECRET, for somebody else, or was changed. */
export class SealError extends Error {
  override readonly name = 'SealError';
}

/** Seals the secrets of authenticators, and hashes recovery codes. */
export class SecondFactorKeys {
  readonly #sealing: Buffer;
  readonly #hashing: Buffer;

  /** @param secret the application's, of at least 32 characters */
  constructor(secret: string) {
    this.#sealing = derive(secret, 'riwayat second factor: sealing of secrets, 1');
    this.#hashing = derive(secret, 'riwayat second factor: hashing of recovery codes, 1');
  }

  seal(userId: string, plain: Uint8Array): Buffer {
    const nonce = randomBytes(NONCE_BYTES);
    const cipher = createCipheriv(CIPHER, this.#sealing, nonce).setAAD(Buffer.from(userId));
    const ciphertext = Buffer.concat([cipher.update(plain), cipher.final()]);
    return Buffer.concat([nonce, cipher.getAuthTag(), ciphertext]);
  }

  /** @throws {SealError} */
  open(userId: string, sealed: Buffer): Buffer {
    const nonce = sealed.subarray(0, NONCE_BYTES);
    const tag = sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES);
    try {
      const decipher = createDecipheriv(CIPHER, this.#sealing, nonce, { authTagLength: TAG_BYTES })
        .setAAD(Buffer.from(userId))
        .setAuthTag(tag);
      return Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]);
    } catch (error) {
      throw new SealError(
        `The second factor of ${userId} does not open. Was SESSION_SECRET changed? Reset it: npm run tenant -- second-factor reset EMAIL`,
        { cause: error },
      );
    }
  }

  /** @returns 32 bytes */
  hash(userId: string, recoveryCode: string): Buffer {
    return createHmac('sha256', this.#hashing).update(`${userId}\n${recoveryCode}`).digest();
  }
}

function derive(secret: string, purpose: string): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, NO_SALT, purpose, KEY_BYTES));
}
