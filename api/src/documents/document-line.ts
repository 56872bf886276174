import {
  type Decimal,
  explainLine,
  formatExact,
  type LocalText,
  type MeterKey,
  unitName,
} from '@riwayat/billing';
import type { InvoiceLine } from '../invoices/line.ts';
import type { Locale } from '../tenants/tenant.ts';
import type { DocumentLine } from './invoice-document.ts';

type Told = Pick<DocumentLine, 'formula' | 'notes'>;

/** A line of an invoice or a credit note as documents show it. */
export function documentLine(line: InvoiceLine): DocumentLine {
  return {
    kind: line.kind,
    component: line.component,
    name: line.name,
    ...told(line),
    plan: line.plan,
    month: line.period,
    quantity: line.measured && {
      value: line.measured.quantity,
      unit: line.measured.unit ?? unitOf(line.measured.meter, line.measured.quantity),
    },
    exact: line.exact,
    amount: line.amount,
  };
}

function told(line: InvoiceLine): Told {
  const { calculation, exact } = line;
  switch (calculation.kind) {
    case 'late': {
      const { before, after } = calculation;
      const less = (locale: Locale): string =>
        `${formatExact(after, locale)} − ${formatExact(before, locale)} = ${formatExact(after.minus(before), locale)}`;
      return {
        formula: { id: less('id'), en: less('en') },
        notes: line.kind === 'waived' ? [LATE, WAIVED] : [LATE],
      };
    }
    case 'part': {
      const of = (locale: Locale): string =>
        `${formatExact(exact, locale)} / ${formatExact(calculation.of, locale)}`;
      return { formula: { id: of('id'), en: of('en') }, notes: [PART] };
    }
    default: {
      const explainable = { ...line, calculation, negated: line.credits !== null };
      const [id, en] = [explainLine(explainable, 'id'), explainLine(explainable, 'en')];
      return {
        formula: { id: id.formula, en: en.formula },
        notes: id.notes.map((note, index) => ({ id: note, en: en.notes[index] ?? note })),
      };
    }
  }
}

const LATE: LocalText = {
  id: 'Nilai bulan itu sekarang, dikurangi yang sudah ditagih.',
  en: 'What the month comes to now, less what was billed.',
};
const WAIVED: LocalText = { id: 'Tidak ditagih.', en: 'Not charged.' };
const PART: LocalText = {
  id: 'Bagian dari nilai baris yang dikreditkan.',
  en: 'A part of the amount of the line that is credited.',
};

function unitOf(meter: MeterKey, quantity: Decimal): LocalText {
  return { id: unitName(meter, quantity, 'id'), en: unitName(meter, quantity, 'en') };
}
