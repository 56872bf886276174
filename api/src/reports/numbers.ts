import { formatValue } from '@riwayat/alerting';
import { decimal, formatPercent, formatRupiah, type Rupiah } from '@riwayat/billing';
import { LANGUAGE_TAGS } from '../notifications/place.ts';
import type { Locale } from '../tenants/tenant.ts';
import { percentOf } from '../usage/percent.ts';

const PERCENT = 100;
const BYTE_UNITS = [
  ['gigabyte', 1e9],
  ['megabyte', 1e6],
  ['kilobyte', 1e3],
] as const;
const MOST_DECIMALS = 1;

/** `12,345` */
export function countText(count: number, locale: Locale): string {
  return formatValue(count, 'count', locale);
}

/** `12K`, `1,2 jt`: what fits beside an axis. */
export function shortCount(count: number, locale: Locale): string {
  return new Intl.NumberFormat(LANGUAGE_TAGS[locale], {
    notation: 'compact',
    maximumFractionDigits: MOST_DECIMALS,
  }).format(count);
}

/** `1.2 GB`, of 10⁹ bytes. */
export function bytesText(bytes: number, locale: Locale): string {
  const [unit, size] = BYTE_UNITS.find(([, least]) => bytes >= least) ?? ['byte', 1];
  return new Intl.NumberFormat(LANGUAGE_TAGS[locale], {
    style: 'unit',
    unit,
    maximumFractionDigits: MOST_DECIMALS,
  }).format(bytes / size);
}

/** `120 ms`; a dash for none. */
export function timeText(milliseconds: number | null, locale: Locale): string {
  return milliseconds === null ? '–' : formatValue(milliseconds, 'milliseconds', locale);
}

/** A part in percent of a whole: `1.2%`; `0%` of nothing. */
export function shareText(part: number, whole: number, locale: Locale): string {
  return formatValue(whole === 0 ? 0 : (part / whole) * PERCENT, 'percent', locale);
}

/** Rupiah in percent of others; undefined of none. */
export function rupiahShare(part: Rupiah, whole: Rupiah, locale: Locale): string | undefined {
  const percent = percentOf(decimal(part), decimal(whole));
  return percent === null ? undefined : formatPercent(decimal(String(percent)), locale);
}

export function rupiahText(amount: string, locale: Locale): string {
  return formatRupiah(BigInt(amount), locale);
}

/** How much more than before, in percent; undefined when nothing was before. */
export function changeInPercent(now: number | null, before: number | null | undefined): number | undefined {
  return now === null || before === null || before === undefined || before === 0
    ? undefined
    : ((now - before) / before) * PERCENT;
}

/** `▲ 12.5%`, `▼ 3%`, `= 0%`. */
export function changeText(percent: number, locale: Locale): string {
  const size = formatValue(Math.abs(percent), 'percent', locale);
  const sign = size === formatValue(0, 'percent', locale) ? '=' : percent > 0 ? '▲' : '▼';
  return `${sign} ${size}`;
}
