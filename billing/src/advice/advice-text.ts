import { formatQuantity, formatRupiah } from '../explain/format.ts';
import { decimal, quotient } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import type { Advice } from './advice.ts';
import { CALLS_TOGETHER, CHATTY_CALLS, COMPRESSED_PERCENT } from './usage-changes.ts';

/** What to do, and what it rests on. */
export interface AdviceText {
  readonly title: string;
  readonly detail: string;
}

type Texts = {
  readonly [Kind in Advice['kind']]: (
    advice: Extract<Advice, { kind: Kind }>,
    numbers: Numbers,
  ) => AdviceText;
};

/** Numbers as the language writes them. */
interface Numbers {
  /** Whole rupiah. */
  readonly money: (amount: bigint) => string;
  readonly count: (quantity: bigint) => string;
  readonly gigabytes: (bytes: bigint) => string;
  readonly percent: (part: bigint, of: bigint) => string;
}

const BYTES_PER_GB = decimal('1000000000');

const INDONESIAN: Texts = {
  'other-plan': ({ saving, plan }, { money }) => ({
    title: `Pindah ke paket ${plan.name.id}`,
    detail: `Dengan pemakaian bulan itu, paket ${plan.name.id} lebih murah ${money(saving)} sebulan. Bandingkan juga fitur dan jaminannya.`,
  }),
  commitment: ({ saving, options }, { money }) => ({
    title: 'Bayar setahun di muka',
    detail: `Tagihan bulan itu turun ${money(saving)}; dengan tiga tahun di muka ${money(options.at(-1)?.saving ?? saving)}.`,
  }),
  caching: ({ saving, lookups, hits, targetHits }, { money, count, percent }) => ({
    title: `Naikkan rasio cache dari ${percent(hits, lookups)} ke ${percent(targetHits, lookups)}`,
    detail: `Bila ${count(targetHits - hits)} pencarian lagi dijawab dari cache, tagihan bulan itu turun ${money(saving)}.`,
  }),
  compression: ({ saving, less }, { money, gigabytes }) => ({
    title: 'Kompres jawaban API',
    detail: `Transfer data berkurang ${gigabytes(less)} GB dan tagihan bulan itu turun ${money(saving)}, dengan anggapan bahwa jawaban teks belum dikompres dan menjadi ${COMPRESSED_PERCENT}% dari ukurannya.`,
  }),
  'fewer-calls': ({ saving, less }, { money, count }) => ({
    title: 'Gabungkan panggilan yang berulang',
    detail: `Ada endpoint yang dipanggil lebih dari ${CHATTY_CALLS} kali dalam satu sesi. Bila digabung menjadi ${CALLS_TOGETHER}, panggilan berkurang ${count(less)} dan tagihan bulan itu turun ${money(saving)}.`,
  }),
};

const ENGLISH: Texts = {
  'other-plan': ({ saving, plan }, { money }) => ({
    title: `Change to the plan ${plan.name.en}`,
    detail: `With the usage of that month, the plan ${plan.name.en} is ${money(saving)} a month cheaper. Compare its features and promises too.`,
  }),
  commitment: ({ saving, options }, { money }) => ({
    title: 'Pay a year ahead',
    detail: `That month’s bill would be ${money(saving)} less; three years ahead, ${money(options.at(-1)?.saving ?? saving)}.`,
  }),
  caching: ({ saving, lookups, hits, targetHits }, { money, count, percent }) => ({
    title: `Raise the cache’s hits from ${percent(hits, lookups)} to ${percent(targetHits, lookups)}`,
    detail: `If the cache answered ${count(targetHits - hits)} more lookups, that month’s bill would be ${money(saving)} less.`,
  }),
  compression: ({ saving, less }, { money, gigabytes }) => ({
    title: 'Compress the API’s answers',
    detail: `Data transfer would be ${gigabytes(less)} GB less and that month’s bill ${money(saving)} less, taking it that text is not compressed yet and comes to ${COMPRESSED_PERCENT}% of its size.`,
  }),
  'fewer-calls': ({ saving, less }, { money, count }) => ({
    title: 'Bring repeated calls together',
    detail: `Endpoints are called more than ${CHATTY_CALLS} times in a session. Brought together to ${CALLS_TOGETHER}, there would be ${count(less)} calls less and that month’s bill would be ${money(saving)} less.`,
  }),
};

/** Advice in words, with its numbers. An assumption that it makes is named. */
export function adviceText(advice: Advice, language: Language): AdviceText {
  const texts = language === 'id' ? INDONESIAN : ENGLISH;
  const numbers = numbersIn(language);
  switch (advice.kind) {
    case 'other-plan':
      return texts['other-plan'](advice, numbers);
    case 'commitment':
      return texts.commitment(advice, numbers);
    case 'caching':
      return texts.caching(advice, numbers);
    case 'compression':
      return texts.compression(advice, numbers);
    case 'fewer-calls':
      return texts['fewer-calls'](advice, numbers);
  }
}

function numbersIn(language: Language): Numbers {
  const rounded = (part: bigint, of: typeof BYTES_PER_GB, decimals: number): string =>
    formatQuantity(quotient(decimal(part), of).round(decimals, 0 /* roundDown */), language);
  return {
    money: (amount) => formatRupiah(amount, language),
    count: (quantity) => formatQuantity(decimal(quantity), language),
    gigabytes: (bytes) => rounded(bytes, BYTES_PER_GB, 3),
    percent: (part, of) => `${rounded(part * 100n, decimal(of), 1)}%`,
  };
}
