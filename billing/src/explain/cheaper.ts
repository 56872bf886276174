import { unitName } from '../meters/units.ts';
import type { Decimal } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import type { CheaperBeyond } from '../rating/cliffs.ts';
import { formatQuantity, formatRupiah } from './format.ts';

/** Tells a tenant that more usage would have cost less, and how much less. */
export function explainCheaper(
  { meter, quantity, beyond, saves }: CheaperBeyond,
  language: Language,
): string {
  const counted = (of: Decimal): string => `${formatQuantity(of, language)} ${unitName(meter, of, language)}`;
  const saved = formatRupiah(saves, language);
  return language === 'id'
    ? `Pemakaian ${counted(quantity)}; dengan ${counted(beyond)}, tagihan bulan ini lebih murah ${saved}.`
    : `Usage was ${counted(quantity)}; with ${counted(beyond)}, the month would have cost ${saved} less.`;
}
