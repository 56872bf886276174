import { unitName } from '../meters/units.ts';
import { type Decimal, ZERO } from '../money/decimal.ts';
import type { Language, LocalText } from '../plans/plan.ts';
import type { BillLine, Calculation, Measured } from '../rating/line.ts';
import { formatExact, formatPercent, formatQuantity } from './format.ts';

/** What a reader has to know beside a line's formula, in sentences. */
export function notesOf(
  { measured, calculation }: Pick<BillLine, 'measured' | 'calculation'>,
  language: Language,
): string[] {
  const texts = [
    ...(measured === null ? [] : ofIncluded(measured, calculation, language)),
    ...ofCalculation(measured, calculation, language),
  ];
  return texts.map((text) => text[language]);
}

function ofIncluded(measured: Measured, calculation: Calculation, language: Language): LocalText[] {
  const { quantity, included } = measured;
  if (included.eq(ZERO) || calculation.kind === 'day-peaks' || quantity.gt(included)) {
    return [];
  }
  const free = `${formatQuantity(included, language)} ${unitOf(measured, included, language)}`;
  const used = formatQuantity(quantity, language);
  return [{ id: `Termasuk dalam paket: ${used} dari ${free}.`, en: `Included: ${used} of ${free}.` }];
}

function ofCalculation(measured: Measured | null, calculation: Calculation, language: Language): LocalText[] {
  const number = (quantity: Decimal): string => formatQuantity(quantity, language);
  switch (calculation.kind) {
    case 'flat':
    case 'units':
    case 'percent':
      return [];
    case 'tiers':
      return ofTiers(calculation, language);
    case 'packages': {
      const size = `${number(calculation.size)}${measured === null ? '' : ` ${unitOf(measured, calculation.size, language)}`}`;
      return [
        {
          id: `Satu paket adalah ${size}; paket yang baru terpakai sebagian dihitung penuh.`,
          en: `A package is ${size}; one that is begun counts whole.`,
        },
      ];
    }
    case 'day-peaks': {
      const free = measured === null ? ZERO : measured.included;
      return [
        {
          id: `Dihitung per hari: yang di atas ${number(free)}, pada ${calculation.peaks.length} hari.`,
          en: `Counted day by day: what is above ${number(free)}, on ${calculation.peaks.length} days.`,
        },
      ];
    }
    case 'burst':
      return [
        {
          id: `Hari tersibuk dibanding hari biasa, masing-masing seakan sebulan penuh: ${number(calculation.busiest)} dan ${number(calculation.usual)}.`,
          en: `The busiest day against the usual one, each as if the whole month were like it: ${number(calculation.busiest)} and ${number(calculation.usual)}.`,
        },
      ];
    case 'cache':
      return [
        {
          id: `Cache menjawab ${number(calculation.hits)} dari ${number(calculation.lookups)} pencarian: ${formatPercent(calculation.percent, language)} dari biayanya.`,
          en: `The cache answered ${number(calculation.hits)} of ${number(calculation.lookups)} lookups: ${formatPercent(calculation.percent, language)} of the cost.`,
        },
      ];
    case 'limit': {
      const limit = formatExact(calculation.limit, language);
      return [{ id: `Batas sebulan penuh ${limit}.`, en: `The limit of a whole month is ${limit}.` }];
    }
  }
}

function ofTiers({ mode, parts }: Extract<Calculation, { kind: 'tiers' }>, language: Language): LocalText[] {
  const [part] = parts;
  if (part === undefined || part.billed.eq(ZERO)) {
    return [];
  }
  if (mode === 'graduated') {
    return [
      { id: 'Tiap bagian dengan harga tingkatnya sendiri.', en: 'Each part at the price of its own tier.' },
    ];
  }
  if (part.upTo === null) {
    return [
      {
        id: 'Semuanya dengan harga tingkat tertinggi.',
        en: 'All of it at the price of the highest tier.',
      },
    ];
  }
  const end = formatQuantity(part.upTo, language);
  return [
    {
      id: `Semuanya dengan harga tingkat sampai ${end}.`,
      en: `All of it at the price of the tier up to ${end}.`,
    },
  ];
}

function unitOf({ meter, unit }: Measured, quantity: Decimal, language: Language): string {
  return unit?.[language] ?? unitName(meter, quantity, language);
}
