import { formatRupiah } from '@riwayat/billing';
import { z } from 'zod';
import { instant, name, template } from './letter.ts';
import { localDay, localMonth, localTime } from './place.ts';

const amount = z.string().regex(/^\d+$/).describe('Whole rupiah');

/** Mails about invoices and what is paid of them. */
export const BILLING_MAILS = {
  'payment-received': template(
    z.object({
      name,
      payment: z.string().nullable().default(null).describe('Whose receipt is attached; null: there is none'),
      invoice: z.string(),
      amount,
      open: amount,
      credit: amount,
      paidAt: instant,
    }),
    {
      en: ({ name, invoice, amount, open, credit, paidAt }, sender) => ({
        subject: `Payment of ${sender.tenant} received for the invoice ${invoice}`,
        paragraphs: [
          `Hello ${name},`,
          `we have received ${formatRupiah(BigInt(amount), sender.locale)} of ${sender.tenant} for the invoice ${invoice}, paid on ${localTime(paidAt, sender)}. Thank you.`,
          open === '0'
            ? 'Nothing more is to be paid of this invoice.'
            : `Still to be paid of this invoice: ${formatRupiah(BigInt(open), sender.locale)}.`,
          ...(credit === '0'
            ? []
            : [
                `${formatRupiah(BigInt(credit), sender.locale)} was more than was to be paid. It is kept as credit and pays what comes next.`,
              ]),
        ],
      }),
      id: ({ name, invoice, amount, open, credit, paidAt }, sender) => ({
        subject: `Pembayaran ${sender.tenant} diterima untuk tagihan ${invoice}`,
        paragraphs: [
          `Halo ${name},`,
          `kami telah menerima ${formatRupiah(BigInt(amount), sender.locale)} dari ${sender.tenant} untuk tagihan ${invoice}, dibayar pada ${localTime(paidAt, sender)}. Terima kasih.`,
          open === '0'
            ? 'Tagihan ini sudah lunas.'
            : `Sisa tagihan ini: ${formatRupiah(BigInt(open), sender.locale)}.`,
          ...(credit === '0'
            ? []
            : [
                `${formatRupiah(BigInt(credit), sender.locale)} lebih dari yang harus dibayar. Kelebihan ini disimpan sebagai saldo dan dipakai untuk tagihan berikutnya.`,
              ]),
        ],
      }),
    },
  ),
  'invoice-issued': template(
    z.object({
      name,
      invoice: z.string(),
      number: z.string(),
      month: z.string(),
      open: z
        .string()
        .regex(/^-?\d+$/)
        .describe('Whole rupiah'),
      dueOn: z.string(),
      graceUntil: z.string(),
    }),
    {
      en: ({ name, number, month, open, dueOn, graceUntil }, { tenant, locale }) => ({
        subject: `Invoice ${number} of ${tenant} for ${localMonth(month, locale)}`,
        paragraphs: [
          `Hello ${name},`,
          `invoice ${number} for ${localMonth(month, locale)} is attached.`,
          BigInt(open) > 0n
            ? `${formatRupiah(BigInt(open), locale)} is to be paid. It is due on ${localDay(dueOn, locale)}; until ${localDay(graceUntil, locale)} there is no late fee.`
            : 'There is nothing to be paid.',
        ],
      }),
      id: ({ name, number, month, open, dueOn, graceUntil }, { tenant, locale }) => ({
        subject: `Tagihan ${number} ${tenant} untuk ${localMonth(month, locale)}`,
        paragraphs: [
          `Halo ${name},`,
          `tagihan ${number} untuk ${localMonth(month, locale)} terlampir.`,
          BigInt(open) > 0n
            ? `Yang harus dibayar ${formatRupiah(BigInt(open), locale)}. Jatuh tempo ${localDay(dueOn, locale)}; sampai ${localDay(graceUntil, locale)} tidak ada denda.`
            : 'Tidak ada yang harus dibayar.',
        ],
      }),
    },
  ),
  'credit-note-issued': template(
    z.object({
      name,
      note: z.string().describe('Id of the credit note, which is attached'),
      number: z.string(),
      invoice: z.string().describe('Number of the invoice that it credits'),
      amount: amount.describe('What it takes back'),
      open: amount,
      credit: amount,
      reason: z.string(),
    }),
    {
      en: ({ name, number, invoice, amount, open, credit, reason }, { tenant, locale }) => ({
        subject: `Credit note ${number} of ${tenant} for the invoice ${invoice}`,
        paragraphs: [
          `Hello ${name},`,
          `credit note ${number} is attached: it takes ${formatRupiah(BigInt(amount), locale)} of the invoice ${invoice} back. Reason: ${reason}`,
          open === '0'
            ? 'Nothing more is to be paid of this invoice.'
            : `Still to be paid of this invoice: ${formatRupiah(BigInt(open), locale)}.`,
          ...(credit === '0'
            ? []
            : [
                `${formatRupiah(BigInt(credit), locale)} of it had been paid. It is kept as credit and pays what comes next.`,
              ]),
        ],
      }),
      id: ({ name, number, invoice, amount, open, credit, reason }, { tenant, locale }) => ({
        subject: `Nota kredit ${number} ${tenant} untuk tagihan ${invoice}`,
        paragraphs: [
          `Halo ${name},`,
          `nota kredit ${number} terlampir: ${formatRupiah(BigInt(amount), locale)} dari tagihan ${invoice} ditarik kembali. Alasan: ${reason}`,
          open === '0'
            ? 'Tidak ada lagi yang harus dibayar dari tagihan ini.'
            : `Sisa tagihan ini: ${formatRupiah(BigInt(open), locale)}.`,
          ...(credit === '0'
            ? []
            : [
                `${formatRupiah(BigInt(credit), locale)} di antaranya sudah dibayar. Nilai ini disimpan sebagai saldo dan dipakai untuk tagihan berikutnya.`,
              ]),
        ],
      }),
    },
  ),
  'suspension-lifted': template(z.object({ name, liftedAt: instant }), {
    en: ({ name, liftedAt }, sender) => ({
      subject: `The API keys of ${sender.tenant} work again`,
      paragraphs: [
        `Hello ${name},`,
        `${sender.tenant} is no longer suspended: since ${localTime(liftedAt, sender)} its API keys work again. What was refused until then can be sent again.`,
      ],
    }),
    id: ({ name, liftedAt }, sender) => ({
      subject: `Kunci API ${sender.tenant} berfungsi lagi`,
      paragraphs: [
        `Halo ${name},`,
        `penangguhan ${sender.tenant} telah dicabut: sejak ${localTime(liftedAt, sender)} kunci API berfungsi lagi. Yang ditolak sebelumnya dapat dikirim ulang.`,
      ],
    }),
  }),
} as const;
