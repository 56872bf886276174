import type { Component, LocalText, PlanInput } from '../plan.ts';

/** The first local day of every price here: no bill is of an earlier one. */
export const FIRST_DAY = '2020-01-01';

type ChargeInput = PlanInput['charges'][number];
type Metered<Model extends ChargeInput['model']> = Omit<
  Extract<ChargeInput, { model: Model }>,
  'key' | 'component' | 'name' | 'model' | 'meter' | 'unit'
>;

/** What is billed: the same in every plan, but for its price. */
interface Item {
  readonly key: string;
  readonly component: Component;
  readonly name: LocalText;
}

interface MeteredItem extends Item {
  readonly meter: Extract<ChargeInput, { model: 'per-unit' }>['meter'];
  readonly unit?: { size: string; name: LocalText };
}

export const MEMBERS: MeteredItem = {
  key: 'members',
  component: 'members',
  name: { id: 'Anggota', en: 'Members' },
  meter: 'members',
};
export const TRANSACTIONS: MeteredItem = {
  key: 'transactions',
  component: 'transactions',
  name: { id: 'Transaksi', en: 'Transactions' },
  meter: 'transactions',
};
export const STORAGE: MeteredItem = {
  key: 'storage',
  component: 'storage',
  name: { id: 'Penyimpanan', en: 'Storage' },
  meter: 'storage',
};
export const API_CALLS: MeteredItem = {
  key: 'api-calls',
  component: 'api_calls',
  name: { id: 'Panggilan API', en: 'API calls' },
  meter: 'api_calls',
};
export const DATA_TRANSFER: MeteredItem = {
  key: 'data-transfer',
  component: 'data_transfer',
  name: { id: 'Transfer data', en: 'Data transfer' },
  meter: 'data_transfer',
};
export const RENDERING: MeteredItem = {
  key: 'rendering',
  component: 'rendering',
  name: { id: 'Permintaan rendering', en: 'Rendering requests' },
  meter: 'rendering_requests',
};
export const CPU_SECONDS: MeteredItem = {
  key: 'cpu',
  component: 'cpu_usage',
  name: { id: 'Waktu CPU', en: 'CPU time' },
  meter: 'cpu',
};
export const CPU_HOURS: MeteredItem = {
  ...CPU_SECONDS,
  unit: { size: '3600', name: { id: 'jam CPU', en: 'CPU hours' } },
};
export const MEMORY_SECONDS: MeteredItem = {
  key: 'memory',
  component: 'memory_usage',
  name: { id: 'Pemakaian memori', en: 'Memory use' },
  meter: 'memory',
};
/** A gigabyte is 1,000 megabytes: so 3,600,000 megabyte-seconds. */
export const MEMORY_HOURS: MeteredItem = {
  ...MEMORY_SECONDS,
  unit: { size: '3600000', name: { id: 'GB-jam', en: 'GB-hours' } },
};
export const CONCURRENT_USERS: MeteredItem = {
  key: 'concurrent-users',
  component: 'concurrent_users',
  name: { id: 'Pengguna serentak', en: 'Concurrent users' },
  meter: 'concurrent_users',
};
export const PREMIUM_FEATURES: MeteredItem = {
  key: 'premium-features',
  component: 'premium_features',
  name: { id: 'Fitur premium', en: 'Premium features' },
  meter: 'premium_features',
};

/** @param price rupiah a month */
export function baseFee(price: string): ChargeInput {
  return {
    key: 'base',
    component: 'base_fee',
    name: { id: 'Biaya dasar', en: 'Base fee' },
    model: 'flat',
    price,
  };
}

export function perUnit(item: MeteredItem, terms: Metered<'per-unit'>): ChargeInput {
  return { ...item, model: 'per-unit', ...terms };
}

export function tiered(item: MeteredItem, terms: Metered<'tiered'>): ChargeInput {
  return { ...item, model: 'tiered', ...terms };
}

/** What the busiest day of a month is above the usual one; beside a price of the same meter, it has its own key. */
export function burst(item: MeteredItem, terms: Metered<'burst'>): ChargeInput {
  return {
    ...item,
    key: `${item.key}-burst`,
    name: { id: `Lonjakan ${item.name.id.toLocaleLowerCase('id')}`, en: `${item.name.en}: burst` },
    model: 'burst',
    ...terms,
  };
}
