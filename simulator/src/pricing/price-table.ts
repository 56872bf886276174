import { textTable } from '../cli/text-table.ts';
import type { Language } from '../report/language.ts';
import { billedLine, priceRows } from './price-rows.ts';
import { priceTexts } from './price-texts.ts';
import type { PricedMonth } from './priced-month.ts';

/** The prices for a terminal: plans with their totals, and of one plan alone what it is made of. */
export function priceTable(priced: PricedMonth, language: Language): string {
  const { title, about, columns } = priceTexts(language);
  const rows = priceRows(priced, language);
  const table = textTable(
    [
      { title: columns.plan, align: 'left' },
      { title: columns.total, align: 'right' },
      { title: columns.parts, align: 'left' },
    ],
    rows.map(({ plan, total, parts }) => [plan, total, parts]),
  );
  return `\n${title}\n${table}\n${billedLine(priced, language)}\n${about}\n`;
}
