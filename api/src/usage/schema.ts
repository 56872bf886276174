import { z } from 'zod';
import { PERIODS } from './period.ts';

const localDay = z.iso.date().describe("A calendar day in the tenant's time zone");

/** Which span of usage is asked for. `start` and `end` alone mean `custom`. */
export const usageQuery = z
  .object({
    period: z
      .enum([...PERIODS, 'month'])
      .optional()
      .describe('Named period; `month` is the running month. Default: `current_month`.'),
    start: localDay.optional(),
    end: localDay.optional().describe('Last day, inclusive'),
  })
  .superRefine((query, context) => {
    const custom = query.period === 'custom' || query.start !== undefined || query.end !== undefined;
    for (const field of ['start', 'end'] as const) {
      if (custom && query[field] === undefined) {
        context.addIssue({
          code: 'custom',
          path: [field],
          message: 'a custom period needs both start and end',
        });
      }
    }
  });

const range = z.object({ start: localDay, end: localDay, timezone: z.string() });
const limits = {
  limit: z.number().nullable().describe('What the plan allows; null without a plan'),
  percentage: z.number().nullable().describe('Share of the limit, percent'),
  cost: z.number().nullable().describe('Whole rupiah; null while nothing is billed'),
};
const wholeNumber = z.int().nonnegative();

export const usageSummary = z
  .object({
    period: z.enum(PERIODS),
    range,
    api_calls: z.object({ total: wholeNumber, errors: wholeNumber, ...limits }),
    data_transfer: z.object({
      total: z.number().describe('GB of 10^9 bytes, both directions'),
      bytes: wholeNumber,
      unit: z.literal('GB'),
      ...limits,
    }),
    active_users: z.object({
      total: wholeNumber.describe('Different people in the period'),
      concurrent_peak: wholeNumber.describe('Most different people within any five minutes'),
      ...limits,
    }),
    total_cost: z
      .object({
        current: z.number(),
        budget: z.number().nullable(),
        percentage: z.number().nullable(),
        prediction: z.number().nullable(),
      })
      .nullable()
      .describe('Null while nothing is billed'),
    previous: z
      .object({
        range,
        api_calls: wholeNumber,
        data_transfer_bytes: wholeNumber,
        active_users: wholeNumber,
      })
      .nullable()
      .describe('The span before, for comparison; null when it was not recorded from its first day on'),
  })
  .meta({ id: 'UsageSummary' });

export const detailedUsage = z
  .object({
    period: range,
    daily_usage: z.array(
      z.object({
        date: localDay,
        api_calls: wholeNumber,
        errors: wholeNumber,
        data_transfer: z.number().describe('GB of 10^9 bytes'),
        data_transfer_bytes: wholeNumber,
        active_users: wholeNumber,
        cost: z.number().nullable(),
      }),
    ),
    endpoint_breakdown: z
      .array(
        z.object({
          endpoint: z.string(),
          method: z.string(),
          calls: wholeNumber,
          avg_response_time: z.number().describe('Milliseconds'),
          p50: z.number().describe('Milliseconds'),
          p95: z.number().describe('Milliseconds'),
          p99: z.number().describe('Milliseconds'),
          error_rate: z.number().describe('Percent of calls answered with a 5xx status'),
          client_error_rate: z.number().describe('Percent of calls answered with a 4xx status'),
          data_transfer_bytes: wholeNumber,
          cost: z.number().nullable(),
        }),
      )
      .optional()
      .describe('Present with the permission `endpoints:read`'),
    user_breakdown: z
      .array(
        z.object({
          user_id: z.string(),
          name: z.string().nullable(),
          role: z.string(),
          calls: wholeNumber,
          data_transfer_bytes: wholeNumber,
          cost: z.number().nullable(),
        }),
      )
      .optional()
      .describe('Present with the permission `people:read`, at most 100 people, busiest first'),
  })
  .meta({ id: 'DetailedUsage' });

export type UsageQuery = z.infer<typeof usageQuery>;
export type UsageSummary = z.infer<typeof usageSummary>;
export type DetailedUsage = z.infer<typeof detailedUsage>;
