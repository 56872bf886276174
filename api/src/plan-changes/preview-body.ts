import { type Bill, type BillLine, METER_KEYS } from '@riwayat/billing';
import { z } from 'zod';
import { rupiahNumber } from '../billing/rupiah-number.ts';
import type { PreviewMonth } from './preview.ts';
import type { Proposal } from './proposal.ts';

const rupiah = z.int().describe('Whole rupiah');
const text = z.object({ id: z.string(), en: z.string() });
const decimalText = z.string().describe('A plain decimal');

const lineBody = z
  .object({
    kind: z.string(),
    component: z.string().nullable(),
    name: text,
    plan: z.object({ key: z.string(), version: z.int() }).nullable(),
    days: z.int().describe('On which the plan is in effect'),
    days_of_month: z.int(),
    quantity: decimalText.nullable().describe('Measured and expected, in billed units'),
    amount_idr: rupiah,
  })
  .meta({ id: 'PreviewLine' });

const billBody = z.object({ total_idr: rupiah, lines: z.array(lineBody) });

export const previewBody = z
  .object({
    from_plan: z.object({ key: z.string(), name: text }),
    to_plan: z.object({ key: z.string(), name: text }),
    direction: z
      .enum(['upgrade', 'downgrade'])
      .describe(
        'A downgrade: your last whole month would have cost less, or you use more of something than the new plan allows and the present one allows more of it',
      ),
    from: z.iso.date(),
    earliest_on: z.iso.date().describe('A downgrade takes 30 days’ notice'),
    export_required: z
      .boolean()
      .describe('Whether a copy of your data is made before: POST /api/v1/tenant/data-exports has them'),
    last_month: z
      .object({
        month: z.string(),
        on_present_plan_idr: rupiah,
        on_new_plan_idr: rupiah,
      })
      .describe('The last whole month on each plan, without discounts'),
    exceeded_limits: z
      .array(z.object({ meter: z.enum(METER_KEYS), used: decimalText, limit: decimalText }))
      .describe('Limits of the new plan that you exceed already'),
    months: z
      .array(z.object({ month: z.string(), without: billBody, with: billBody, difference_idr: rupiah }))
      .describe(
        'This month, the next, and that of the change. Days to come are taken to be like the mean day of the last whole month',
      ),
  })
  .meta({ id: 'PlanChangePreview' });

export type PreviewDocument = z.infer<typeof previewBody>;

export function previewDocument(
  { present, wanted, comparison, own, earliestOn, from }: Proposal,
  months: readonly PreviewMonth[],
): PreviewDocument {
  const { direction, lastMonth, exceeded } = comparison;
  return {
    from_plan: { key: present.key, name: present.name },
    to_plan: { key: wanted.key, name: wanted.name },
    direction,
    from,
    earliest_on: earliestOn,
    export_required: direction === 'downgrade',
    last_month: {
      month: own.lastMonth.month.month,
      on_present_plan_idr: rupiahNumber(lastMonth.on),
      on_new_plan_idr: rupiahNumber(lastMonth.instead),
    },
    exceeded_limits: exceeded.map((limit) => ({ ...limit })),
    months: months.map(({ month, without, with: changed }) => ({
      month,
      without: billOf(without),
      with: billOf(changed),
      difference_idr: rupiahNumber(changed.total - without.total),
    })),
  };
}

function billOf({ total, lines }: Bill): z.infer<typeof billBody> {
  return { total_idr: rupiahNumber(total), lines: lines.map(lineOf) };
}

function lineOf({
  kind,
  component,
  name,
  plan,
  share,
  measured,
  amount,
}: BillLine): z.infer<typeof lineBody> {
  return {
    kind,
    component,
    name,
    plan: plan && { ...plan },
    days: share.days,
    days_of_month: share.of,
    quantity: measured?.quantity.toFixed() ?? null,
    amount_idr: rupiahNumber(amount),
  };
}
