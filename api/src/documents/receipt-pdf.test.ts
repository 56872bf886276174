import { expect, it } from 'vitest';
import { SAMPLE_FRAME } from '../testing/invoice-samples.ts';
import { pdfText } from '../testing/pdf-text.ts';
import type { ReceiptDocument } from './invoice-document.ts';
import { receiptPdf } from './pdf/receipt-pdf.ts';

const RECEIPT: ReceiptDocument = {
  id: 'pay_0123456789abcdef0123',
  tenant: { id: 'koperasi', name: 'Koperasi Melati' },
  timezone: 'Asia/Jakarta',
  invoice: { id: 'inv_0123456789abcdef0123', number: 'INV-2026-000123', month: '2026-11' },
  receivedAt: new Date('2026-12-02T20:15:00Z'),
  method: { id: 'Transfer bank', en: 'Bank transfer' },
  reference: 'BCA-7781',
  amount: 900_000n,
  applied: 822_294n,
  keptForNext: 77_706n,
  outstanding: 0n,
};

it.each([
  [
    'id',
    ['Kuitansi', 'Rp900.000', 'Rp822.294', 'Rp77.706', '3 Desember 2026 pukul 03.15 WIB', 'Transfer bank'],
  ],
  ['en', ['Receipt', 'Rp\u00a0900,000', 'Rp\u00a0822,294', 'Rp\u00a077,706', 'Bank transfer', 'BCA-7781']],
] as const)(
  'says in %s what was received, when, for which invoice, and what is kept of it',
  async (locale, texts) => {
    const said = pdfText(await receiptPdf(RECEIPT, { ...SAMPLE_FRAME, locale })).flat();
    expect(said).toEqual(expect.arrayContaining([...texts, 'INV-2026-000123', 'Koperasi Melati']));
  },
);

it('gives the same bytes for the same payment', async () => {
  const [first, second] = [await receiptPdf(RECEIPT, SAMPLE_FRAME), await receiptPdf(RECEIPT, SAMPLE_FRAME)];
  expect(first.equals(second)).toBe(true);
});
