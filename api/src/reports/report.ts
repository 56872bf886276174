import { SEVERITIES } from '@riwayat/alerting';
import { z } from 'zod';

export const REPORT_KINDS = ['daily', 'weekly'] as const;

/** Of yesterday, or of the last week from Monday to Sunday. */
export type ReportKind = (typeof REPORT_KINDS)[number];

const count = z.int().nonnegative();
const amount = z
  .string()
  .regex(/^-?\d+$/)
  .describe('Whole rupiah');
const localDay = z.iso.date();

const totals = z.object({
  calls: count,
  errors: count.describe('Answered with a status of 500 or above'),
  bytes: count.describe('In both directions'),
  people: count,
  peak: count.describe('Most different people within any five minutes'),
  p50_ms: z.number().nullable().describe('Null without any call'),
  p95_ms: z.number().nullable(),
});

const cost = z.object({
  period: amount.describe('What the days of the report cost'),
  month: z.string().describe('`YYYY-MM`: of the last day of the report'),
  so_far: amount.describe('What the month comes to, up to now'),
  expected: amount
    .nullable()
    .describe('What it will probably come to; null when over, and where too little is known'),
  budget: amount.nullable(),
  days: z.array(amount).describe('Of each day of the month up to the last one of the report'),
  days_in_month: z.int().positive(),
});

const alerts = z.object({
  fired: z.record(z.enum(SEVERITIES), count),
  lasting: count.describe('Of those that fired, how many are not over'),
  mean_seconds_to_resolve: z.number().nullable().describe('Of those that are over'),
  newest: z.array(
    z.object({
      name: z.string(),
      severity: z.enum(SEVERITIES),
      fired_at: z.iso.datetime(),
      resolved_at: z.iso.datetime().nullable(),
    }),
  ),
});

/** What a tenant used in a day or a week: the numbers, before they are words and pictures. */
export const usageReport = z.object({
  kind: z.enum(REPORT_KINDS),
  start: localDay,
  end: localDay,
  usage: totals,
  before: totals.nullable().describe('The same days a week earlier; null when not recorded'),
  calls: z.array(count).describe('By hour of the day, or by day of the week'),
  errors: z.array(count).describe('By day; empty by hour'),
  cost: cost.nullable().describe('Null without a contract'),
  alerts,
  endpoints: z
    .array(
      z.object({
        endpoint: z.string(),
        method: z.string(),
        calls: count,
        p95_ms: z.number(),
        error_percent: z.number(),
      }),
    )
    .nullable()
    .describe('The busiest; null for who may not see endpoints'),
});

export type UsageReport = z.infer<typeof usageReport>;
export type ReportTotals = UsageReport['usage'];
export type ReportCost = NonNullable<UsageReport['cost']>;
