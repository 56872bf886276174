import { type Decimal, type LocalText, type MeterKey, unitName } from '@riwayat/billing';
import { explained } from '../invoices/explained.ts';
import type { InvoiceLine } from '../invoices/line.ts';
import type { DocumentLine } from './invoice-document.ts';

/** A line of an invoice or a credit note as documents show it. */
export function documentLine(line: InvoiceLine): DocumentLine {
  return {
    kind: line.kind,
    component: line.component,
    name: line.name,
    ...explained(line),
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

function unitOf(meter: MeterKey, quantity: Decimal): LocalText {
  return { id: unitName(meter, quantity, 'id'), en: unitName(meter, quantity, 'en') };
}
