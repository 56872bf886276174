import type { TenantId } from '@riwayat/collector';
import { z } from 'zod';

export const LOCALES = ['id', 'en'] as const;
export type Locale = (typeof LOCALES)[number];

/** A customer of the application: the boundary of all data. */
export interface Tenant {
  readonly id: TenantId;
  readonly name: string;
  /** IANA name of the zone in which its days and months begin. */
  readonly timezone: string;
  readonly locale: Locale;
}

const SLUG = /^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$/;

/** True for 2 to 63 of a-z, 0-9 and "-", not starting or ending with "-": what may stand in a host name. */
export function isTenantId(value: string): value is TenantId {
  return SLUG.test(value);
}

/** True for a zone that this machine knows, such as `Asia/Jakarta`. */
export function isTimezone(value: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: value });
    return true;
  } catch (error) {
    if (error instanceof RangeError) {
      return false;
    }
    throw error;
  }
}

/** A tenant as it is stored. */
export const tenantRow = z.object({
  id: z.string().refine(isTenantId, 'is not a tenant id'),
  name: z.string(),
  timezone: z.string(),
  locale: z.enum(LOCALES),
});
