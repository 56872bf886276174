import type { LocalText } from '@riwayat/billing';
import type { Locale } from '../tenants/tenant.ts';
import type { InvoiceDocument } from './invoice-document.ts';

export const TITLES: Readonly<Record<InvoiceDocument['kind'] | 'receipt' | 'usage-report', LocalText>> = {
  invoice: { id: 'Tagihan', en: 'Invoice' },
  'credit-note': { id: 'Nota kredit', en: 'Credit note' },
  receipt: { id: 'Kuitansi', en: 'Receipt' },
  'usage-report': { id: 'Laporan pemakaian', en: 'Usage report' },
};

/** A word that is stamped on a document, and its colour. */
export interface Stamp {
  readonly word: LocalText;
  readonly colour: string;
}

/** Null: nothing is remarkable. */
export const STAMPS: Readonly<Record<InvoiceDocument['state'], Stamp | null>> = {
  draft: { word: { id: 'KONSEP', en: 'DRAFT' }, colour: '#5c6675' },
  issued: null,
  late: { word: { id: 'TERLAMBAT', en: 'LATE' }, colour: '#b42318' },
  suspended: { word: { id: 'DITANGGUHKAN', en: 'SUSPENDED' }, colour: '#b42318' },
  paid: { word: { id: 'LUNAS', en: 'PAID' }, colour: '#1a7f4b' },
  void: { word: { id: 'BATAL', en: 'VOID' }, colour: '#5c6675' },
  credited: { word: { id: 'DIKREDIT', en: 'CREDITED' }, colour: '#5c6675' },
  // The term of accounting: off the books, which is not forgiven.
  'written-off': { word: { id: 'DIHAPUSBUKUKAN', en: 'WRITTEN OFF' }, colour: '#5c6675' },
};

const WORDS = {
  id: {
    tenant: 'Ditagihkan kepada',
    tenantId: 'ID pelanggan',
    period: 'Periode',
    issuedOn: 'Tanggal terbit',
    dueOn: 'Jatuh tempo',
    graceUntil: 'Tanpa denda sampai',
    paidOn: 'Lunas pada',
    credits: 'Mengkredit tagihan',
    timezone: 'Zona waktu',
    taxId: 'NPWP',
    description: 'Uraian',
    quantity: 'Jumlah',
    amount: 'Nilai',
    total: 'Total',
    lateFees: 'Denda keterlambatan',
    paid: 'Sudah dibayar',
    credited: 'Dikreditkan',
    writtenOff: 'Dihapusbukukan',
    outstanding: 'Harus dibayar',
    rounding:
      'Setiap baris dihitung tepat sampai pecahan rupiah dan dibulatkan bersama: jumlah baris selalu sama dengan total.',
    howToPay: 'Cara membayar',
    transfer: 'Transfer bank',
    mention: (number: string) => `Cantumkan ${number} pada berita transfer.`,
    qris: 'Pindai QRIS ini dengan aplikasi pembayaran Anda.',
    lacking: (mark: string) =>
      `${mark} menggantikan huruf yang tidak dimiliki fon dokumen ini; teks lengkapnya ada dalam bentuk CSV dan JSON.`,
    plan: (key: string, version: number) => `Paket ${key}, versi ${version}`,
    ofMonth: (month: string) => `Untuk ${month}`,
    page: (page: number, of: number) => `Halaman ${page} dari ${of}`,
    receivedFrom: 'Diterima dari',
    receivedAt: 'Diterima pada',
    forInvoice: 'Untuk tagihan',
    method: 'Metode',
    reference: 'Referensi',
    received: 'Jumlah diterima',
    applied: 'Dibukukan pada tagihan',
    keptForNext: 'Disimpan untuk tagihan berikutnya',
    stillOwed: 'Sisa tagihan',
  },
  en: {
    tenant: 'Billed to',
    tenantId: 'Customer ID',
    period: 'Period',
    issuedOn: 'Issued',
    dueOn: 'Due',
    graceUntil: 'Without late fee until',
    paidOn: 'Paid on',
    credits: 'Credits invoice',
    timezone: 'Time zone',
    taxId: 'Tax number',
    description: 'Description',
    quantity: 'Quantity',
    amount: 'Amount',
    total: 'Total',
    lateFees: 'Late fees',
    paid: 'Paid',
    credited: 'Credited',
    writtenOff: 'Written off',
    outstanding: 'To be paid',
    rounding:
      'Each line is computed exactly, to fractions of a rupiah, and all are rounded together: the lines always add up to the total.',
    howToPay: 'How to pay',
    transfer: 'Bank transfer',
    mention: (number: string) => `Mention ${number} in the transfer.`,
    qris: 'Scan this QRIS picture with your payment application.',
    lacking: (mark: string) =>
      `${mark} stands for a letter that this document's font does not have; the whole text is in the CSV and JSON forms.`,
    plan: (key: string, version: number) => `Plan ${key}, version ${version}`,
    ofMonth: (month: string) => `For ${month}`,
    page: (page: number, of: number) => `Page ${page} of ${of}`,
    receivedFrom: 'Received from',
    receivedAt: 'Received on',
    forInvoice: 'For invoice',
    method: 'Method',
    reference: 'Reference',
    received: 'Amount received',
    applied: 'Booked on the invoice',
    keptForNext: 'Kept for the next invoice',
    stillOwed: 'Still to be paid',
  },
} as const;

export type DocumentWords = (typeof WORDS)[Locale];

/** What documents say, in a language. */
export function documentWords(locale: Locale): DocumentWords {
  return WORDS[locale];
}
