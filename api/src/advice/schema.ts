import { METER_KEYS, type MeterKey } from '@riwayat/billing';
import { z } from 'zod';

const rupiah = z.int().describe('Whole rupiah');
const quantity = z.string().describe('Plain decimal, in the unit of the meter');
const meter = z.enum(METER_KEYS as [MeterKey, ...MeterKey[]]);
const text = z.object({ id: z.string(), en: z.string() });
const month = z.string().regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month, YYYY-MM');
const range = { low: rupiah, expected: rupiah, high: rupiah };

export const forecastBody = z
  .discriminatedUnion('status', [
    z.object({
      status: z.literal('too-little-known'),
      days_known: z.int().describe('Complete days since the first with any usage'),
      days_needed: z.int(),
    }),
    z.object({
      status: z.literal('forecast'),
      days_known: z.int(),
      basis: z
        .enum(['days', 'weeks'])
        .describe('`days`: too few to tell weekdays apart; `weeks`: by weekday'),
      confidence: z.int().describe('Percent of months that are expected between low and high'),
      months: z.array(
        z.object({
          month,
          running: z.boolean(),
          cost: z
            .object(range)
            .describe(
              'Low and high have all meters low or high together, which is seldom: they are cautious',
            ),
          components: z.record(z.string(), rupiah).describe('What is expected, by what it is for'),
          usage: z.array(z.object({ meter, low: quantity, expected: quantity, high: quantity })),
        }),
      ),
    }),
  ])
  .meta({ id: 'UsageForecast' });

export const plansQuery = z.object({
  month: month
    .optional()
    .describe('Default: the last month that is over, or the running one when nothing was used in it'),
});

const ofMonth = {
  month,
  complete: z.boolean().describe('false: the month is running, and what is to come of it is not counted'),
};

export const plansBody = z
  .object({
    ...ofMonth,
    current: z.string().nullable().describe('Key of the own plan; null: the contract has ended'),
    cheapest: z.string().nullable().describe('Key of the cheapest plan that the usage fits into'),
    plans: z.array(
      z.object({
        key: z.string(),
        version: z.int(),
        name: text,
        description: text,
        total: rupiah.describe('What the month would have cost under it, with the own discounts'),
        difference: rupiah.nullable().describe('To the own plan; below 0: cheaper'),
        fits: z.boolean(),
        exceeded: z.array(meter).describe('Limits that were passed and that the plan sells nothing beyond'),
        uptime: z.string().nullable().describe('Promised, percent'),
        support_hours: z.int().nullable().describe('Until support answers'),
      }),
    ),
    break_even: z.array(
      z.object({
        meter,
        quantity: quantity.describe('The last whole one at which the other plan is not yet cheaper'),
        cheaper_below: z.string(),
        cheaper_above: z.string(),
        text,
      }),
    ),
    more_for_less: z
      .array(z.object({ meter, quantity, beyond: quantity, total: rupiah, saves: rupiah, text }))
      .describe('Where more usage would have cost less under the own plan'),
  })
  .meta({ id: 'PlanComparison' });

const endpoint = z.object({
  method: z.string(),
  endpoint: z.string(),
  amount: z.int().describe('Misses that become hits, bytes less or calls less'),
});

export const adviceBody = z
  .object({
    ...ofMonth,
    total: rupiah
      .nullable()
      .describe('What the month costs under the own plan; null: the contract has ended'),
    advice: z
      .array(
        z.object({
          kind: z.enum(['other-plan', 'commitment', 'caching', 'compression', 'fewer-calls']),
          saving: rupiah.describe('Of the month, above 0. Savings do not add up'),
          title: text,
          detail: text,
          plan: z.string().nullable(),
          options: z.array(z.object({ years: z.int(), saving: rupiah })),
          endpoints: z.array(endpoint).describe('For those who may read endpoints'),
        }),
      )
      .describe('Largest saving first; what saves nothing is not here'),
  })
  .meta({ id: 'BillingAdvice' });

export const patternBody = z
  .discriminatedUnion('status', [
    z.object({ status: z.literal('too-little-known'), days_needed: z.int() }),
    z.object({
      status: z.literal('told'),
      pattern: z.enum(['steady', 'peak', 'burst', 'growth']),
      name: text,
      days: z.int().describe('Complete days it was told from'),
      high_volume: z.boolean(),
      measures: z.object({
        burst_days: z.array(z.iso.date()),
        burst_share: z.number().describe('Of all calls, those above the usual on these days, percent'),
        growth_per_week: z.number().describe('Percent of the level now'),
        growth_is_significant: z.boolean(),
        peak_hours: z.array(z.int()).describe('The busiest hours of the day, local'),
        peak_share: z.number().describe('Of all calls, percent'),
      }),
      suggested_plans: z
        .array(z.object({ key: z.string(), name: text, total: rupiah }))
        .describe('Made for the pattern, with what the month of the comparison costs under them'),
    }),
  ])
  .meta({ id: 'UsagePattern' });

export type ForecastBody = z.infer<typeof forecastBody>;
export type PlansBody = z.infer<typeof plansBody>;
export type AdviceBody = z.infer<typeof adviceBody>;
export type PatternBody = z.infer<typeof patternBody>;
