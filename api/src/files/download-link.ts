import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { keyParts } from './file-key.ts';
import type { DownloadOptions } from './file-store.ts';

export const DOWNLOAD_PATH = '/api/files';
const MS_PER_SECOND = 1_000;
const KEY_BYTES = 32;
const KEY_PURPOSE = 'riwayat file downloads';

/** Short names: they are part of every address. */
const ticket = z.object({
  /** Key of the file. */
  k: z.string(),
  /** Its name. */
  n: z.string(),
  /** Its content type. */
  t: z.string(),
  /** When it expires: seconds since the epoch. */
  e: z.int(),
});

/** What a link lets its holder download. */
export interface Download {
  readonly key: string;
  readonly fileName: string;
  readonly contentType: string;
}

/** What a token turned out to be; `forged` also when it was cut or is of another secret. */
export type OpenedLink =
  | ({ readonly status: 'valid' } & Download)
  | { readonly status: 'expired' }
  | { readonly status: 'forged' };

export interface DownloadLinksOptions {
  /** Of the process; the key of these links is derived from it. */
  readonly secret: string;
  /** Where people reach the application; absent: links are relative to it. */
  readonly publicUrl?: string | undefined;
  readonly now?: () => Date;
}

/** Addresses that let anybody who has one download a file, for a while. Nothing is stored of them. */
export class DownloadLinks {
  readonly #key: Buffer;
  readonly #base: string;
  readonly #now: () => Date;

  constructor({ secret, publicUrl, now = () => new Date() }: DownloadLinksOptions) {
    this.#key = Buffer.from(hkdfSync('sha256', secret, '', KEY_PURPOSE, KEY_BYTES));
    this.#base = publicUrl === undefined ? DOWNLOAD_PATH : `${publicUrl.replace(/\/+$/, '')}${DOWNLOAD_PATH}`;
    this.#now = now;
  }

  url(key: string, { expiresSeconds, fileName, contentType }: DownloadOptions): string {
    const expiresAt = Math.ceil(this.#now().getTime() / MS_PER_SECOND) + expiresSeconds;
    const content = Buffer.from(
      JSON.stringify({ k: key, n: fileName, t: contentType, e: expiresAt } satisfies z.infer<typeof ticket>),
    ).toString('base64url');
    return `${this.#base}/${content}.${this.#sign(content).toString('base64url')}`;
  }

  /** What the last part of an address is good for. */
  open(token: string): OpenedLink {
    const [content = '', signature = ''] = token.split('.', 2);
    const expected = this.#sign(content);
    const given = Buffer.from(signature, 'base64url');
    // Base64 of the same bytes can be written in several ways: one of them is taken.
    const signed =
      given.length === expected.length &&
      timingSafeEqual(given, expected) &&
      token === `${content}.${expected.toString('base64url')}`;
    if (!signed) {
      return { status: 'forged' };
    }
    const { k, n, t, e } = ticket.parse(JSON.parse(Buffer.from(content, 'base64url').toString()));
    keyParts(k);
    return e * MS_PER_SECOND <= this.#now().getTime()
      ? { status: 'expired' }
      : { status: 'valid', key: k, fileName: n, contentType: t };
  }

  #sign(content: string): Buffer {
    return createHmac('sha256', this.#key).update(content).digest();
  }
}
