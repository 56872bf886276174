import type { SignalUnit } from '../signals/signal.ts';
import { LANGUAGE_TAGS, type Language, type LocalText } from './language.ts';

const MS_PER_SECOND = 1_000;
const SECONDS_PER_HOUR = 3_600;
const SECONDS_PER_DAY = 86_400;
/** Intl writes no more. */
const MOST_DETAIL = 12;

const SPANS = [
  ['day', SECONDS_PER_DAY],
  ['hour', SECONDS_PER_HOUR],
  ['minute', 60],
  ['second', 1],
] as const;

const PER_SECOND: LocalText = { en: '/s', id: '/detik' };
const ROWS: Readonly<Record<Language, readonly [one: string, other: string]>> = {
  en: ['row', 'rows'],
  id: ['baris', 'baris'],
};

/**
 * A value of a signal, with its unit: `12.4%`, `2 seconds`, `1,5 detik`.
 *
 * @param detail how many decimals at most; of times, so many units too
 */
export function formatValue(value: number, unit: SignalUnit, language: Language, detail = 1): string {
  switch (unit) {
    case 'percent':
      return `${formatNumber(value, language, detail)}%`;
    case 'milliseconds':
      return Math.abs(value) < MS_PER_SECOND
        ? `${formatNumber(value, language, detail)} ms`
        : withUnit(value / MS_PER_SECOND, 'second', language, detail);
    case 'seconds':
      return formatSpan(value, language, detail + 1);
    case 'hours':
      return formatSpan(value * SECONDS_PER_HOUR, language, detail + 1);
    case 'days':
      return withUnit(value, 'day', language, detail);
    case 'count':
      return formatNumber(value, language, detail);
    case 'per_second':
      return `${formatNumber(value, language, detail)}${PER_SECOND[language]}`;
    case 'rows':
      return `${formatNumber(value, language, detail)} ${ROWS[language][Math.abs(value) === 1 ? 0 : 1]}`;
  }
}

/**
 * A value beside a limit that it is not: in as much detail as tells them apart, so that nobody reads of 5% that it is
 * above 5%.
 */
export function formatBeside(value: number, limit: number, unit: SignalUnit, language: Language): string {
  const limitText = formatValue(limit, unit, language, MOST_DETAIL);
  for (let detail = 1; detail < MOST_DETAIL; detail += 1) {
    const text = formatValue(value, unit, language, detail);
    if (value === limit || text !== limitText) {
      return text;
    }
  }
  return formatValue(value, unit, language, MOST_DETAIL);
}

/**
 * A length of time: `1 hour 30 minutes`, `2 menit`.
 *
 * @param units how many of its units at most, the largest ones; all unless given
 */
export function formatSpan(seconds: number, language: Language, units: number = SPANS.length): string {
  const decimals = Math.max(0, units - SPANS.length);
  const parts: string[] = [];
  let rest = Math.abs(seconds);
  for (const [unit, size] of SPANS) {
    const last = unit === 'second';
    const amount = last ? rest : Math.floor(rest / size);
    rest -= amount * size;
    if (last ? amount > 0 || parts.length === 0 : amount > 0) {
      parts.push(withUnit(last && decimals === 0 ? Math.floor(amount) : amount, unit, language, decimals));
    }
  }
  return parts.slice(0, units).join(' ');
}

/** A number as the language writes it, with so many decimals at most. */
function formatNumber(value: number, language: Language, decimals = 1): string {
  return new Intl.NumberFormat(LANGUAGE_TAGS[language], { maximumFractionDigits: decimals }).format(value);
}

function withUnit(
  value: number,
  unit: 'day' | 'hour' | 'minute' | 'second',
  language: Language,
  decimals: number,
): string {
  return new Intl.NumberFormat(LANGUAGE_TAGS[language], {
    style: 'unit',
    unit,
    unitDisplay: 'long',
    maximumFractionDigits: decimals,
  }).format(value);
}
