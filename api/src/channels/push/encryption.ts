/*
 * Encryption of what a push service carries and must not read: RFC 8291, in one record of RFC 8188.
 */
import { createCipheriv, createECDH, hkdfSync, randomBytes } from 'node:crypto';

export const CONTENT_ENCODING = 'aes128gcm';
const CURVE = 'prime256v1';
const CIPHER = 'aes-128-gcm';
const SALT_BYTES = 16;
const SECRET_BYTES = 32;
const KEY_BYTES = 16;
const NONCE_BYTES = 12;
/** More than the record holds: then it is the last one (RFC 8188, 2). */
const RECORD_BYTES = 4_096;
const RECORD_SIZE_BYTES = 4;
/** Ends the last record (RFC 8188, 2). */
const LAST_RECORD = Buffer.from([2]);

/** What a browser gave with its subscription. */
export interface ReceiverKeys {
  /** Its public key: an uncompressed point of P-256, base64url. */
  readonly p256dh: string;
  /** 16 bytes, base64url. */
  readonly auth: string;
}

/** What is random in an encryption; given by tests alone. */
export interface EncryptionChance {
  readonly salt: Buffer;
  readonly privateKey: Buffer;
}

/**
 * @returns the body of the request, header of RFC 8188 included
 * @throws when the receiver's key is not a point of the curve
 */
export function encrypted(
  plain: Buffer,
  { p256dh, auth }: ReceiverKeys,
  { salt, privateKey }: Partial<EncryptionChance> = {},
): Buffer {
  const sender = createECDH(CURVE);
  if (privateKey === undefined) {
    sender.generateKeys();
  } else {
    sender.setPrivateKey(privateKey);
  }
  const receiverKey = Buffer.from(p256dh, 'base64url');
  const senderKey = sender.getPublicKey();
  const usedSalt = salt ?? randomBytes(SALT_BYTES);
  const secret = derived(
    sender.computeSecret(receiverKey),
    Buffer.from(auth, 'base64url'),
    Buffer.concat([Buffer.from('WebPush: info\0'), receiverKey, senderKey]),
    SECRET_BYTES,
  );
  const key = derived(secret, usedSalt, Buffer.from('Content-Encoding: aes128gcm\0'), KEY_BYTES);
  const nonce = derived(secret, usedSalt, Buffer.from('Content-Encoding: nonce\0'), NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce);
  const recordSize = Buffer.alloc(RECORD_SIZE_BYTES);
  recordSize.writeUInt32BE(RECORD_BYTES);
  return Buffer.concat([
    usedSalt,
    recordSize,
    Buffer.from([senderKey.length]),
    senderKey,
    cipher.update(Buffer.concat([plain, LAST_RECORD])),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
}

function derived(secret: Buffer, salt: Buffer, info: Buffer, bytes: number): Buffer {
  return Buffer.from(hkdfSync('sha256', secret, salt, info, bytes));
}
