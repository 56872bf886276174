import { z } from 'zod';
import { METER_KEYS, type MeterKey } from '../meters/meter.ts';
import { decimal } from '../money/decimal.ts';

const HUNDRED = decimal('100');

/** A price or a quantity in a plan: plain decimal text, not below 0. What is none goes no further: it has no value to judge. */
const amount = z
  .string()
  .regex(/^\d{1,15}(\.\d{1,12})?$/, { abort: true, error: 'must be digits, and a point before decimals' });
const positive = amount.refine((text) => /[1-9]/.test(text), 'must be above 0');
const share = z
  .string()
  .regex(/^\d{1,3}(\.\d{1,4})?$/, { abort: true, error: 'must be a percentage' })
  .refine((text) => decimal(text).lte(HUNDRED), 'must be at most 100');
const change = z
  .string()
  .regex(/^-?\d{1,3}(\.\d{1,2})?$/, { abort: true, error: 'must be a percentage' })
  .refine((text) => decimal(text).gte(HUNDRED.neg()), 'must not take off more than there is');
const meter = z.enum(METER_KEYS as [MeterKey, ...MeterKey[]]);
const text = z.object({ id: z.string().min(1), en: z.string().min(1) });

/** What a charge is for: what costs are broken down by. */
export const COMPONENTS = [
  'base_fee',
  'members',
  'transactions',
  'storage',
  'api_calls',
  'data_transfer',
  'rendering',
  'cpu_usage',
  'memory_usage',
  'concurrent_users',
  'admin_users',
  'premium_features',
] as const;

export type Component = (typeof COMPONENTS)[number];

const charge = { key: z.string().regex(/^[a-z][a-z0-9-]*$/), component: z.enum(COMPONENTS), name: text };
/** What is measured for a charge: a meter, in units of `size` of the meter's own. */
const measured = {
  ...charge,
  meter,
  unit: z
    .object({ size: positive, name: text })
    .optional()
    .describe('How many of the meter’s units make one that is billed: 3600 seconds an hour'),
};
/** What is billed of a meter: what is beyond that which is included. */
const metered = {
  ...measured,
  included: amount.default('0').describe('Free, in billed units'),
};

const tier = z.object({
  upTo: positive
    .nullable()
    .describe('The last quantity of the tier, in billed units, free ones counted; null: no end'),
  price: amount.describe('Of one billed unit'),
});

export const chargeSchema = z.discriminatedUnion('model', [
  /** So much a month. */
  z.object({ ...charge, model: z.literal('flat'), price: amount }),
  /** So much a unit beyond what is included. */
  z.object({ ...metered, model: z.literal('per-unit'), price: amount }),
  /** Beyond what is included, all at the price of the tier that the quantity reaches, or each unit at that of its own tier. */
  z.object({
    ...metered,
    model: z.literal('tiered'),
    mode: z.enum(['volume', 'graduated']).default('volume'),
    tiers: z.array(tier).min(1).refine(hasRisingEnds, 'must have rising ends, and only the last none'),
  }),
  /** Beyond what is included, in whole packages; one that is begun counts. */
  z.object({ ...metered, model: z.literal('package'), packageSize: positive, price: amount }),
  /** Each day for itself: so much a unit by which the day's value is above what is included. */
  z.object({ ...metered, model: z.literal('per-day-peak'), price: amount }),
  /** How far the busiest day is above the usual one, as if the month were like it; see `burstOf`. */
  z.object({
    ...measured,
    model: z.literal('burst'),
    covered: amount
      .optional()
      .describe(
        'What the plan covers of a month, in billed units: being above it is not usual. Absent: anything',
      ),
    price: amount,
  }),
]);

function hasRisingEnds(tiers: readonly z.infer<typeof tier>[]): boolean {
  return tiers.every(({ upTo }, index) => {
    const before = tiers[index - 1]?.upTo;
    const isLast = index === tiers.length - 1;
    return upTo === null ? isLast : !isLast && (before == null || decimal(upTo).gt(decimal(before)));
  });
}

/** A surcharge or a reduction of what a component costs, by the share of cache lookups that were hits. */
const cacheModifier = z.object({
  key: z.string(),
  component: z.enum(COMPONENTS),
  name: text,
  steps: z
    .array(z.object({ above: amount, inclusive: z.boolean().default(false), percent: change }))
    .min(1)
    .refine(
      (steps) =>
        steps.every(({ above }, index) => {
          const before = steps[index - 1];
          return before === undefined || decimal(above).lt(decimal(before.above));
        }),
      'must have falling bounds',
    )
    .describe('By falling ratios of hits, 0 to 1; the first whose bound is passed counts'),
});

/** More than any price is changed. */
const MOST_VERSIONS = 1_000_000;
const HOURS_IN_YEAR = 8_760;

/** One version of a plan: data, and all there is to know for a bill. */
export const planSchema = z
  .object({
    key: z.string().regex(/^[a-z][a-z0-9-]*$/),
    version: z.int().min(1).max(MOST_VERSIONS),
    effectiveFrom: z.iso.date().describe('The first local day it is the price of'),
    name: text,
    description: text,
    charges: z.array(chargeSchema).min(1),
    minimum: amount.optional().describe('Rupiah: what the charges of a month come to at least'),
    cap: amount.optional().describe('Rupiah: what the charges of a month come to at most'),
    cacheModifier: cacheModifier.optional(),
    limits: z
      .partialRecord(meter, amount)
      .default({})
      .describe('What the plan allows, in the meters’ own units: shown and warned of, never charged'),
    features: z.array(text).default([]),
    uptime: share.optional().describe('Promised share of time that the service is there, percent'),
    supportHours: z.int().min(1).max(HOURS_IN_YEAR).optional().describe('Hours until support answers'),
    backup: text.optional(),
    offered: z
      .boolean()
      .default(true)
      .describe('Whether a tenant can ask for it; others stay for those who have them'),
  })
  .refine(({ charges }) => new Set(charges.map(({ key }) => key)).size === charges.length, {
    path: ['charges'],
    message: 'must have different keys',
  })
  .refine(
    ({ minimum, cap }) => minimum === undefined || cap === undefined || decimal(minimum).lte(decimal(cap)),
    {
      path: ['cap'],
      message: 'must not be below the minimum',
    },
  );

export type Plan = z.infer<typeof planSchema>;
/** A plan as it may be written: what has a default may be left out. */
export type PlanInput = z.input<typeof planSchema>;
export type Charge = z.infer<typeof chargeSchema>;
export type ChargeOf<Model extends Charge['model']> = Extract<Charge, { model: Model }>;
export type MeteredCharge = Exclude<Charge, { model: 'flat' }>;
export type LocalText = z.infer<typeof text>;
/** A language that everything is told in. */
export type Language = keyof LocalText;
