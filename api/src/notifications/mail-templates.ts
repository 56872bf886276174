import { formatRupiah } from '@riwayat/billing';
import { z } from 'zod';
import type { Locale } from '../tenants/tenant.ts';
import { localDay, localMonth, localTime, type Place } from './place.ts';

/** What a mail says, before it has a form. */
export interface Letter {
  readonly subject: string;
  readonly paragraphs: readonly string[];
  /** Where the reader is to go. */
  readonly action?: { readonly label: string; readonly link: string };
}

/** Where a mail comes from. */
interface Sender extends Place {
  /** Name of the tenant. */
  readonly tenant: string;
}

type Texts<Values> = Record<Locale, (values: Values, sender: Sender) => Letter>;

function template<Schema extends z.ZodType>(values: Schema, texts: Texts<z.infer<Schema>>) {
  return {
    values,
    /** @throws {z.ZodError} when the values are not the template's */
    letter: (unchecked: unknown, sender: Sender): Letter =>
      texts[sender.locale](values.parse(unchecked), sender),
  };
}

const name = z.string().describe('Of who reads it');
const link = z.url({ protocol: /^https?$/ }).describe('With the token, where one is needed');
const instant = z.iso.datetime({ offset: true });
const amount = z.string().regex(/^\d+$/).describe('Whole rupiah');

/** Every mail there is: what its text needs, and the text. */
export const MAIL_TEMPLATES = {
  'verify-email': template(z.object({ name, link, expiresAt: instant }), {
    en: ({ name, link, expiresAt }, sender) => ({
      subject: `Confirm your e-mail address for ${sender.tenant}`,
      paragraphs: [
        `Hello ${name},`,
        `please confirm that this is your e-mail address. The link is good until ${localTime(expiresAt, sender)}.`,
        'If you did not register, ignore this mail: without your confirmation nothing happens.',
      ],
      action: { label: 'Confirm the address', link },
    }),
    id: ({ name, link, expiresAt }, sender) => ({
      subject: `Konfirmasi alamat email Anda untuk ${sender.tenant}`,
      paragraphs: [
        `Halo ${name},`,
        `mohon konfirmasi bahwa ini alamat email Anda. Tautan berlaku sampai ${localTime(expiresAt, sender)}.`,
        'Jika Anda tidak mendaftar, abaikan email ini: tanpa konfirmasi Anda tidak terjadi apa-apa.',
      ],
      action: { label: 'Konfirmasi alamat', link },
    }),
  }),
  'already-registered': template(z.object({ name, link }), {
    en: ({ name, link }, { tenant }) => ({
      subject: `You already have an account at ${tenant}`,
      paragraphs: [
        `Hello ${name},`,
        'somebody, perhaps you, tried to register with this e-mail address. You have an account already: log in, or set a new password if you forgot it.',
        'If it was not you, there is nothing to do. Your account is unchanged.',
      ],
      action: { label: 'Log in', link },
    }),
    id: ({ name, link }, { tenant }) => ({
      subject: `Anda sudah memiliki akun di ${tenant}`,
      paragraphs: [
        `Halo ${name},`,
        'seseorang, mungkin Anda, mencoba mendaftar dengan alamat email ini. Anda sudah memiliki akun: silakan masuk, atau buat kata sandi baru jika lupa.',
        'Jika bukan Anda, tidak ada yang perlu dilakukan. Akun Anda tidak berubah.',
      ],
      action: { label: 'Masuk', link },
    }),
  }),
  'reset-password': template(z.object({ name, link, expiresAt: instant }), {
    en: ({ name, link, expiresAt }, sender) => ({
      subject: `Set a new password for ${sender.tenant}`,
      paragraphs: [
        `Hello ${name},`,
        `somebody, perhaps you, asked for a new password. The link works once, until ${localTime(expiresAt, sender)}.`,
        'If it was not you, ignore this mail: your password stays as it is.',
      ],
      action: { label: 'Set a new password', link },
    }),
    id: ({ name, link, expiresAt }, sender) => ({
      subject: `Buat kata sandi baru untuk ${sender.tenant}`,
      paragraphs: [
        `Halo ${name},`,
        `seseorang, mungkin Anda, meminta kata sandi baru. Tautan dapat dipakai satu kali, sampai ${localTime(expiresAt, sender)}.`,
        'Jika bukan Anda, abaikan email ini: kata sandi Anda tetap seperti semula.',
      ],
      action: { label: 'Buat kata sandi baru', link },
    }),
  }),
  invitation: template(z.object({ inviter: z.string(), link, expiresAt: instant }), {
    en: ({ inviter, link, expiresAt }, sender) => ({
      subject: `You are invited to ${sender.tenant}`,
      paragraphs: [
        'Hello,',
        `${inviter} invites you to ${sender.tenant}. The invitation is good until ${localTime(expiresAt, sender)}.`,
        'If you do not know what this is about, ignore this mail.',
      ],
      action: { label: 'Accept the invitation', link },
    }),
    id: ({ inviter, link, expiresAt }, sender) => ({
      subject: `Anda diundang ke ${sender.tenant}`,
      paragraphs: [
        'Halo,',
        `${inviter} mengundang Anda ke ${sender.tenant}. Undangan berlaku sampai ${localTime(expiresAt, sender)}.`,
        'Jika Anda tidak mengetahui hal ini, abaikan email ini.',
      ],
      action: { label: 'Terima undangan', link },
    }),
  }),
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
  'password-changed': template(z.object({ name, at: instant }), {
    en: ({ name, at }, sender) => ({
      subject: `Your password for ${sender.tenant} was changed`,
      paragraphs: [
        `Hello ${name},`,
        `your password was changed on ${localTime(at, sender)}, and you were logged out everywhere else.`,
        'If it was not you, set a new password at once and tell your administrator.',
      ],
    }),
    id: ({ name, at }, sender) => ({
      subject: `Kata sandi Anda untuk ${sender.tenant} telah diubah`,
      paragraphs: [
        `Halo ${name},`,
        `kata sandi Anda diubah pada ${localTime(at, sender)}, dan Anda dikeluarkan dari semua perangkat lain.`,
        'Jika bukan Anda, segera buat kata sandi baru dan beri tahu administrator Anda.',
      ],
    }),
  }),
  'account-locked': template(z.object({ name, until: instant }), {
    en: ({ name, until }, sender) => ({
      subject: `Your account at ${sender.tenant} is locked`,
      paragraphs: [
        `Hello ${name},`,
        `there were too many failed log-ins, so your account is locked until ${localTime(until, sender)}. After that it opens by itself.`,
        'If it was not you, somebody may be guessing your password: set a new one.',
      ],
    }),
    id: ({ name, until }, sender) => ({
      subject: `Akun Anda di ${sender.tenant} dikunci`,
      paragraphs: [
        `Halo ${name},`,
        `terlalu banyak percobaan masuk yang gagal, sehingga akun Anda dikunci sampai ${localTime(until, sender)}. Setelah itu akun terbuka dengan sendirinya.`,
        'Jika bukan Anda, mungkin ada yang menebak kata sandi Anda: buat yang baru.',
      ],
    }),
  }),
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
} as const;

export type MailTemplate = keyof typeof MAIL_TEMPLATES;

/** What each template's text needs. Times are ISO 8601. */
export type MailValues = {
  readonly [Template in MailTemplate]: z.infer<(typeof MAIL_TEMPLATES)[Template]['values']>;
};

/** True for the name of a template that this version knows. */
export function isMailTemplate(name: string): name is MailTemplate {
  return Object.hasOwn(MAIL_TEMPLATES, name);
}
