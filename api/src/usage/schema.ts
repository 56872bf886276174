import { z } from 'zod';
import { PERIODS } from './period.ts';

export const localDay = z.iso.date().describe("A calendar day in the tenant's time zone");

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

export const range = z.object({ start: localDay, end: localDay, timezone: z.string() });
export const wholeNumber = z.int().nonnegative();
/** What something costs. */
export const cost = z.int().nullable().describe('Whole rupiah; null without a contract');
const change = z
  .number()
  .nullable()
  .describe('Against the span before, percent; null when there was nothing then');

const metric = {
  limit: z
    .number()
    .nullable()
    .describe('What the plan allows in a month; null without a limit, and of a span that is no month'),
  percentage: z.number().nullable().describe('Share of the limit, percent'),
  cost,
  change,
};

export const usageSummary = z
  .object({
    period: z.enum(PERIODS),
    range,
    api_calls: z.object({ total: wholeNumber, errors: wholeNumber, ...metric }),
    data_transfer: z.object({
      total: z.number().describe('GB of 10^9 bytes, both directions'),
      bytes: wholeNumber,
      unit: z.literal('GB'),
      ...metric,
    }),
    active_users: z.object({
      total: wholeNumber.describe('Different people in the period'),
      concurrent_peak: wholeNumber.describe('Most different people within any five minutes'),
      ...metric,
      limit_of: z
        .enum(['concurrent_users', 'members'])
        .nullable()
        .describe('What is limited: how many are there at once, or members'),
    }),
    total_cost: z
      .object({
        current: z.int().describe('What the period costs by now: of a month, its bill so far'),
        budget: z.int().nullable().describe('Of a month; null when none was set'),
        percentage: z.number().nullable().describe('Share of the budget, percent'),
        prediction: z
          .int()
          .nullable()
          .describe('What the running month will probably cost; null where too little is known'),
        change: change.describe(
          'Percent; of the running month against what the month before came to by the same day',
        ),
      })
      .nullable()
      .describe('Null without a contract'),
    previous: z
      .object({
        range,
        api_calls: wholeNumber,
        data_transfer_bytes: wholeNumber,
        active_users: wholeNumber,
        cost,
      })
      .nullable()
      .describe('The span before, for comparison; null when it was not recorded from its first day on'),
  })
  .meta({ id: 'UsageSummary' });

export const endpointUsage = z.object({
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
  cost,
});

export const totalCost = cost.describe(
  'Whole rupiah: what the costs of all days, endpoints or people come to. Null without a contract',
);
export const unattributedCost = cost.describe(
  'What of the total stands in no row: all of it when there was no request',
);

export const detailedUsage = z
  .object({
    period: range,
    total_cost: totalCost,
    daily_usage: z.array(
      z.object({
        date: localDay,
        api_calls: wholeNumber,
        errors: wholeNumber,
        data_transfer: z.number().describe('GB of 10^9 bytes'),
        data_transfer_bytes: wholeNumber,
        active_users: wholeNumber,
        cost,
      }),
    ),
    endpoint_breakdown: z
      .array(endpointUsage)
      .optional()
      .describe('Present with the permission `endpoints:read`'),
    unattributed_cost: unattributedCost.optional(),
    user_breakdown: z
      .array(
        z.object({
          user_id: z.string().describe('Empty: requests of nobody logged in'),
          name: z.string().nullable(),
          role: z.string(),
          calls: wholeNumber,
          data_transfer_bytes: wholeNumber,
          cost,
        }),
      )
      .optional()
      .describe('Present with the permission `people:read`, at most 100 people, busiest first'),
    other_users: z
      .object({ cost })
      .optional()
      .describe(
        'All others together, and what no request stands for; present with the permission `people:read`',
      ),
  })
  .meta({ id: 'DetailedUsage' });

export type UsageQuery = z.infer<typeof usageQuery>;
export type UsageSummary = z.infer<typeof usageSummary>;
export type DetailedUsage = z.infer<typeof detailedUsage>;
