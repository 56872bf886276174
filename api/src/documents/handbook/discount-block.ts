import type { LocalText } from '@riwayat/billing';
import { decimal, discountsIn, formatPercent, type GrantedDiscount, monthsLater } from '@riwayat/billing';
import type { Locale } from '../../tenants/tenant.ts';
import { markdownTable } from './blocks.ts';

const FROM = '2026-01-01';

/** A discount, and in which month of it and at how many members. */
interface Case {
  readonly discount: GrantedDiscount;
  readonly when: LocalText;
  /** 0: the first. */
  readonly month?: number;
  readonly members?: string;
}

/** In the order in which discounts are taken. */
const CASES: readonly { readonly name: LocalText; readonly cases: readonly Case[] }[] = [
  {
    name: { id: 'Bayar di muka', en: 'Paid in advance' },
    cases: ([1, 2, 3] as const).map((years) => ({
      discount: { kind: 'prepaid', from: FROM, years },
      when: { id: `${years} tahun`, en: years === 1 ? '1 year' : `${years} years` },
    })),
  },
  {
    name: { id: 'Volume', en: 'Volume' },
    cases: ['500', '1000', '2000'].map((bound) => ({
      discount: { kind: 'volume', from: FROM },
      when: { id: `di atas ${bound} anggota`, en: `above ${bound} members` },
      members: `${bound}.5`,
    })),
  },
  {
    name: { id: 'Nirlaba', en: 'Non-profit' },
    cases: [
      { discount: { kind: 'non-profit', from: FROM }, when: { id: 'setiap bulan', en: 'every month' } },
    ],
  },
  {
    name: { id: 'Koperasi wanita', en: 'Women’s co-operative' },
    cases: [{ discount: { kind: 'women', from: FROM }, when: { id: 'setiap bulan', en: 'every month' } }],
  },
  {
    name: { id: 'Koperasi pedesaan', en: 'Rural co-operative' },
    cases: [{ discount: { kind: 'rural', from: FROM }, when: { id: 'setiap bulan', en: 'every month' } }],
  },
  {
    name: { id: 'Pengguna awal', en: 'Early adopter' },
    cases: [
      [0, 'bulan 1 sampai 3', 'months 1 to 3'],
      [3, 'bulan 4 sampai 6', 'months 4 to 6'],
      [6, 'bulan 7 sampai 12', 'months 7 to 12'],
    ].map(([month, id, en]) => ({
      discount: { kind: 'early-adopter', from: FROM },
      when: { id: String(id), en: String(en) },
      month: Number(month),
    })),
  },
  {
    name: { id: 'Referral', en: 'Referral' },
    cases: [
      [1, '1 pelanggan, 1 bulan', '1 tenant, 1 month'],
      [3, '3 pelanggan, 3 bulan', '3 tenants, 3 months'],
      [5, '5 pelanggan, 6 bulan', '5 tenants, 6 months'],
    ].map(([referred, id, en]) => ({
      discount: { kind: 'referral', from: FROM, referred: Number(referred) },
      when: { id: String(id), en: String(en) },
    })),
  },
];

const HEAD = { id: ['Diskon', 'Kapan', 'Besarnya'], en: ['Discount', 'When', 'How much'] };

/** Every discount as Markdown, in the order in which they are taken; its percentages are asked of the engine. */
export function discountBlock(locale: Locale): string {
  return markdownTable(
    HEAD[locale],
    CASES.flatMap(({ name, cases }) =>
      cases.map(({ discount, when, month = 0, members = '0' }) => {
        const at = monthsLater(FROM.slice(0, 'YYYY-MM'.length), month);
        const [taken] = discountsIn(at, [discount], decimal(members));
        return [name[locale], when[locale], formatPercent(decimal(taken?.percent ?? '0'), locale)];
      }),
    ),
  );
}
