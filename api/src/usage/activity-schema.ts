import { z } from 'zod';
import { cost, endpointUsage, localDay, range, totalCost, unattributedCost, wholeNumber } from './schema.ts';

export const endpointList = z
  .object({
    period: range,
    total_cost: totalCost,
    unattributed_cost: unattributedCost,
    endpoints: z
      .array(endpointUsage.extend({ people: wholeNumber.describe('Different people who called it') }))
      .describe('Most called first'),
  })
  .meta({ id: 'EndpointUsageList' });

const sessionMinutes = z.number().describe('From the first request to the latest one, minutes');

export const userList = z
  .object({
    period: range,
    total_cost: totalCost,
    users: z
      .array(
        z.object({
          user_id: z.string().describe('As it is stored: an id or a pseudonym. Empty: nobody logged in'),
          name: z.string().nullable(),
          role: z.string(),
          last_login: z.iso.datetime().nullable(),
          sessions: wholeNumber,
          session_duration: sessionMinutes,
          api_calls: wholeNumber,
          data_transfer_bytes: wholeNumber,
          cost,
          active_endpoints: z.array(z.string()).describe('At most five, most called first'),
        }),
      )
      .describe('At most 100 people, busiest first'),
    other_users: z.object({ cost }).describe('All others together, and what no request stands for'),
  })
  .meta({ id: 'UserUsageList' });

export const usageSession = z
  .object({
    session_id: z.string(),
    user_id: z.string(),
    name: z.string().nullable(),
    role: z.string(),
    device: z
      .string()
      .nullable()
      .describe('In words; null for a session that is not of this application, or forgotten'),
    network: z.string().nullable().describe('Network of the address that it was begun from'),
    login_time: z.iso
      .datetime()
      .describe('When it was begun; the first request of the period where that is not known'),
    last_activity: z.iso.datetime(),
    duration: sessionMinutes,
    api_calls: wholeNumber,
    data_transfer_bytes: wholeNumber,
    cost: cost.describe('Its share of what the period costs, rounded by itself. Null without a contract'),
  })
  .meta({ id: 'UsageSession' });

const share = z.object({
  endpoint: z.string(),
  calls: wholeNumber,
  data_transfer_bytes: wholeNumber,
});

export const ownUsage = z
  .object({
    period: range,
    api_calls: z.object({
      total: wholeNumber,
      most_used: share.nullable().describe('The endpoint with the most calls; null without any'),
    }),
    data_transfer: z.object({
      bytes: wholeNumber,
      most_data: share.nullable().describe('The endpoint with the most bytes; null without any'),
    }),
    sessions: z.object({
      total: wholeNumber,
      mean_duration: z.number().nullable().describe('Minutes; null without any'),
    }),
    cost_contribution: z
      .object({
        amount: z.int().describe('Whole rupiah'),
        percentage: z.number().nullable().describe('Of all that the tenant costs in the period'),
      })
      .nullable()
      .describe('Null without a contract'),
  })
  .meta({ id: 'OwnUsage' });

const component = z.int().optional();

export const costBreakdown = z
  .object({
    period: range,
    components: z
      .object({
        base_fee: component,
        members: component,
        transactions: component,
        storage: component,
        api_calls: component,
        data_transfer: component,
        rendering: component,
        cpu_usage: component,
        memory_usage: component,
        concurrent_users: component,
        admin_users: component,
        premium_features: component,
        limits: component.describe('What lacks to a minimum, or is above a cap and therefore taken off'),
        discounts: component.describe('Not above 0'),
      })
      .describe('Whole rupiah. What is not there is not charged for. They add up to the total'),
    total: z.int(),
    budget: z.int().nullable(),
    percentage: z.number().nullable().describe('Share of the budget, percent'),
  })
  .meta({ id: 'CostBreakdown' });

export const historyQuery = z.object({
  months: z.coerce.number().int().min(1).max(13).default(12).describe('How many, the running one included'),
});

export const usageHistory = z
  .object({
    timezone: z.string(),
    months: z
      .array(
        z.object({
          month: z.string().describe('`YYYY-MM`'),
          start: localDay,
          end: localDay,
          api_calls: wholeNumber,
          errors: wholeNumber,
          data_transfer_bytes: wholeNumber,
          active_users: wholeNumber,
          cost,
          cost_of: z
            .enum(['invoice', 'usage'])
            .nullable()
            .describe('Whether it was invoiced, or is what the usage comes to as it is known now'),
        }),
      )
      .describe('The running one first'),
  })
  .meta({ id: 'UsageHistory' });

export const budgetBody = z
  .object({
    budget: z.int().min(1).nullable().describe('Whole rupiah a month; null: none'),
  })
  .meta({ id: 'Budget', examples: [{ budget: 3_000_000 }] });

export type UsageHistory = z.infer<typeof usageHistory>;
