import { createHmac, timingSafeEqual } from 'node:crypto';
import type { TenantId } from '@riwayat/collector';
import { z } from 'zod';
import { isTenantId } from '../tenants/tenant.ts';
import { SLUG } from './reading.ts';

const MS_PER_SECOND = 1_000;
export const PREVIEW_TTL_SECONDS = 60 * 60;
/** What is signed begins with this, so that nothing else that the secret signs is taken for a preview. */
const PURPOSE = 'page-preview:';

/** What whoever has the link may see until it expires. */
export interface Preview {
  readonly tenantId: TenantId;
  readonly slug: string;
  readonly version: number;
}

const content = z.tuple([
  z.string().refine(isTenantId),
  z.string().regex(SLUG),
  z.int().min(1),
  z.int().describe('Epoch seconds'),
]);

/** Signs and reads the tokens of preview links. */
export class Previews {
  readonly #secret: string;
  readonly #now: () => Date;

  constructor(secret: string, now: () => Date) {
    this.#secret = secret;
    this.#now = now;
  }

  /** A token for a version, good for an hour. */
  sign({ tenantId, slug, version }: Preview): { token: string; expiresAt: Date } {
    const expires = Math.ceil(this.#now().getTime() / MS_PER_SECOND) + PREVIEW_TTL_SECONDS;
    const told = Buffer.from(JSON.stringify([tenantId, slug, version, expires])).toString('base64url');
    return {
      token: `${told}.${this.#signature(told).toString('base64url')}`,
      expiresAt: new Date(expires * MS_PER_SECOND),
    };
  }

  /** What a token allows; undefined when it is none of ours, or over. */
  read(token: string): Preview | undefined {
    const [told = '', signature = ''] = token.split('.');
    const given = Buffer.from(signature, 'base64url');
    const right = this.#signature(told);
    if (given.length !== right.length || !timingSafeEqual(given, right)) {
      return undefined;
    }
    const [tenantId, slug, version, expires] = content.parse(
      JSON.parse(Buffer.from(told, 'base64url').toString()),
    );
    return expires * MS_PER_SECOND > this.#now().getTime() ? { tenantId, slug, version } : undefined;
  }

  #signature(told: string): Buffer {
    return createHmac('sha256', this.#secret).update(`${PURPOSE}${told}`).digest();
  }
}
