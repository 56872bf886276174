/*
 * Who sends, as push services are told (RFC 8292). A browser subscribes to one key: with another, its subscription is of no
 * use. So the key is the configured one, or is made once and kept, sealed, in Postgres.
 */
import { createECDH, createPrivateKey, sign } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Schema } from '../../postgres/schema.ts';
import type { Sealing } from '../../sealing/sealing.ts';

const CURVE = 'prime256v1';
const COORDINATE_BYTES = 32;
/** For whom the private key is sealed. */
const OWNER = 'push';
/** Push services refuse more than 24 hours. */
const TOKEN_SECONDS = 12 * 60 * 60;
const MS_PER_SECOND = 1_000;

export interface VapidKeysOptions {
  readonly db: Kysely<Schema>;
  readonly sealing: Sealing;
  /** The configured private key, 32 bytes in base64url; undefined: made once. */
  readonly privateKey: string | undefined;
  /** Whom a push service can write to: `mailto:…` or `https:…`. */
  readonly subject: string;
  readonly now?: () => Date;
}

interface KeyPair {
  /** An uncompressed point, 65 bytes. */
  readonly publicKey: Buffer;
  readonly privateKey: Buffer;
}

/** The key that our pushes are signed with. */
export class VapidKeys {
  readonly #options: VapidKeysOptions;
  #pair: Promise<KeyPair> | undefined;

  constructor(options: VapidKeysOptions) {
    this.#options = options;
  }

  /** What browsers subscribe with, base64url. */
  async publicKey(): Promise<string> {
    return (await this.#keys()).publicKey.toString('base64url');
  }

  /** The `Authorization` header for a push service. */
  async authorization(endpoint: string): Promise<string> {
    const { publicKey, privateKey } = await this.#keys();
    const { subject, now = () => new Date() } = this.#options;
    const token = [
      { typ: 'JWT', alg: 'ES256' },
      {
        aud: new URL(endpoint).origin,
        exp: Math.floor(now().getTime() / MS_PER_SECOND) + TOKEN_SECONDS,
        sub: subject,
      },
    ]
      .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
      .join('.');
    const key = createPrivateKey({
      format: 'jwk',
      key: {
        kty: 'EC',
        crv: 'P-256',
        x: publicKey.subarray(1, 1 + COORDINATE_BYTES).toString('base64url'),
        y: publicKey.subarray(1 + COORDINATE_BYTES).toString('base64url'),
        d: privateKey.toString('base64url'),
      },
    });
    const signature = sign('sha256', Buffer.from(token), { key, dsaEncoding: 'ieee-p1363' });
    return `vapid t=${token}.${signature.toString('base64url')}, k=${publicKey.toString('base64url')}`;
  }

  #keys(): Promise<KeyPair> {
    this.#pair ??= this.#load().catch((error: unknown) => {
      this.#pair = undefined;
      throw error;
    });
    return this.#pair;
  }

  async #load(): Promise<KeyPair> {
    const { db, sealing, privateKey, now = () => new Date() } = this.#options;
    if (privateKey !== undefined) {
      return pairOf(Buffer.from(privateKey, 'base64url'));
    }
    const made = createECDH(CURVE);
    made.generateKeys();
    await db
      .insertInto('push_keys')
      .values({
        public_key: made.getPublicKey(),
        sealed_private_key: sealing.seal(OWNER, padded(made.getPrivateKey())),
        created_at: now(),
      })
      // Another process was first, or it was made long ago.
      .onConflict((conflict) => conflict.column('one').doNothing())
      .execute();
    const kept = await db.selectFrom('push_keys').select('sealed_private_key').executeTakeFirstOrThrow();
    return pairOf(sealing.open(OWNER, kept.sealed_private_key));
  }
}

function pairOf(privateKey: Buffer): KeyPair {
  const pair = createECDH(CURVE);
  pair.setPrivateKey(privateKey);
  return { publicKey: pair.getPublicKey(), privateKey };
}

/** Node leaves out what a number begins with that is zero. */
function padded(key: Buffer): Buffer {
  return Buffer.concat([Buffer.alloc(COORDINATE_BYTES - key.length), key]);
}
