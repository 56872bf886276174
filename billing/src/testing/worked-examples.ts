import type { Totals } from './usage.ts';

/** A calculation that was published with the plans. */
export interface WorkedExample {
  readonly name: string;
  readonly plan: string;
  readonly usual: Totals;
  /** Days that are busier, and what a month of them would have. */
  readonly busiest?: { readonly totals: Totals; readonly days: number };
  /** Rupiah. */
  readonly total: bigint;
  /** Rupiah, where what was published contradicts its own prices. */
  readonly published?: { readonly total: bigint; readonly slip: string };
}

const SMALL = { members: '75', transactions: '30', admin_users: '1', storage: '0.5' };
const MEDIUM = { members: '300', transactions: '400', admin_users: '5', storage: '2' };
const LARGE = { members: '800', transactions: '1000', admin_users: '15', storage: '5' };
const STEADY = {
  api_calls: '75000',
  data_transfer: '80',
  rendering_requests: '15000',
  concurrent_users: '800',
};
const CPU_SECONDS_OF_300_HOURS = '1080000';
const MEGABYTE_SECONDS_OF_150_GIGABYTE_HOURS = '540000000';
const RESOURCES = { cpu: CPU_SECONDS_OF_300_HOURS, memory: MEGABYTE_SECONDS_OF_150_GIGABYTE_HOURS };

export const WORKED_EXAMPLES: readonly WorkedExample[] = [
  {
    name: 'usage',
    plan: 'usage',
    usual: { members: '250', transactions: '300', storage: '2', api_calls: '500' },
    total: 820_100n,
  },
  {
    name: 'hybrid',
    plan: 'hybrid',
    usual: { members: '350', transactions: '400', storage: '3', premium_features: '2' },
    total: 1_635_100n,
  },
  { name: 'a small co-operative', plan: 'starter', usual: SMALL, total: 500_000n },
  { name: 'a medium co-operative', plan: 'professional', usual: MEDIUM, total: 1_500_000n },
  { name: 'a large co-operative', plan: 'enterprise', usual: LARGE, total: 3_000_000n },
  {
    name: 'a co-operative with a high volume',
    plan: 'usage',
    usual: { members: '2000', transactions: '2000', admin_users: '10', storage: '10' },
    total: 4_490_900n,
  },
  { name: 'steady volume, unlimited', plan: 'unlimited-rendering', usual: STEADY, total: 5_000_000n },
  {
    name: 'steady volume, by use',
    plan: 'payg',
    usual: STEADY,
    total: 2_003_825n,
    published: {
      total: 2_825_000n,
      slip: '65,000 calls at Rp 0.005 are Rp 325, and 70 GB at Rp 50 are Rp 3,500: it is the cheapest, not the package',
    },
  },
  {
    name: 'steady volume, by resources',
    plan: 'resource',
    usual: { ...STEADY, ...RESOURCES },
    total: 3_050_000n,
  },
  { name: 'steady volume, by concurrent users', plan: 'concurrent', usual: STEADY, total: 8_500_000n },
  {
    name: 'peaks on a package',
    plan: 'high-volume',
    usual: {
      api_calls: '25000',
      data_transfer: '30',
      rendering_requests: '5000',
      concurrent_users: '200',
    },
    busiest: {
      totals: {
        api_calls: '100000',
        data_transfer: '120',
        rendering_requests: '25000',
        concurrent_users: '1500',
      },
      days: 1,
    },
    total: 11_004_875n,
    published: { total: 11_379_500n, slip: '75,000 calls at Rp 0.005 are Rp 375, not Rp 375,000' },
  },
  {
    name: 'bursts on two days',
    plan: 'payg-burst',
    usual: { api_calls: '5000', data_transfer: '10', rendering_requests: '1000', concurrent_users: '100' },
    busiest: {
      totals: {
        api_calls: '50000',
        data_transfer: '100',
        rendering_requests: '10000',
        concurrent_users: '800',
      },
      days: 2,
    },
    total: 8_904_725n,
    published: { total: 9_129_500n, slip: '45,000 calls at Rp 0.005 are Rp 225, not Rp 225,000' },
  },
];
