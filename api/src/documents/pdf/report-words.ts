import type { CostGroup } from '@riwayat/billing';
import type { Locale } from '../../tenants/tenant.ts';

const WORDS = {
  id: {
    of: 'Pemakaian',
    calls: 'Panggilan',
    errors: 'Kesalahan',
    bytes: 'Data (byte)',
    people: 'Orang',
    peak: 'Pengguna serentak tertinggi',
    cost: 'Biaya',
    components: 'Biaya menurut komponen',
    component: 'Komponen',
    days: 'Per hari',
    day: 'Hari',
    endpoints: 'Per endpoint',
    endpoint: 'Endpoint',
    furtherEndpoints: 'Endpoint lainnya',
    persons: 'Per orang',
    person: 'Nama',
    nobody: '(tanpa masuk)',
    names: {
      base_fee: 'Biaya dasar',
      members: 'Anggota',
      transactions: 'Transaksi',
      storage: 'Penyimpanan',
      api_calls: 'Panggilan API',
      data_transfer: 'Transfer data',
      rendering: 'Rendering',
      cpu_usage: 'Waktu CPU',
      memory_usage: 'Memori',
      concurrent_users: 'Pengguna serentak',
      admin_users: 'Admin',
      premium_features: 'Fitur premium',
      limits: 'Batas paket',
      discounts: 'Diskon',
    },
  },
  en: {
    of: 'Usage of',
    calls: 'Calls',
    errors: 'Errors',
    bytes: 'Data (bytes)',
    people: 'People',
    peak: 'Most people at once',
    cost: 'Cost',
    components: 'Cost by component',
    component: 'Component',
    days: 'By day',
    day: 'Day',
    endpoints: 'By endpoint',
    endpoint: 'Endpoint',
    furtherEndpoints: 'Further endpoints',
    persons: 'By person',
    person: 'Name',
    nobody: '(not logged in)',
    names: {
      base_fee: 'Base fee',
      members: 'Members',
      transactions: 'Transactions',
      storage: 'Storage',
      api_calls: 'API calls',
      data_transfer: 'Data transfer',
      rendering: 'Rendering',
      cpu_usage: 'CPU time',
      memory_usage: 'Memory',
      concurrent_users: 'People at once',
      admin_users: 'Administrators',
      premium_features: 'Premium features',
      limits: 'Limits of the plan',
      discounts: 'Discounts',
    },
  },
} as const;

interface ReportWords extends Readonly<Record<Exclude<keyof (typeof WORDS)['en'], 'names'>, string>> {
  /** By component. */
  readonly names: Readonly<Record<CostGroup, string>>;
}

/** What reports say, in a language. */
export function reportWords(locale: Locale): ReportWords {
  return WORDS[locale];
}
