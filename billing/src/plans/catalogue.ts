import { type Plan, type PlanInput, planSchema } from './plan.ts';

const PLANS: readonly PlanInput[] = [
  {
    key: 'usage',
    version: 1,
    effectiveFrom: '2026-01-01',
    name: { id: 'Pemakaian', en: 'Usage' },
    description: { id: 'Bayar sesuai pemakaian', en: 'Pay for what is used' },
    charges: [
      {
        key: 'base',
        component: 'base_fee',
        name: { id: 'Biaya dasar', en: 'Base fee' },
        model: 'flat',
        price: '300000',
      },
      {
        key: 'members',
        component: 'members',
        name: { id: 'Anggota', en: 'Members' },
        model: 'per-unit',
        meter: 'members',
        price: '2000',
      },
      {
        key: 'transactions',
        component: 'transactions',
        name: { id: 'Transaksi', en: 'Transactions' },
        model: 'per-unit',
        meter: 'transactions',
        included: '100',
        price: '100',
      },
      {
        key: 'storage',
        component: 'storage',
        name: { id: 'Penyimpanan', en: 'Storage' },
        model: 'per-unit',
        meter: 'storage',
        included: '1',
        price: '100',
      },
      {
        key: 'api-calls',
        component: 'api_calls',
        name: { id: 'Panggilan API', en: 'API calls' },
        model: 'per-unit',
        meter: 'api_calls',
        included: '1000',
        price: '0.01',
      },
    ],
  },
];

/** The plans that every installation begins with. */
export const CATALOGUE: readonly Plan[] = PLANS.map((plan) => planSchema.parse(plan));
