import { type LocalText, METER_KEYS, METERS, type MeterKey, ONE, unitName } from '@riwayat/billing';
import type { Locale } from '../../tenants/tenant.ts';
import { markdownTable } from './blocks.ts';

const MEANINGS: Readonly<Record<MeterKey, LocalText>> = {
  members: { id: 'anggota aktif', en: 'active members' },
  transactions: { id: 'transaksi yang terjadi', en: 'transactions that happened' },
  storage: { id: 'data yang tersimpan', en: 'data that is kept' },
  api_calls: { id: 'setiap permintaan ke aplikasi Anda', en: 'every request to your application' },
  data_transfer: { id: 'byte masuk dan keluar', en: 'bytes in and out' },
  rendering_requests: { id: 'permintaan jenis rendering', en: 'requests of the kind rendering' },
  cpu: { id: 'waktu prosesor permintaan Anda', en: 'processor time of your requests' },
  memory: { id: 'memori permintaan Anda, kali lamanya', en: 'memory of your requests, times how long' },
  concurrent_users: {
    id: 'orang berbeda dalam satu jendela lima menit (:00, :05, …)',
    en: 'different people within one window of five minutes (:00, :05, …)',
  },
  admin_users: { id: 'pengguna admin', en: 'administrators' },
  premium_features: { id: 'fitur premium yang dipakai', en: 'premium features in use' },
  cache_lookups: { id: 'jawaban yang bisa diberikan cache', en: 'answers that a cache could have given' },
  cache_hits: { id: 'jawaban yang diberikan cache', en: 'answers that the cache gave' },
};

const AGGREGATES: Readonly<Record<Locale, Readonly<Record<'sum' | 'last' | 'maximum', string>>>> = {
  id: { sum: 'jumlah semua hari', last: 'nilai hari terakhir', maximum: 'nilai hari tertinggi' },
  en: { sum: 'sum of all days', last: 'value of the last day', maximum: 'value of the highest day' },
};

const HEAD = {
  id: ['Meter', 'Apa yang diukur', 'Satuan', 'Jumlah sebulan'],
  en: ['Meter', 'What is measured', 'Unit', 'Quantity of a month'],
};

/** Every meter as Markdown. */
export function meterBlock(locale: Locale): string {
  return markdownTable(
    HEAD[locale],
    METER_KEYS.map((key) => [
      `\`${key}\``,
      MEANINGS[key][locale],
      unitName(key, ONE, locale),
      AGGREGATES[locale][METERS[key].aggregate],
    ]),
  );
}
