import { bill, billingMonth, CATALOGUE, type Contract, evenUsage, PriceList } from '@riwayat/billing';
import { documentLine } from '../documents/document-line.ts';
import type { DocumentFrame, InvoiceDocument } from '../documents/invoice-document.ts';
import { lineOfBill } from '../invoices/line.ts';

const MONTH = billingMonth('2026-11', 'Asia/Jakarta');
const CONTRACT: Contract = {
  startedOn: '2026-01-01',
  terms: [
    { from: '2026-01-01', plan: 'hybrid' },
    { from: '2026-11-18', plan: 'usage' },
  ],
  discounts: [{ kind: 'rural', from: '2026-01-01' }],
};
const USAGE = evenUsage(MONTH.days, { members: '250', transactions: '300', storage: '2', api_calls: '500' });

/** An invoice of two plans and a discount, with what is not given as it is on the day of issue. */
export function sampleInvoice(changes: Partial<InvoiceDocument> = {}): InvoiceDocument {
  const { lines, total } = bill({
    month: MONTH.month,
    usage: USAGE,
    contract: CONTRACT,
    prices: new PriceList(CATALOGUE),
  });
  return {
    kind: 'invoice',
    id: 'inv_0123456789abcdef0123',
    number: 'INV-2026-000123',
    state: 'issued',
    tenant: { id: 'koperasi-contoh', name: 'Koperasi Šćepan Żółw Nguyễn Łódź ꦗꦮ 株式会社' },
    timezone: MONTH.timezone,
    month: MONTH.month,
    issuedAt: new Date('2026-11-30T18:00:00Z'),
    issuedOn: '2026-12-01',
    dueOn: '2026-12-01',
    graceUntil: '2026-12-08',
    paidOn: null,
    credits: null,
    lines: lines.map((line) => documentLine(lineOfBill(line, MONTH.month))),
    total,
    lateFees: 0n,
    paid: 0n,
    credited: 0n,
    writtenOff: 0n,
    outstanding: total,
    ...changes,
  };
}

export const SAMPLE_FRAME: DocumentFrame = {
  seller: {
    name: 'PT Riwayat Contoh',
    address: ['Jl. Jenderal Sudirman 1', 'Jakarta 10220'],
    taxId: '01.234.567.8-901.000',
    email: 'tagihan@example.com',
    phone: '+62 21 5550123',
  },
  means: {
    bankAccounts: [
      { bank: 'Bank BCA', number: '123-456-7890', holder: 'PT Riwayat Contoh' },
      { bank: 'Bank Mandiri', number: '123-000-456-789', holder: 'PT Riwayat Contoh' },
    ],
    qris: '00020101021226570011ID.DANA.WWW011893600915300000000002090000000000303UMI51440014ID.CO.QRIS.WWW0215ID10200000000000303UMI5204899953033605802ID5911RiwayatTest6013Jakarta Pusat6105102206304ABCD',
  },
  locale: 'id',
};
