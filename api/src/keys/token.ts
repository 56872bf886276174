/*
 * What an API key looks like: rwy_<16 hex digits of its id>_<43 letters and digits: 256 random bits><6: a checksum>.
 *
 * The beginning and the fixed length let secret scanners recognise a key that was committed by mistake
 * (rwy_[0-9a-f]{16}_[0-9A-Za-z]{49}); the checksum lets them, and us, tell a real one from a placeholder without
 * asking anybody.
 */
import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

const ID_BYTES = 8;
const SECRET_BYTES = 32;
/** 62^43 is the first power of 62 above 2^256. */
const SECRET_DIGITS = 43;
/** 62^6 is the first power of 62 above 2^32. */
const CHECKSUM_DIGITS = 6;
/** How much of the secret people may see, to tell one secret of a key from the next. */
const SHOWN_DIGITS = 4;
const BASE62 = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const SHAPE = /^(?<checked>rwy_(?<id>[0-9a-f]{16})_[0-9A-Za-z]{43})(?<checksum>[0-9A-Za-z]{6})$/;

/** A key as it is made: the only moment at which `text` is known. */
export interface NewToken {
  readonly text: string;
  /** The beginning of it, which is no secret. */
  readonly prefix: string;
  /** SHA-256, 32 bytes: what is stored. 256 random bits need no slow hash. */
  readonly hash: Buffer;
}

/** A key as it came with a request; nothing is proved yet. */
export interface OfferedToken {
  readonly keyId: string;
  /** SHA-256, 32 bytes. */
  readonly hash: Buffer;
}

/** A random id for a key, `key_` and 16 hex digits. */
export function newKeyId(): string {
  return `key_${randomBytes(ID_BYTES).toString('hex')}`;
}

/** A new secret for the key with this id. */
export function newToken(keyId: string): NewToken {
  const beginning = `rwy_${keyId.slice('key_'.length)}_`;
  const checked = beginning + base62(BigInt(`0x${randomBytes(SECRET_BYTES).toString('hex')}`), SECRET_DIGITS);
  const text = checked + checksum(checked);
  return { text, prefix: text.slice(0, beginning.length + SHOWN_DIGITS), hash: hashOf(text) };
}

/** Reads what may be a key; undefined when it cannot be one. */
export function readToken(text: string): OfferedToken | undefined {
  const parts = SHAPE.exec(text)?.groups;
  const { checked, id, checksum: given } = parts ?? {};
  return checked !== undefined && checksum(checked) === given
    ? { keyId: `key_${id}`, hash: hashOf(text) }
    : undefined;
}

function hashOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}

function checksum(text: string): string {
  return base62(BigInt(crc32(text)), CHECKSUM_DIGITS);
}

function base62(value: bigint, digits: number): string {
  let text = '';
  for (let rest = value; text.length < digits; rest /= 62n) {
    text = BASE62.charAt(Number(rest % 62n)) + text;
  }
  return text;
}
