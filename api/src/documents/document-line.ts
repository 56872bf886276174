import {
  type BillLine,
  type Decimal,
  explainLine,
  type LocalText,
  type MeterKey,
  unitName,
} from '@riwayat/billing';
import type { DocumentLine } from './invoice-document.ts';

/**
 * A line of a bill as documents show it.
 *
 * @param month that it is of, `YYYY-MM`
 */
export function lineOfBill(line: BillLine, month: string): DocumentLine {
  const [id, en] = [explainLine(line, 'id'), explainLine(line, 'en')];
  return {
    kind: line.kind,
    component: line.component,
    name: line.name,
    formula: { id: id.formula, en: en.formula },
    notes: id.notes.map((note, index) => ({ id: note, en: en.notes[index] ?? note })),
    plan: line.plan,
    month,
    quantity: line.measured && {
      value: line.measured.quantity,
      unit: line.measured.unit ?? unitOf(line.measured.meter, line.measured.quantity),
    },
    exact: line.exact,
    amount: line.amount,
  };
}

function unitOf(meter: MeterKey, quantity: Decimal): LocalText {
  return { id: unitName(meter, quantity, 'id'), en: unitName(meter, quantity, 'en') };
}
