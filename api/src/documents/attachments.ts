/*
 * What mails bring: written when a mail is sent, from what is stored then, and kept nowhere.
 */
import type { TenantId } from '@riwayat/collector';
import { MAIL_TEMPLATES, type MailTemplate } from '../notifications/mail-templates.ts';
import type { MailAttachment } from '../notifications/mailer.ts';
import type { Database } from '../postgres/database.ts';
import { isTenantId, type Locale } from '../tenants/tenant.ts';
import type { InvoiceDocument, PaymentMeans, Seller } from './invoice-document.ts';
import { invoicePdf } from './pdf/invoice-pdf.ts';
import { receiptFileName, receiptPdf } from './pdf/receipt-pdf.ts';
import { readInvoice } from './read-invoice.ts';
import { readReceipt } from './read-receipt.ts';

export interface DocumentAttachments {
  readonly database: Database;
  readonly seller: Seller;
  readonly means: (invoice: InvoiceDocument) => PaymentMeans;
}

/** Of which document, of whom, and in which language. */
interface Wanted {
  readonly tenantId: TenantId;
  readonly id: string;
  readonly locale: Locale;
}

/** What is attached to a mail: the invoice, the credit note or the receipt that it tells of; nothing to any other. */
export async function documentAttachments(
  documents: DocumentAttachments,
  mail: {
    readonly template: MailTemplate;
    readonly values: unknown;
    readonly tenantId: string;
    readonly locale: Locale;
  },
): Promise<MailAttachment[]> {
  const { template, values, tenantId, locale } = mail;
  if (!isTenantId(tenantId)) {
    return [];
  }
  switch (template) {
    case 'invoice-issued': {
      const { invoice: id } = MAIL_TEMPLATES[template].values.parse(values);
      return [await attachedInvoice(documents, { tenantId, id, locale })];
    }
    case 'credit-note-issued': {
      const { note: id } = MAIL_TEMPLATES[template].values.parse(values);
      return [await attachedInvoice(documents, { tenantId, id, locale })];
    }
    case 'payment-received': {
      const { payment: id } = MAIL_TEMPLATES[template].values.parse(values);
      return id === null ? [] : [await attachedReceipt(documents, { tenantId, id, locale })];
    }
    default:
      return [];
  }
}

async function attachedInvoice(
  { database, seller, means }: DocumentAttachments,
  { tenantId, id, locale }: Wanted,
): Promise<MailAttachment> {
  const invoice = await readInvoice(database.db, tenantId, id);
  if (invoice === undefined) {
    throw new Error(`The invoice ${id} that a mail brings is not there.`);
  }
  const content = await invoicePdf(invoice, { seller, means: means(invoice), locale });
  return { fileName: `${invoice.number}.pdf`, type: 'application/pdf', content };
}

async function attachedReceipt(
  { database, seller }: DocumentAttachments,
  { tenantId, id, locale }: Wanted,
): Promise<MailAttachment> {
  const receipt = await readReceipt(database.db, tenantId, id);
  if (receipt === undefined) {
    throw new Error(`The payment ${id} whose receipt a mail brings is not there.`);
  }
  const content = await receiptPdf(receipt, { seller, locale });
  return { fileName: receiptFileName(receipt), type: 'application/pdf', content };
}
