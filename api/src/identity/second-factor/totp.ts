/*
 * Codes by time as RFC 6238 says, with the values that every authenticator knows: SHA-1, six digits, steps of 30
 * seconds. (SHA-1 is weak against collisions; an HMAC does not rest on there being none.)
 */
import { Secret, TOTP } from 'otpauth';

const ISSUER = 'Riwayat';
const ALGORITHM = 'SHA1';
export const CODE_DIGITS = 6;
const STEP_SECONDS = 30;
/** A code of the step before or after is good too: clocks differ, and people type slowly (RFC 6238, 5.2). */
const STEPS_OF_GRACE = 1;
/** 160 bits, as long as the hash (RFC 4226, 4, R6). */
const SECRET_BYTES = 20;

export function newSecret(): Uint8Array {
  return new Secret({ size: SECRET_BYTES }).bytes;
}

/** The secret as people type it into an authenticator that cannot read the picture: base32. */
export function spelled(secret: Uint8Array): string {
  return secretOf(secret).base32;
}

/** What an authenticator reads from a picture: `otpauth://totp/…`. */
export function authenticatorUri(secret: Uint8Array, email: string): string {
  return new TOTP({
    issuer: ISSUER,
    label: email,
    algorithm: ALGORITHM,
    digits: CODE_DIGITS,
    period: STEP_SECONDS,
    secret: secretOf(secret),
  }).toString();
}

/**
 * The step of time that a code belongs to; undefined when it is not a code of these moments.
 *
 * @param code six digits
 */
export function stepOf(secret: Uint8Array, code: string, now: Date): number | undefined {
  const timestamp = now.getTime();
  const delta = TOTP.validate({
    token: code,
    secret: secretOf(secret),
    algorithm: ALGORITHM,
    digits: CODE_DIGITS,
    period: STEP_SECONDS,
    timestamp,
    window: STEPS_OF_GRACE,
  });
  return delta === null ? undefined : TOTP.counter({ period: STEP_SECONDS, timestamp }) + delta;
}

function secretOf(bytes: Uint8Array): Secret {
  return new Secret({ buffer: Uint8Array.from(bytes).buffer });
}
