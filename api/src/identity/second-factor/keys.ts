/*
 * What is stored of second factors is of no use without the application's secret, SESSION_SECRET. Two keys are derived
 * from it, one for each purpose:
 *   - secrets of authenticators must be read again, so they are sealed for the person;
 *   - recovery codes need only be compared, so their HMAC-SHA-256 is stored.
 * With another SESSION_SECRET nothing of this opens: everybody's second factor has to be reset
 * (`npm run tenant -- second-factor reset EMAIL`) and set up again.
 */
import { createHmac } from 'node:crypto';
import { derivedKey, SealError, Sealing } from '../../sealing/sealing.ts';

/** Seals the secrets of authenticators, and hashes recovery codes. */
export class SecondFactorKeys {
  readonly #sealing: Sealing;
  readonly #hashing: Buffer;

  /** @param secret the application's, of at least 32 characters */
  constructor(secret: string) {
    this.#sealing = new Sealing(secret, 'riwayat second factor: sealing of secrets, 1');
    this.#hashing = derivedKey(secret, 'riwayat second factor: hashing of recovery codes, 1');
  }

  seal(userId: string, plain: Uint8Array): Buffer {
    return this.#sealing.seal(userId, plain);
  }

  /** @throws {SealError} */
  open(userId: string, sealed: Buffer): Buffer {
    try {
      return this.#sealing.open(userId, sealed);
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
