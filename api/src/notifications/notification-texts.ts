import { formatRupiah } from '@riwayat/billing';
import { z } from 'zod';
import type { Locale } from '../tenants/tenant.ts';
import type { AlertValues, InvoiceValues, NotificationKind, NotificationValues } from './notify.ts';
import { localDay, localMonth, localTime, type Place } from './place.ts';

function kind<Values>(
  values: z.ZodType<Values>,
  texts: Record<Locale, (values: Values, place: Place) => string>,
) {
  /** Undefined when the values are not those of the kind. */
  return (unchecked: unknown, place: Place): string | undefined => {
    const { success, data } = values.safeParse(unchecked);
    return success ? texts[place.locale](data, place) : undefined;
  };
}

const booking = z.string();
const course = z.string();
const learner = z.string();
const startsAt = z.string();
const reason = z.string();
/** Number of an invoice. */
const number = z.string();
/** Whole rupiah, as text. */
const amount = z.string().regex(/^\d+$/);
const tenant = z.string();
/** What a plan is called in each language. */
const plan = { planId: z.string(), planEn: z.string() };
/** `YYYY-MM-DD` */
const from = z.string();

const invoice = z.object({
  invoice: z.string(),
  number,
  period: z.string(),
  open: amount,
  graceUntil: z.iso.date(),
  suspendOn: z.iso.date(),
});

/** What is still to be paid of an invoice. */
function openOf({ open }: InvoiceValues, { locale }: Place): string {
  return formatRupiah(BigInt(open), locale);
}

const alert: z.ZodType<AlertValues> = z.object({
  alert: z.string(),
  severity: z.string(),
  tenant: z.string(),
  nameEn: z.string(),
  nameId: z.string(),
  saysEn: z.string(),
  saysId: z.string(),
  sound: z.enum(['on', 'off']),
});

