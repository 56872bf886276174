import type { Locale, Tenant } from '../tenants/tenant.ts';

/** BCP 47 tags that times are written by. */
export const LANGUAGE_TAGS = { en: 'en-GB', id: 'id-ID' } as const satisfies Record<Locale, string>;

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

/** A day without a time: "1 December 2026". Of `YYYY-MM-DD`. */
export function localDay(day: string, locale: Locale): string {
  return calendar(day, locale, { dateStyle: 'long' });
}

/** "December 2026". Of `YYYY-MM`. */
export function localMonth(month: string, locale: Locale): string {
  return calendar(month, locale, { month: 'long', year: 'numeric' });
}

/** A day or a month is read and written in the same zone, so that it stays what it is. */
function calendar(date: string, locale: Locale, form: Intl.DateTimeFormatOptions): string {
  return new Intl.DateTimeFormat(LANGUAGE_TAGS[locale], { ...form, timeZone: 'UTC' }).format(new Date(date));
}

/** The day of the week, short: "Mon". Of `YYYY-MM-DD`. */
export function weekday(day: string, locale: Locale): string {
  return calendar(day, locale, { weekday: 'short' });
}

/** From one day to another: "9 – 15 November 2026". Of `YYYY-MM-DD`, the first no later than the last. */
export function localSpan(start: string, end: string, locale: Locale): string {
  const form = new Intl.DateTimeFormat(LANGUAGE_TAGS[locale], { dateStyle: 'long', timeZone: 'UTC' });
  return form.formatRange(new Date(start), new Date(end));
}
