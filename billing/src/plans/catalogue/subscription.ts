import type { PlanInput } from '../plan.ts';
import { baseFee, FIRST_DAY, MEMBERS, perUnit, TRANSACTIONS } from './charges.ts';

/** A fixed price for a size; what goes beyond the size is charged, but by enterprise, which has none. */
export const SUBSCRIPTION_PLANS: readonly PlanInput[] = [
  {
    key: 'starter',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Starter', en: 'Starter' },
    description: {
      id: 'Untuk koperasi kecil, sampai 100 anggota',
      en: 'For small co-operatives, up to 100 members',
    },
    charges: [
      baseFee('500000'),
      perUnit(MEMBERS, { included: '100', price: '2000' }),
      perUnit(TRANSACTIONS, { included: '50', price: '100' }),
    ],
    limits: { members: '100', transactions: '50', admin_users: '1', storage: '1' },
    features: [
      { id: 'Manajemen anggota dasar', en: 'Basic member management' },
      { id: 'Simpanan dan pinjaman dasar', en: 'Basic savings and loans' },
      { id: 'Laporan standar', en: 'Standard reports' },
      { id: 'Dukungan lewat email', en: 'Support by email' },
    ],
    uptime: '99.5',
    supportHours: 24,
    backup: { id: 'Harian, disimpan 7 hari', en: 'Daily, kept for 7 days' },
  },
  {
    key: 'professional',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Profesional', en: 'Professional' },
    description: {
      id: 'Untuk koperasi menengah, 100 sampai 500 anggota',
      en: 'For medium co-operatives, 100 to 500 members',
    },
    charges: [
      baseFee('1500000'),
      perUnit(MEMBERS, { included: '500', price: '1500' }),
      perUnit(TRANSACTIONS, { included: '500', price: '80' }),
    ],
    limits: { members: '500', transactions: '500', admin_users: '5', storage: '5' },
    features: [
      { id: 'Semua fitur Starter', en: 'Everything in Starter' },
      { id: 'Beberapa pengguna admin (5)', en: 'Several admin users (5)' },
      { id: 'Laporan lanjutan', en: 'Advanced reports' },
      { id: 'Aplikasi seluler untuk anggota', en: 'Mobile app for members' },
      { id: 'Notifikasi WhatsApp', en: 'WhatsApp notifications' },
      { id: 'Dukungan prioritas lewat email dan WhatsApp', en: 'Priority support by email and WhatsApp' },
    ],
    uptime: '99.9',
    supportHours: 12,
    backup: { id: 'Tiap jam, disimpan 30 hari', en: 'Hourly, kept for 30 days' },
  },
  {
    key: 'enterprise',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Enterprise', en: 'Enterprise' },
    description: {
      id: 'Untuk koperasi besar, di atas 500 anggota',
      en: 'For large co-operatives, above 500 members',
    },
    charges: [baseFee('3000000')],
    limits: { storage: '20' },
    features: [
      { id: 'Semua fitur Profesional', en: 'Everything in Professional' },
      {
        id: 'Anggota, transaksi dan pengguna tanpa batas',
        en: 'Unlimited members, transactions and users',
      },
      { id: 'Merek sendiri', en: 'Custom branding' },
      { id: 'Analitik lanjutan', en: 'Advanced analytics' },
      { id: 'Akses API', en: 'API access' },
      {
        id: 'Dukungan khusus lewat email, WhatsApp dan telepon',
        en: 'Dedicated support by email, WhatsApp and telephone',
      },
      { id: 'Fitur khusus sesuai kesepakatan', en: 'Custom features as agreed' },
    ],
    uptime: '99.99',
    supportHours: 4,
    backup: { id: 'Terus-menerus, disimpan 90 hari', en: 'Continuous, kept for 90 days' },
  },
];
