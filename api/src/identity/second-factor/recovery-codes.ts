import { randomBytes } from 'node:crypto';

/** How many there are, all of them for one use. */
export const RECOVERY_CODES = 10;
/** 32 letters and digits, none of which is taken for another (Crockford's base32). */
const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz';
/** 80 bits: nobody guesses one. */
const CODE_CHARACTERS = 16;
const GROUP_CHARACTERS = 4;

/** New recovery codes, as people are shown them: `4kz7-0q2m-…`. */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: RECOVERY_CODES }, newRecoveryCode);
}

function newRecoveryCode(): string {
  // 256 is a multiple of 32, so each character is as likely as the next.
  const characters = [...randomBytes(CODE_CHARACTERS)].map((byte) => ALPHABET.charAt(byte % ALPHABET.length));
  const groups: string[] = [];
  for (let start = 0; start < CODE_CHARACTERS; start += GROUP_CHARACTERS) {
    groups.push(characters.slice(start, start + GROUP_CHARACTERS).join(''));
  }
  return groups.join('-');
}

/** A code as it is compared: without what people put between its parts, and with the letters that are read as digits. */
export function comparable(code: string): string {
  return code.toLowerCase().replace(/[\s-]/g, '').replace(/o/g, '0').replace(/[il]/g, '1');
}
