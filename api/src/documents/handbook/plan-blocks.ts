import {
  CATALOGUE,
  type Charge,
  type Decimal,
  decimal,
  formatExact,
  formatPercent,
  formatQuantity,
  METER_KEYS,
  type MeteredCharge,
  type MeterKey,
  ONE,
  type Plan,
  unitName,
  ZERO,
} from '@riwayat/billing';
import type { Locale } from '../../tenants/tenant.ts';
import { markdownTable } from './blocks.ts';

const WORDS = {
  id: {
    head: ['Untuk', 'Termasuk', 'Harga selebihnya'],
    flat: (price: string) => `${price} per bulan`,
    each: (price: string, unit: string) => `${price} per ${unit}`,
    volume: 'semua selebihnya dengan harga tingkat yang dicapai',
    graduated: 'setiap unit dengan harga tingkatnya sendiri',
    upTo: (quantity: string) => `sampai ${quantity}`,
    beyond: 'di atasnya',
    package: (price: string, size: string, unit: string) => `${price} per ${size} ${unit} yang dimulai`,
    dayPeak: (price: string, unit: string) => `${price} per ${unit} di atasnya, untuk setiap hari`,
    burst: (price: string, unit: string) => `${price} per ${unit} lonjakan`,
    minimum: (price: string) => `Paling sedikit ${price} per bulan.`,
    cap: (price: string) => `Paling banyak ${price} per bulan.`,
    limits: 'Batas',
    cache: (name: string, steps: string) => `${name} menurut bagian pencarian cache yang kena: ${steps}.`,
    above: (ratio: string, inclusive: boolean) => `${inclusive ? 'mulai' : 'di atas'} ${ratio}`,
    key: 'kunci',
  },
  en: {
    head: ['For', 'Included', 'Price beyond'],
    flat: (price: string) => `${price} a month`,
    each: (price: string, unit: string) => `${price} a ${unit}`,
    volume: 'all beyond at the price of the tier that is reached',
    graduated: 'each unit at the price of its own tier',
    upTo: (quantity: string) => `up to ${quantity}`,
    beyond: 'above',
    package: (price: string, size: string, unit: string) => `${price} for each ${size} ${unit} that is begun`,
    dayPeak: (price: string, unit: string) => `${price} a ${unit} above that, each day`,
    burst: (price: string, unit: string) => `${price} a ${unit} of burst`,
    minimum: (price: string) => `At least ${price} a month.`,
    cap: (price: string) => `At most ${price} a month.`,
    limits: 'Limits',
    cache: (name: string, steps: string) => `${name} by the share of cache lookups that hit: ${steps}.`,
    above: (ratio: string, inclusive: boolean) => `${inclusive ? 'from' : 'above'} ${ratio}`,
    key: 'key',
  },
} as const;

/** Every plan of the catalogue with its prices, as Markdown. */
export function planBlock(locale: Locale): string {
  return CATALOGUE.map((plan) => planOf(plan, locale)).join('\n\n');
}

function planOf(plan: Plan, locale: Locale): string {
  const words = WORDS[locale];
  const rupiah = (text: string): string => formatExact(decimal(text), locale);
  const limits = METER_KEYS.flatMap((meter) => limitOf(meter, plan.limits[meter], locale));
  const notes = [
    ...(plan.minimum === undefined ? [] : [words.minimum(rupiah(plan.minimum))]),
    ...(plan.cap === undefined ? [] : [words.cap(rupiah(plan.cap))]),
    ...(plan.cacheModifier === undefined ? [] : [cacheOf(plan.cacheModifier, locale)]),
    ...(limits.length === 0 ? [] : [`${words.limits}: ${limits.join(', ')}.`]),
  ];
  const table = markdownTable(
    words.head,
    plan.charges.map((charge) => [charge.name[locale], includedOf(charge, locale), priceOf(charge, locale)]),
  );
  return [
    `### ${plan.name[locale]}`,
    `${plan.description[locale]} (${words.key} \`${plan.key}\`).`,
    table,
    ...notes,
  ].join('\n\n');
}

function limitOf(meter: MeterKey, limit: string | undefined, locale: Locale): string[] {
  if (limit === undefined) {
    return [];
  }
  const quantity = decimal(limit);
  return [`${formatQuantity(quantity, locale)} ${unitName(meter, quantity, locale)}`];
}

function includedOf(charge: Charge, locale: Locale): string {
  if (charge.model === 'flat') {
    return '–';
  }
  const quantity = decimal((charge.model === 'burst' ? charge.covered : charge.included) ?? '0');
  return quantity.eq(ZERO) ? '–' : `${formatQuantity(quantity, locale)} ${unitOf(charge, quantity, locale)}`;
}

function priceOf(charge: Charge, locale: Locale): string {
  const words = WORDS[locale];
  const rupiah = (text: string): string => formatExact(decimal(text), locale);
  if (charge.model === 'flat') {
    return words.flat(rupiah(charge.price));
  }
  const one = unitOf(charge, ONE, locale);
  switch (charge.model) {
    case 'per-unit':
      return words.each(rupiah(charge.price), one);
    case 'tiered':
      return `${charge.tiers
        .map(({ upTo, price }) => {
          const reach = upTo === null ? words.beyond : words.upTo(formatQuantity(decimal(upTo), locale));
          return `${reach} ${words.each(rupiah(price), one)}`;
        })
        .join('; ')}; ${words[charge.mode]}`;
    case 'package': {
      const size = decimal(charge.packageSize);
      return words.package(rupiah(charge.price), formatQuantity(size, locale), unitOf(charge, size, locale));
    }
    case 'per-day-peak':
      return words.dayPeak(rupiah(charge.price), one);
    case 'burst':
      return words.burst(rupiah(charge.price), one);
  }
}

function unitOf({ unit, meter }: MeteredCharge, quantity: Decimal, locale: Locale): string {
  return unit?.name[locale] ?? unitName(meter, quantity, locale);
}

function cacheOf({ name, steps }: NonNullable<Plan['cacheModifier']>, locale: Locale): string {
  const words = WORDS[locale];
  const ratio = (text: string): string => formatPercent(decimal(text).times(decimal('100')), locale);
  const told = steps.map(
    ({ above, inclusive, percent }) =>
      `${words.above(ratio(above), inclusive)} ${formatPercent(decimal(percent), locale)}`,
  );
  return words.cache(name[locale], told.join(', '));
}
