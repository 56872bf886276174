import { type Decimal, ONE } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import type { MeterKey } from './meter.ts';

interface UnitName {
  readonly id: string;
  readonly en: { readonly one: string; readonly other: string };
}

const lookup: UnitName = { id: 'pencarian cache', en: { one: 'cache lookup', other: 'cache lookups' } };

const UNIT_NAMES: Readonly<Record<MeterKey, UnitName>> = {
  members: { id: 'anggota', en: { one: 'member', other: 'members' } },
  transactions: { id: 'transaksi', en: { one: 'transaction', other: 'transactions' } },
  storage: { id: 'GB', en: { one: 'GB', other: 'GB' } },
  api_calls: { id: 'panggilan', en: { one: 'call', other: 'calls' } },
  data_transfer: { id: 'GB', en: { one: 'GB', other: 'GB' } },
  rendering_requests: { id: 'permintaan', en: { one: 'request', other: 'requests' } },
  cpu: { id: 'detik CPU', en: { one: 'CPU second', other: 'CPU seconds' } },
  memory: { id: 'MB-detik', en: { one: 'MB-second', other: 'MB-seconds' } },
  concurrent_users: { id: 'pengguna', en: { one: 'user', other: 'users' } },
  admin_users: { id: 'admin', en: { one: 'administrator', other: 'administrators' } },
  premium_features: { id: 'fitur', en: { one: 'feature', other: 'features' } },
  cache_lookups: lookup,
  cache_hits: lookup,
};

/** What a quantity of a meter is counted in: `anggota`, `members`. */
export function unitName(meter: MeterKey, quantity: Decimal, language: Language): string {
  const { id, en } = UNIT_NAMES[meter];
  return language === 'id' ? id : quantity.eq(ONE) ? en.one : en.other;
}