/** The text of each notification, one sentence or two. */
const TEXTS: {
  readonly [Kind in NotificationKind]: ReturnType<typeof kind<NotificationValues[Kind]>>;
} = {
  'alert.fired': kind(alert, {
    en: ({ nameEn, saysEn, tenant }) => `${nameEn} at ${tenant}: ${saysEn}.`,
    id: ({ nameId, saysId, tenant }) => `${nameId} di ${tenant}: ${saysId}.`,
  }),
  'alert.repeated': kind(alert, {
    en: ({ nameEn, saysEn, tenant }) => `Still lasting at ${tenant}: ${nameEn}. ${saysEn}.`,
    id: ({ nameId, saysId, tenant }) => `Masih berlangsung di ${tenant}: ${nameId}. ${saysId}.`,
  }),
  'alert.escalated': kind(alert, {
    en: ({ nameEn, saysEn, tenant }) =>
      `Nobody has acknowledged an alert at ${tenant}: ${nameEn}. ${saysEn}.`,
    id: ({ nameId, saysId, tenant }) =>
      `Belum ada yang mengonfirmasi peringatan di ${tenant}: ${nameId}. ${saysId}.`,
  }),
  'alert.resolved': kind(alert, {
    en: ({ nameEn, saysEn, tenant }) => `Resolved at ${tenant}: ${nameEn}. ${saysEn}.`,
    id: ({ nameId, saysId, tenant }) => `Selesai di ${tenant}: ${nameId}. ${saysId}.`,
  }),
  'booking.requested': kind(z.object({ booking, course, learner, startsAt }), {
    en: ({ learner, course, startsAt }, place) =>
      `${learner} booked "${course}" for ${localTime(startsAt, place)}.`,
    id: ({ learner, course, startsAt }, place) =>
      `${learner} memesan "${course}" untuk ${localTime(startsAt, place)}.`,
  }),
  'booking.confirmed': kind(z.object({ booking, course, learner, startsAt }), {
    en: ({ learner, course, startsAt }, place) =>
      `The session "${course}" with ${learner} is confirmed for ${localTime(startsAt, place)}.`,
    id: ({ learner, course, startsAt }, place) =>
      `Sesi "${course}" bersama ${learner} telah dikonfirmasi untuk ${localTime(startsAt, place)}.`,
  }),
  'booking.expired': kind(z.object({ booking, course }), {
    en: ({ course }) => `The booking of "${course}" has expired: no payment proof came in time.`,
    id: ({ course }) =>
      `Pemesanan "${course}" telah kedaluwarsa: bukti pembayaran tidak diterima tepat waktu.`,
  }),
  'booking.cancelled': kind(z.object({ booking, course, reason }), {
    en: ({ course, reason }) => `The session "${course}" was cancelled: ${reason}`,
    id: ({ course, reason }) => `Sesi "${course}" dibatalkan: ${reason}`,
  }),
  'payment.received': kind(z.object({ booking, course, learner }), {
    en: ({ course, learner }) => `${learner} sent a payment proof for "${course}". Please verify it.`,
    id: ({ course, learner }) =>
      `${learner} mengirim bukti pembayaran untuk "${course}". Mohon diverifikasi.`,
  }),
  'payment.verified': kind(z.object({ booking, course, startsAt }), {
    en: ({ course, startsAt }, place) =>
      `The payment for "${course}" is verified. The session begins on ${localTime(startsAt, place)}.`,
    id: ({ course, startsAt }, place) =>
      `Pembayaran untuk "${course}" telah diverifikasi. Sesi dimulai pada ${localTime(startsAt, place)}.`,
  }),
  'payment.rejected': kind(z.object({ booking, course, reason }), {
    en: ({ course, reason }) => `The payment proof for "${course}" was rejected: ${reason}`,
    id: ({ course, reason }) => `Bukti pembayaran untuk "${course}" ditolak: ${reason}`,
  }),
  'invoice-payment.received': kind(z.object({ invoice: number, amount, open: amount, credit: amount }), {
    en: ({ invoice, amount, open }, { locale }) =>
      `${formatRupiah(BigInt(amount), locale)} was received for the invoice ${invoice}. ${
        open === '0' ? 'It is paid.' : `Still to be paid: ${formatRupiah(BigInt(open), locale)}.`
      }`,
    id: ({ invoice, amount, open }, { locale }) =>
      `${formatRupiah(BigInt(amount), locale)} telah diterima untuk tagihan ${invoice}. ${
        open === '0' ? 'Tagihan lunas.' : `Sisa tagihan: ${formatRupiah(BigInt(open), locale)}.`
      }`,
  }),
  'invoice-payment.rejected': kind(z.object({ invoice: number, amount, reason }), {
    en: ({ invoice, amount, reason }, { locale }) =>
      `The proof of the transfer of ${formatRupiah(BigInt(amount), locale)} for the invoice ${invoice} was rejected: ${reason}`,
    id: ({ invoice, amount, reason }, { locale }) =>
      `Bukti transfer ${formatRupiah(BigInt(amount), locale)} untuk tagihan ${invoice} ditolak: ${reason}`,
  }),
  'invoice-payment.debit-failed': kind(z.object({ invoice: number, amount }), {
    en: ({ invoice, amount }, { locale }) =>
      `Your card was not debited with ${formatRupiah(BigInt(amount), locale)} for the invoice ${invoice}. Please pay it another way.`,
    id: ({ invoice, amount }, { locale }) =>
      `Kartu Anda gagal didebit ${formatRupiah(BigInt(amount), locale)} untuk tagihan ${invoice}. Mohon bayar dengan cara lain.`,
  }),
  'invoice-payment.proof-uploaded': kind(z.object({ tenant: z.string(), invoice: number, amount }), {
    en: ({ tenant, invoice, amount }, { locale }) =>
      `${tenant} sent a proof of a transfer of ${formatRupiah(BigInt(amount), locale)} for the invoice ${invoice}. Please verify it.`,
    id: ({ tenant, invoice, amount }, { locale }) =>
      `${tenant} mengirim bukti transfer ${formatRupiah(BigInt(amount), locale)} untuk tagihan ${invoice}. Mohon diverifikasi.`,
  }),
  'session.started': kind(z.object({ booking, course }), {
    en: ({ course }) => `The session "${course}" has started.`,
    id: ({ course }) => `Sesi "${course}" telah dimulai.`,
  }),
  'session.finished': kind(z.object({ booking, course }), {
    en: ({ course }) => `The session "${course}" is over. Tell others how it was: leave a rating.`,
    id: ({ course }) => `Sesi "${course}" telah selesai. Ceritakan pengalaman Anda: beri penilaian.`,
  }),
  'review.received': kind(z.object({ booking, course, rating: z.number() }), {
    en: ({ course, rating }) => `You received a rating of ${rating} out of 5 for "${course}".`,
    id: ({ course, rating }) => `Anda menerima penilaian ${rating} dari 5 untuk "${course}".`,
  }),
  'material.published': kind(z.object({ material: z.string(), title: z.string() }), {
    en: ({ title }) => `New material: "${title}".`,
    id: ({ title }) => `Materi baru: "${title}".`,
  }),
  'invoice.issued': kind(invoice, {
    en: (values, place) =>
      values.open === '0'
        ? `Invoice ${values.number} for ${localMonth(values.period, place.locale)} is there. Nothing is left to be paid.`
        : `Invoice ${values.number} for ${localMonth(values.period, place.locale)} is there: ${openOf(values, place)}, to be paid by ${localDay(values.graceUntil, place.locale)}.`,
    id: (values, place) =>
      values.open === '0'
        ? `Tagihan ${values.number} untuk ${localMonth(values.period, place.locale)} telah terbit. Tidak ada yang perlu dibayar.`
        : `Tagihan ${values.number} untuk ${localMonth(values.period, place.locale)} telah terbit: ${openOf(values, place)}, mohon dibayar paling lambat ${localDay(values.graceUntil, place.locale)}.`,
  }),
  'invoice.due-soon': kind(invoice, {
    en: (values, place) =>
      `Please pay ${openOf(values, place)} for invoice ${values.number} by ${localDay(values.graceUntil, place.locale)}. After that a late fee is added each day.`,
    id: (values, place) =>
      `Mohon bayar ${openOf(values, place)} untuk tagihan ${values.number} paling lambat ${localDay(values.graceUntil, place.locale)}. Setelah itu denda ditambahkan setiap hari.`,
  }),
  'invoice.late': kind(invoice, {
    en: (values, place) =>
      `Invoice ${values.number} is late: ${openOf(values, place)} is to be paid, and a fee is added each day. On ${localDay(values.suspendOn, place.locale)} the API keys stop working.`,
    id: (values, place) =>
      `Tagihan ${values.number} terlambat: ${openOf(values, place)} harus dibayar, dan denda ditambahkan setiap hari. Pada ${localDay(values.suspendOn, place.locale)} kunci API berhenti berfungsi.`,
  }),
  'invoice.suspended': kind(invoice, {
    en: (values, place) =>
      `The API keys are suspended because invoice ${values.number} was not paid. They work again as soon as ${openOf(values, place)} is paid.`,
    id: (values, place) =>
      `Kunci API ditangguhkan karena tagihan ${values.number} belum dibayar. Kunci berfungsi lagi segera setelah ${openOf(values, place)} dibayar.`,
  }),
  'invoice.credited': kind(
    z.object({ note: z.string(), number, invoice: number, amount, open: amount, credit: amount }),
    {
      en: ({ number, invoice, amount, open }, { locale }) =>
        `Credit note ${number} takes ${formatRupiah(BigInt(amount), locale)} of the invoice ${invoice} back. ${
          open === '0'
            ? 'Nothing more is to be paid of it.'
            : `Still to be paid: ${formatRupiah(BigInt(open), locale)}.`
        }`,
      id: ({ number, invoice, amount, open }, { locale }) =>
        `Nota kredit ${number} menarik kembali ${formatRupiah(BigInt(amount), locale)} dari tagihan ${invoice}. ${
          open === '0'
            ? 'Tidak ada lagi yang harus dibayar.'
            : `Sisa tagihan: ${formatRupiah(BigInt(open), locale)}.`
        }`,
    },
  ),
  'suspension.lifted': kind(z.object({ liftedAt: z.iso.datetime() }), {
    en: () => 'The suspension is over: the API keys work again.',
    id: () => 'Penangguhan telah dicabut: kunci API berfungsi lagi.',
  }),
  'plan-change.requested': kind(z.object({ tenant, ...plan, from }), {
    en: ({ tenant, planEn, from }, place) =>
      `${tenant} asks for the plan ${planEn} from ${localDay(from, place.locale)}. Please review it.`,
    id: ({ tenant, planId, from }, place) =>
      `${tenant} meminta paket ${planId} mulai ${localDay(from, place.locale)}. Mohon ditinjau.`,
  }),
  'plan-change.withdrawn': kind(z.object({ tenant, ...plan }), {
    en: ({ tenant, planEn }) => `${tenant} has withdrawn the change to the plan ${planEn}.`,
    id: ({ tenant, planId }) => `${tenant} membatalkan permintaan perubahan ke paket ${planId}.`,
  }),
  'plan-change.in-review': kind(z.object({ ...plan }), {
    en: ({ planEn }) => `Your change to the plan ${planEn} is being reviewed.`,
    id: ({ planId }) => `Permintaan perubahan ke paket ${planId} sedang ditinjau.`,
  }),
  'plan-change.approved': kind(z.object({ ...plan, from }), {
    en: ({ planEn, from }, place) =>
      `Your change to the plan ${planEn} is approved. It takes effect on ${localDay(from, place.locale)}.`,
    id: ({ planId, from }, place) =>
      `Perubahan ke paket ${planId} disetujui dan berlaku mulai ${localDay(from, place.locale)}.`,
  }),
  'plan-change.rejected': kind(z.object({ ...plan, reason }), {
    en: ({ planEn, reason }) => `Your change to the plan ${planEn} was rejected: ${reason}`,
    id: ({ planId, reason }) => `Permintaan perubahan ke paket ${planId} ditolak: ${reason}`,
  }),
  'plan-change.revoked': kind(z.object({ ...plan, reason }), {
    en: ({ planEn, reason }) => `The approved change to the plan ${planEn} was revoked: ${reason}`,
    id: ({ planId, reason }) => `Persetujuan perubahan ke paket ${planId} dicabut: ${reason}`,
  }),
  'plan-change.effective': kind(z.object({ ...plan }), {
    en: ({ planEn }) => `The plan ${planEn} is in effect from today on.`,
    id: ({ planId }) => `Paket ${planId} berlaku mulai hari ini.`,
  }),
  'data-export.ready': kind(z.object({ export: z.string() }), {
    en: () => 'The copy of your data is ready to be downloaded.',
    id: () => 'Salinan data Anda siap diunduh.',
  }),
  'data-export.failed': kind(z.object({ export: z.string() }), {
    en: () => 'The copy of your data could not be made. Please ask for it again.',
    id: () => 'Salinan data Anda gagal dibuat. Silakan minta lagi.',
  }),
  'account.locked': kind(z.object({ until: z.string() }), {
    en: ({ until }, place) =>
      `Your account was locked until ${localTime(until, place)} after too many failed log-ins.`,
    id: ({ until }, place) =>
      `Akun Anda dikunci sampai ${localTime(until, place)} karena terlalu banyak percobaan masuk yang gagal.`,
  }),
  'account.new-device': kind(z.object({ device: z.string() }), {
    en: ({ device }) => `Somebody logged in to your account on a new device: ${device}.`,
    id: ({ device }) => `Ada yang masuk ke akun Anda dari perangkat baru: ${device}.`,
  }),
  'webhook.disabled': kind(z.object({ webhook: z.string(), host: z.string() }), {
    en: ({ host }) =>
      `The webhook at ${host} was disabled because it took no events for a long time or said that it is gone. Enable it again once it works.`,
    id: ({ host }) =>
      `Webhook di ${host} dinonaktifkan karena lama tidak menerima kejadian atau menyatakan diri sudah tidak ada. Aktifkan kembali setelah berfungsi.`,
  }),
};

/**
 * What a notification says, in the language and the time of the place. One that this version does not know says what
 * kind it is.
 */
export function notificationText(name: string, values: unknown, place: Place): string {
  return (isKind(name) ? TEXTS[name](values, place) : undefined) ?? name;
}

function isKind(name: string): name is NotificationKind {
  return Object.hasOwn(TEXTS, name);
}
