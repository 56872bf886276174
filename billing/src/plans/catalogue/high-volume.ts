import type { PlanInput } from '../plan.ts';
import {
  API_CALLS,
  baseFee,
  burst,
  CONCURRENT_USERS,
  CPU_SECONDS,
  DATA_TRANSFER,
  FIRST_DAY,
  MEMORY_SECONDS,
  perUnit,
  RENDERING,
} from './charges.ts';

const CALL_PRICE = '0.005';
const TRANSFER_PRICE = '50';
const RENDERING_PRICE = '100';

/** What the High-Volume package covers in a month. */
const PACKAGE = { api_calls: '50000', data_transfer: '50', rendering_requests: '10000' };

/** What renders well from a cache costs less, what does not costs more. */
const CACHE_MODIFIER: PlanInput['cacheModifier'] = {
  key: 'cache',
  component: 'rendering',
  name: { id: 'Penyesuaian cache', en: 'Cache adjustment' },
  steps: [
    { above: '0.9', percent: '-20' },
    { above: '0.75', inclusive: true, percent: '-10' },
    { above: '0.5', inclusive: true, percent: '0' },
    { above: '0', inclusive: true, percent: '10' },
  ],
};

/** For tenants that read and render far more than their size would tell. */
export const HIGH_VOLUME_PLANS: readonly PlanInput[] = [
  {
    key: 'unlimited-rendering',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Rendering Tanpa Batas', en: 'Unlimited Rendering' },
    description: {
      id: 'Untuk volume yang selalu tinggi: satu harga tetap',
      en: 'For volume that is always high: one fixed price',
    },
    charges: [baseFee('5000000')],
    features: [
      { id: 'Panggilan API tanpa batas', en: 'Unlimited API calls' },
      { id: 'Transfer data tanpa batas', en: 'Unlimited data transfer' },
      { id: 'Permintaan rendering tanpa batas', en: 'Unlimited rendering requests' },
      { id: 'Pemrosesan prioritas', en: 'Priority processing' },
      { id: 'Sumber daya khusus', en: 'Dedicated resources' },
    ],
    uptime: '99.99',
  },
  {
    key: 'high-volume',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Volume Tinggi', en: 'High-Volume' },
    description: {
      id: 'Untuk volume tinggi pada jam sibuk: paket, dan harga lonjakan',
      en: 'For volume that is high at peaks: a package, and prices of bursts',
    },
    charges: [
      baseFee('2500000'),
      burst(API_CALLS, { covered: PACKAGE.api_calls, price: CALL_PRICE }),
      burst(DATA_TRANSFER, { covered: PACKAGE.data_transfer, price: TRANSFER_PRICE }),
      burst(RENDERING, { covered: PACKAGE.rendering_requests, price: RENDERING_PRICE }),
      burst(CONCURRENT_USERS, { price: '5000' }),
    ],
    cacheModifier: CACHE_MODIFIER,
    limits: PACKAGE,
    features: [{ id: 'Pemrosesan standar', en: 'Standard processing' }],
    uptime: '99.9',
  },
  {
    key: 'payg',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Bayar Sesuai Pakai', en: 'Pay As You Go' },
    description: {
      id: 'Untuk rendering: biaya dasar, lalu tiap panggilan, GB, permintaan, detik CPU dan memori',
      en: 'For rendering: a base fee, then each call, GB, request, CPU second and memory',
    },
    charges: [
      baseFee('1000000'),
      perUnit(API_CALLS, { included: '10000', price: CALL_PRICE }),
      perUnit(DATA_TRANSFER, { included: '10', price: TRANSFER_PRICE }),
      perUnit(RENDERING, { included: '5000', price: RENDERING_PRICE }),
      perUnit(CPU_SECONDS, { included: '1000', price: '0.001' }),
      perUnit(MEMORY_SECONDS, { price: '0.0005' }),
    ],
    cacheModifier: CACHE_MODIFIER,
  },
  {
    key: 'payg-burst',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Bayar Sesuai Pakai dengan Kapasitas Lonjakan', en: 'Pay As You Go with burst capacity' },
    description: {
      id: 'Untuk volume yang tinggi sesekali: biaya dasar, dan harga lonjakan',
      en: 'For volume that is high now and then: a base fee, and prices of bursts',
    },
    charges: [
      baseFee('1000000'),
      burst(API_CALLS, { covered: '10000', price: CALL_PRICE }),
      burst(DATA_TRANSFER, { covered: '10', price: TRANSFER_PRICE }),
      burst(RENDERING, { covered: '5000', price: RENDERING_PRICE }),
      burst(CONCURRENT_USERS, { price: '10000' }),
    ],
    cacheModifier: CACHE_MODIFIER,
  },
];
