import type { MeterKey } from '@riwayat/billing';
import { type Language, LOCALES } from '../report/language.ts';

interface PriceTexts {
  readonly title: string;
  readonly about: string;
  readonly columns: { readonly plan: string; readonly total: string; readonly parts: string };
  readonly usage: string;
  readonly meters: Readonly<Record<MeterKey, string>>;
}

const EN: PriceTexts = {
  title: 'What the month would cost',
  about:
    'By plan, the cheapest first, without discounts. Members and administrators are the scenario’s people; storage is what was uploaded since the month began; CPU and memory are the whole application’s; premium features are not simulated.',
  columns: { plan: 'plan', total: 'a month', parts: 'of which' },
  usage: 'Billed',
  meters: {
    members: 'members',
    transactions: 'transactions',
    storage: 'GB stored',
    api_calls: 'calls',
    data_transfer: 'GB transferred',
    rendering_requests: 'pages rendered',
    cpu: 'CPU seconds',
    memory: 'MB·s of memory',
    concurrent_users: 'people at once',
    admin_users: 'administrators',
    premium_features: 'premium features',
    cache_lookups: 'cache lookups',
    cache_hits: 'cache hits',
  },
};

const ID: PriceTexts = {
  title: 'Berapa biaya bulan ini',
  about:
    'Per paket, yang termurah dahulu, tanpa diskon. Anggota dan admin adalah orang-orang dalam skenario; penyimpanan adalah yang diunggah sejak awal bulan; CPU dan memori milik seluruh aplikasi; fitur premium tidak disimulasikan.',
  columns: { plan: 'paket', total: 'sebulan', parts: 'terdiri dari' },
  usage: 'Ditagih',
  meters: {
    members: 'anggota',
    transactions: 'transaksi',
    storage: 'GB tersimpan',
    api_calls: 'panggilan',
    data_transfer: 'GB ditransfer',
    rendering_requests: 'halaman dirender',
    cpu: 'detik CPU',
    memory: 'MB·dtk memori',
    concurrent_users: 'orang serentak',
    admin_users: 'admin',
    premium_features: 'fitur premium',
    cache_lookups: 'pencarian cache',
    cache_hits: 'cache kena',
  },
};

export function priceTexts(language: Language): PriceTexts {
  return language === 'id' ? ID : EN;
}

/** Rupiah as people write them: `Rp 1.500.000`. */
export function rupiahFormat(language: Language): Intl.NumberFormat {
  return new Intl.NumberFormat(LOCALES[language], {
    style: 'currency',
    currency: 'IDR',
    currencyDisplay: 'narrowSymbol',
    maximumFractionDigits: 0,
  });
}
