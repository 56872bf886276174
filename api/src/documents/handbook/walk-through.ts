import {
  type Bill,
  bill,
  billingMonth,
  CATALOGUE,
  type Contract,
  evenUsage,
  explain,
  formatExact,
  PriceList,
  sum,
} from '@riwayat/billing';
import type { Locale } from '../../tenants/tenant.ts';
import { markdownTable } from './blocks.ts';

const MONTH = billingMonth('2026-11', 'Asia/Jakarta');

/** What the walk through an invoice is about; the pages tell the same in words. */
const WALKED_CONTRACT: Contract = {
  startedOn: '2026-01-01',
  terms: [
    { from: '2026-01-01', plan: 'hybrid' },
    { from: '2026-11-16', plan: 'usage' },
  ],
  discounts: [{ kind: 'rural', from: '2026-01-01' }],
};
const WALKED_TOTALS = {
  members: '250',
  transactions: '480',
  storage: '3',
  api_calls: '42000',
} as const;

const HEAD = {
  id: ['Baris', 'Perhitungan', 'Nilai', 'Catatan'],
  en: ['Line', 'How it is computed', 'Amount', 'Notes'],
};
const SUM = { id: 'Jumlah tepat', en: 'Exact sum' };
const TOTAL = { id: 'Total', en: 'Total' };

/** The bill that the pages walk through. */
export function walkedBill(): Bill {
  return bill({
    month: MONTH.month,
    usage: evenUsage(MONTH.days, WALKED_TOTALS),
    contract: WALKED_CONTRACT,
    prices: new PriceList(CATALOGUE),
  });
}

/** The lines of that bill with their formulas, as Markdown. */
export function walkBlock(locale: Locale): string {
  const billed = walkedBill();
  const { lines, total, rounding } = explain(billed, locale);
  const table = markdownTable(HEAD[locale], [
    ...lines.map(({ name, formula, amount, notes }) => [name, formula, amount, notes.join(' ')]),
    [SUM[locale], '', formatExact(sum(billed.lines.map(({ exact }) => exact)), locale), ''],
    [`**${TOTAL[locale]}**`, '', `**${total}**`, ''],
  ]);
  return rounding === null ? table : `${table}\n\n${rounding}`;
}
