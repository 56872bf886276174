import { type Decimal, decimal, sum } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import type { BillLine } from '../rating/line.ts';
import { formatExact, formatRupiah } from './format.ts';
import { formulaOf } from './formula.ts';
import { notesOf } from './notes.ts';

/** What of a line it takes to explain it. */
export type ExplainableLine = Pick<
  BillLine,
  'name' | 'measured' | 'calculation' | 'share' | 'exact' | 'amount' | 'negated'
>;

/** A line as its reader can check it; every number is written as the language writes numbers. */
export interface ExplainedLine {
  readonly name: string;
  /** The arithmetic and what it comes to, exactly: `(300 − 100) transaksi × Rp100 = Rp20.000`. */
  readonly formula: string;
  /** In whole rupiah: `Rp20.000`. */
  readonly amount: string;
  /** Sentences: what is included, which tier counts, on how many days the plan held, how it was rounded. */
  readonly notes: readonly string[];
}

export interface Explanation {
  readonly lines: readonly ExplainedLine[];
  /** The sum in whole rupiah. */
  readonly total: string;
  /** How the exact sum became the total, or null where nothing had to be rounded. */
  readonly rounding: string | null;
}

/** Gives each line of a bill its formula in numbers and words, and says how the bill was rounded. */
export function explain(
  { lines }: { readonly lines: readonly ExplainableLine[] },
  language: Language,
): Explanation {
  const exact = sum(lines.map((line) => line.exact));
  const total = lines.reduce((amount, line) => amount + line.amount, 0n);
  const isWhole = lines.every((line) => line.exact.eq(decimal(line.amount)));
  return {
    lines: lines.map((line) => explainLine(line, language)),
    total: formatRupiah(total, language),
    rounding: isWhole
      ? null
      : ROUNDING[language](formatExact(exact, language), formatRupiah(total, language)),
  };
}

/** Explains one line of a bill. */
export function explainLine(line: ExplainableLine, language: Language): ExplainedLine {
  const amount = formatRupiah(line.amount, language);
  return {
    name: line.name[language],
    formula: `${formulaOf(line, language)} = ${formatExact(line.exact, language)}`,
    amount,
    notes: [
      ...notesOf(line, language),
      ...notesOfShare(line.share, language),
      ...notesOfRounding(line.exact, line.amount, language),
    ],
  };
}

const ROUNDING: Readonly<Record<Language, (exact: string, total: string) => string>> = {
  id: (exact, total) =>
    `Jumlah tepat ${exact} dibulatkan sekali menjadi ${total}; tiap baris dibulatkan ke atas atau ke bawah sehingga jumlahnya sama.`,
  en: (exact, total) =>
    `The exact sum ${exact} is rounded once, to ${total}; each line is rounded up or down so that they add up to it.`,
};

function notesOfShare({ days, of }: BillLine['share'], language: Language): string[] {
  if (days === of) {
    return [];
  }
  return [
    language === 'id'
      ? `Paket berlaku ${days} dari ${of} hari bulan ini.`
      : `The plan held on ${days} of the month’s ${of} days.`,
  ];
}

function notesOfRounding(exact: Decimal, amount: bigint, language: Language): string[] {
  if (exact.eq(decimal(amount))) {
    return [];
  }
  const rounded = formatRupiah(amount, language);
  return [language === 'id' ? `Dibulatkan menjadi ${rounded}.` : `Rounded to ${rounded}.`];
}
