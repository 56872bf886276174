import type { PlanInput } from '../plan.ts';
import {
  API_CALLS,
  baseFee,
  DATA_TRANSFER,
  FIRST_DAY,
  MEMBERS,
  PREMIUM_FEATURES,
  perUnit,
  STORAGE,
  TRANSACTIONS,
  tiered,
} from './charges.ts';

const FREE_CALLS = '1000';
const FREE_TRANSFER_GB = '1';

const BY_USE = [
  baseFee('300000'),
  perUnit(MEMBERS, { price: '2000' }),
  perUnit(TRANSACTIONS, { included: '100', price: '100' }),
  perUnit(STORAGE, { included: '1', price: '100' }),
];

/** A small base fee, and what is used. */
export const USAGE_PLANS: readonly PlanInput[] = [
  {
    key: 'usage',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Pemakaian', en: 'Usage' },
    description: {
      id: 'Biaya dasar kecil, lalu bayar sesuai pemakaian',
      en: 'A small base fee, then pay for what is used',
    },
    charges: [...BY_USE, perUnit(API_CALLS, { included: FREE_CALLS, price: '0.01' })],
  },
  {
    key: 'hybrid',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Hibrida', en: 'Hybrid' },
    description: {
      id: 'Berlangganan dengan 200 anggota dan 200 transaksi, lalu bayar tambahannya',
      en: 'A subscription with 200 members and 200 transactions, then pay for more',
    },
    charges: [
      baseFee('1000000'),
      perUnit(MEMBERS, { included: '200', price: '1500' }),
      perUnit(TRANSACTIONS, { included: '200', price: '50' }),
      perUnit(STORAGE, { included: '1', price: '50' }),
      perUnit(PREMIUM_FEATURES, { price: '200000' }),
    ],
  },
  {
    // The first tier is the usage plan's own price of a call: this is that plan, cheaper for those who call a lot.
    key: 'tiered',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Bertingkat', en: 'Tiered' },
    description: {
      id: 'Seperti Pemakaian, dengan harga panggilan API dan transfer data yang turun menurut volume',
      en: 'Like Usage, with prices of API calls and data transfer that fall with volume',
    },
    charges: [
      ...BY_USE,
      tiered(API_CALLS, {
        included: FREE_CALLS,
        tiers: [
          { upTo: '1000', price: '0.01' },
          { upTo: '10000', price: '0.008' },
          { upTo: '50000', price: '0.005' },
          { upTo: null, price: '0.003' },
        ],
      }),
      tiered(DATA_TRANSFER, {
        included: FREE_TRANSFER_GB,
        tiers: [
          { upTo: '10', price: '100' },
          { upTo: '50', price: '80' },
          { upTo: '100', price: '60' },
          { upTo: null, price: '40' },
        ],
      }),
    ],
  },
];
