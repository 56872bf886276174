import { z } from 'zod';
import { ALERT_MAILS } from '../alerts/telling/alert-mails.ts';
import { REPORT_MAILS } from '../reports/report-mail.ts';
import { BILLING_MAILS } from './billing-mails.ts';
import { instant, name, template } from './letter.ts';
import { localTime } from './place.ts';

const link = z.url({ protocol: /^https?$/ }).describe('With the token, where one is needed');

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
  ...BILLING_MAILS,
  ...REPORT_MAILS,
  ...ALERT_MAILS,
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
