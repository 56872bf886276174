/*
 * Numbers as a reader's language writes them, from exact text alone: Intl takes decimals as text, so no JavaScript number
 * is on the way.
 */
import { type Decimal, ZERO } from '../money/decimal.ts';
import type { Rupiah } from '../money/rupiah.ts';
import type { Language } from '../plans/plan.ts';

const TAGS: Readonly<Record<Language, string>> = { id: 'id-ID', en: 'en-GB' };
/** The most that Intl shows: more than any amount, price or quantity here has. */
const MOST_DECIMALS = 20;

/** Indonesian writes the symbol at the digits, English apart from them (by a space that no line breaks at). */
const SYMBOLS: Readonly<Record<Language, string>> = { id: 'Rp', en: 'Rp\u00a0' };

const NUMBERS = {
  id: new Intl.NumberFormat(TAGS.id, { maximumFractionDigits: MOST_DECIMALS }),
  en: new Intl.NumberFormat(TAGS.en, { maximumFractionDigits: MOST_DECIMALS }),
};

/** Whole rupiah: `Rp820.100` in Indonesian, `Rp 820,100` in English: the symbol that the country's own bills have. */
export function formatRupiah(amount: Rupiah, language: Language): string {
  return signed(amount < 0n, withSymbol(NUMBERS[language].format(amount < 0n ? -amount : amount), language));
}

/** An exact price or amount, with all the decimals it has and no more: `Rp0,005`. */
export function formatExact(amount: Decimal, language: Language): string {
  return signed(amount.lt(ZERO), withSymbol(formatQuantity(amount.abs(), language), language));
}

/** A quantity, with all the decimals it has and no more: `1.234,5`. */
export function formatQuantity(quantity: Decimal, language: Language): string {
  const text = quantity.abs().toFixed();
  return signed(quantity.lt(ZERO), isNumeric(text) ? NUMBERS[language].format(text) : text);
}

/** Percent, as they are: `−20%`. */
export function formatPercent(percent: Decimal, language: Language): string {
  return `${formatQuantity(percent, language)}%`;
}

function withSymbol(digits: string, language: Language): string {
  return `${SYMBOLS[language]}${digits}`;
}

/** With the sign that is not a hyphen. */
function signed(negative: boolean, text: string): string {
  return negative ? `−${text}` : text;
}

/** What Intl's types take for the text of a number. */
function isNumeric(text: string): text is `${number}` {
  return /^\d+(\.\d+)?$/.test(text);
}
