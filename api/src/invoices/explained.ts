import { explainLine, formatExact, type Language, type LocalText } from '@riwayat/billing';
import type { InvoiceLine } from './line.ts';

/** How a line's amount came about, in both languages. */
export interface ExplainedInvoiceLine {
  /** The arithmetic, with every number: `(300 − 100) transaksi × Rp100 = Rp20.000`. */
  readonly formula: LocalText;
  /** Sentences. */
  readonly notes: readonly LocalText[];
}

const LATE = {
  adjustment: {
    id: 'Pemakaian yang baru diketahui setelah bulan itu ditagih: tagihan seharusnya dikurangi yang sudah ditagih.',
    en: 'Usage that became known after its month was billed: what it comes to now, less what was billed.',
  },
  waived: {
    id: 'Pemakaian yang baru diketahui setelah bulan itu ditagih. Sesuai kontrak tidak ditagih.',
    en: 'Usage that became known after its month was billed. By the contract it is not charged.',
  },
} as const;

const PART = {
  id: 'Sebagian dari baris tagihan yang dikreditkan.',
  en: 'A part of the line that is credited.',
} as const;

/** Explains a line of an invoice or of a credit note; those of bills as `explain` does. */
export function explained(line: InvoiceLine): ExplainedInvoiceLine {
  const { calculation } = line;
  if (calculation.kind === 'late') {
    const { before, after } = calculation;
    return {
      formula: inBoth((language) => {
        const difference = formatExact(after.minus(before), language);
        return `${formatExact(after, language)} − ${formatExact(before, language)} = ${difference}`;
      }),
      notes: [line.kind === 'waived' ? LATE.waived : LATE.adjustment],
    };
  }
  if (calculation.kind === 'part') {
    return {
      formula: inBoth(
        (language) => `${formatExact(line.exact, language)} / ${formatExact(calculation.of, language)}`,
      ),
      notes: [PART],
    };
  }
  const of = { ...line, calculation, negated: line.credits !== null };
  const [id, en] = [explainLine(of, 'id'), explainLine(of, 'en')];
  return {
    formula: { id: id.formula, en: en.formula },
    notes: id.notes.map((note, index) => ({ id: note, en: en.notes[index] ?? note })),
  };
}

function inBoth(write: (language: Language) => string): LocalText {
  return { id: write('id'), en: write('en') };
}
