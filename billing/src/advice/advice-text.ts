import { formatQuantity, formatRupiah } from '../explain/format.ts';
import { decimal, quotient } from '../money/decimal.ts';
import type { Language } from '../plans/plan.ts';
import type { Advice } from './advice.ts';
import type { EndpointShare } from './endpoint-use.ts';
import { CALLS_TOGETHER, CHATTY_CALLS, COMPRESSED_PERCENT } from './usage-changes.ts';

/** What to do, and what it rests on. */
export interface AdviceText {
  readonly title: string;
  readonly detail: string;
}

const BYTES_PER_GB = decimal('1000000000');

/** Advice in words, with its numbers. An assumption that it makes is named. */
export function adviceText(advice: Advice, language: Language): AdviceText {
  const rupiah = formatRupiah(advice.saving, language);
  const count = (quantity: bigint): string => formatQuantity(decimal(quantity), language);
  switch (advice.kind) {
    case 'other-plan': {
      const plan = advice.plan.name[language];
      return language === 'id'
        ? {
            title: `Pindah ke paket ${plan}`,
            detail: `Dengan pemakaian bulan itu, paket ${plan} lebih murah ${rupiah} sebulan. Bandingkan juga fitur dan jaminannya.`,
          }
        : {
            title: `Change to the plan ${plan}`,
            detail: `With the usage of that month, the plan ${plan} is ${rupiah} a month cheaper. Compare its features and promises too.`,
          };
    }
    case 'commitment': {
      const longest = formatRupiah(advice.options.at(-1)?.saving ?? advice.saving, language);
      return language === 'id'
        ? {
            title: 'Bayar setahun di muka',
            detail: `Hemat ${rupiah} sebulan dari tagihan bulan itu; dengan tiga tahun ${longest} sebulan.`,
          }
        : {
            title: 'Pay a year ahead',
            detail: `Saves ${rupiah} a month of that month’s bill; three years save ${longest} a month.`,
          };
    }
    case 'caching': {
      const [before, after] = [advice.hits, advice.targetHits].map((hits) =>
        percent(hits, advice.lookups, language),
      );
      const most = nameOf(advice.endpoints);
      return language === 'id'
        ? {
            title: `Naikkan rasio cache dari ${before} ke ${after}`,
            detail: `Bila ${count(advice.targetHits - advice.hits)} pencarian lagi dijawab dari cache, tagihan bulan itu turun ${rupiah}. Paling banyak meleset: ${most}.`,
          }
        : {
            title: `Raise the cache’s hits from ${before} to ${after}`,
            detail: `If ${count(advice.targetHits - advice.hits)} more lookups were answered from the cache, that month’s bill would be ${rupiah} less. Most misses: ${most}.`,
          };
    }
    case 'compression': {
      const gigabytes = formatQuantity(
        quotient(decimal(totalOf(advice.endpoints)), BYTES_PER_GB).round(3, 1),
        language,
      );
      const most = nameOf(advice.endpoints);
      return language === 'id'
        ? {
            title: 'Kompres jawaban API',
            detail: `Transfer data berkurang ${gigabytes} GB dan tagihan bulan itu turun ${rupiah}, dengan anggapan jawaban teks belum dikompres dan menjadi ${COMPRESSED_PERCENT}% dari ukurannya. Paling banyak: ${most}.`,
          }
        : {
            title: 'Compress the API’s answers',
            detail: `Data transfer would be ${gigabytes} GB less and that month’s bill ${rupiah} less, taking it that text is not compressed yet and comes to ${COMPRESSED_PERCENT}% of its size. The most: ${most}.`,
          };
    }
    case 'fewer-calls': {
      const calls = count(totalOf(advice.endpoints));
      const most = nameOf(advice.endpoints);
      return language === 'id'
        ? {
            title: 'Gabungkan panggilan yang berulang',
            detail: `${most} dipanggil lebih dari ${CHATTY_CALLS} kali dalam satu sesi. Bila digabung menjadi ${CALLS_TOGETHER}, ada ${calls} panggilan lebih sedikit dan tagihan bulan itu turun ${rupiah}.`,
          }
        : {
            title: 'Bring repeated calls together',
            detail: `${most} is called more than ${CHATTY_CALLS} times in a session. Brought together to ${CALLS_TOGETHER}, there would be ${calls} calls less and that month’s bill would be ${rupiah} less.`,
          };
    }
  }
}

function totalOf(endpoints: readonly EndpointShare[]): bigint {
  return endpoints.reduce((sum, { amount }) => sum + amount, 0n);
}

function nameOf([most]: readonly EndpointShare[]): string {
  return most === undefined ? '–' : `${most.method} ${most.endpoint}`;
}

function percent(part: bigint, of: bigint, language: Language): string {
  const hundredfold = quotient(decimal(part * 100n), decimal(of));
  return `${formatQuantity(hundredfold.round(1, 0 /* roundDown */), language)}%`;
}
