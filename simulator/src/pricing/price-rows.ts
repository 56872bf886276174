import { isMeterKey } from '@riwayat/billing';
import { type Language, LOCALES } from '../report/language.ts';
import { priceTexts, rupiahFormat } from './price-texts.ts';
import type { PricedMonth } from './priced-month.ts';

/** A plan as it is shown. */
export interface PriceRow {
  readonly plan: string;
  readonly total: string;
  /** What it is made of, without what costs nothing. */
  readonly parts: string;
}

/** The plans as they are shown, in their order. */
export function priceRows({ plans }: PricedMonth, language: Language): PriceRow[] {
  const rupiah = rupiahFormat(language);
  return plans.map(({ key, name, total, lines }) => ({
    plan: `${name[language]} (${key})`,
    total: rupiah.format(total),
    parts: lines
      .filter(({ amount }) => amount !== 0)
      .map((line) => `${line.name[language]} ${rupiah.format(line.amount)}`)
      .join(', '),
  }));
}

/** What is billed, in one line. */
export function billedLine({ usage }: PricedMonth, language: Language): string {
  const texts = priceTexts(language);
  const number = new Intl.NumberFormat(LOCALES[language], { maximumFractionDigits: 2 });
  const parts = Object.entries(usage).map(([meter, quantity]) =>
    isMeterKey(meter) ? `${number.format(Number(quantity))} ${texts.meters[meter]}` : '',
  );
  return `${texts.usage}: ${parts.join(', ')}.`;
}
