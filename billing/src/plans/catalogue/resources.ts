import type { PlanInput } from '../plan.ts';
import { baseFee, CONCURRENT_USERS, CPU_HOURS, FIRST_DAY, MEMORY_HOURS, tiered } from './charges.ts';

const BASE_FEE = '1000000';
const FREE_CPU_HOURS = '100';
const FREE_GB_HOURS = '50';
const FREE_USERS = '50';

/** By what the service has to give: processor and memory, or room for people at once. */
export const RESOURCE_PLANS: readonly PlanInput[] = [
  {
    key: 'resource',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Sumber Daya', en: 'Resources' },
    description: {
      id: 'Biaya dasar, lalu jam CPU dan GB-jam memori bertingkat',
      en: 'A base fee, then CPU hours and GB-hours of memory by tier',
    },
    charges: [
      baseFee(BASE_FEE),
      tiered(CPU_HOURS, {
        included: FREE_CPU_HOURS,
        tiers: [
          { upTo: '500', price: '10000' },
          { upTo: '2000', price: '8000' },
          { upTo: null, price: '5000' },
        ],
      }),
      tiered(MEMORY_HOURS, {
        included: FREE_GB_HOURS,
        tiers: [
          { upTo: '200', price: '500' },
          { upTo: '500', price: '400' },
          { upTo: null, price: '300' },
        ],
      }),
    ],
  },
  {
    key: 'concurrent',
    version: 1,
    effectiveFrom: FIRST_DAY,
    name: { id: 'Pengguna Serentak', en: 'Concurrent Users' },
    description: {
      id: 'Biaya dasar dengan 50 pengguna serentak, lalu bertingkat',
      en: 'A base fee with 50 concurrent users, then by tier',
    },
    charges: [
      baseFee(BASE_FEE),
      tiered(CONCURRENT_USERS, {
        included: FREE_USERS,
        tiers: [
          { upTo: '200', price: '20000' },
          { upTo: '500', price: '15000' },
          { upTo: '1000', price: '10000' },
          { upTo: null, price: '5000' },
        ],
      }),
    ],
  },
];
