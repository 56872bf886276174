import type { Locale, Tenant } from '../tenants/tenant.ts';

/** BCP 47 tags that times are written by. */
const LANGUAGE_TAGS = { en: 'en-GB', id: 'id-ID' } as const satisfies Record<Locale, string>;

/** In what language, and in whose time, something is told. */
export interface Place extends Pick<Tenant, 'timezone'> {
  readonly locale: Locale;
}

/**
 * A time as people of the place write it: "21 November 2026 at 14:05 WIB".
 *
 * @param instant ISO 8601; what is none is given back as it is
 */
export function localTime(instant: string, { locale, timezone }: Place): string {
  const time = new Date(instant);
  if (Number.isNaN(time.getTime())) {
    return instant;
  }
  return new Intl.DateTimeFormat(LANGUAGE_TAGS[locale], {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    timeZone: timezone,
    timeZoneName: 'short',
  }).format(time);
}
