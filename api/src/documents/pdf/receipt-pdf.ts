import { formatRupiah } from '@riwayat/billing';
import { localMonth, localTime } from '../../notifications/place.ts';
import type { DocumentFrame, ReceiptDocument } from '../invoice-document.ts';
import { documentWords, TITLES } from '../words.ts';
import { letterhead, particulars } from './letterhead.ts';
import { Paper } from './paper.ts';

/** The receipt of a payment as a PDF, A4. The same payment gives the same bytes. */
export async function receiptPdf(
  receipt: ReceiptDocument,
  { seller, locale }: Pick<DocumentFrame, 'seller' | 'locale'>,
): Promise<Buffer> {
  const { tenant, timezone, invoice, receivedAt, method, reference } = receipt;
  const { amount, applied, keptForNext, outstanding } = receipt;
  const words = documentWords(locale);
  const title = TITLES.receipt[locale];
  const paper = new Paper({
    title: `${title} · ${invoice.number} · ${tenant.name}`,
    author: seller.name,
    locale,
    createdAt: receivedAt,
    footer: (page, of) => `${title} ${receipt.id} · ${words.page(page, of)}`,
  });
  letterhead(paper, { seller, locale, title, number: receipt.id });
  const rupiah = (whole: bigint): string => formatRupiah(whole, locale);
  particulars(paper, {
    party: { heading: words.receivedFrom, name: tenant.name, lines: [`${words.tenantId}: ${tenant.id}`] },
    facts: [
      [words.received, rupiah(amount)],
      [words.receivedAt, localTime(receivedAt.toISOString(), { locale, timezone })],
      [words.forInvoice, invoice.number],
      [words.period, localMonth(invoice.month, locale)],
      [words.method, method[locale]],
      ...(reference === null ? [] : [[words.reference, reference] as const]),
      [words.applied, rupiah(applied)],
      ...(keptForNext === 0n ? [] : [[words.keptForNext, rupiah(keptForNext)] as const]),
      [words.stillOwed, rupiah(outstanding)],
    ],
    stamp: null,
    locale,
  });
  return paper.finish();
}

/** What the file is called: `INV-2026-000123-pay_….pdf`; an invoice may be paid in parts. */
export function receiptFileName({ id, invoice }: ReceiptDocument): string {
  return `${invoice.number}-${id}.pdf`;
}
