/*
 * What happens to invoices that are not paid, day by day where the tenant is: a reminder before grace ends, a fee for each
 * day after it, and suspension.
 *
 * What always holds: a day has one fee, also when the job is run twice or was not run for days; what happens on a day is
 * the same whenever it is caught up with.
 */
import { dayAt, daysLater, decimal, type Rupiah, roundToRupiah, startOfDay } from '@riwayat/billing';
import { type Kysely, sql } from 'kysely';
import { type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import type { Schema } from '../postgres/schema.ts';
import { type OwedInvoice, openOf, owedInvoice, owedInvoices, saveOwed } from './account.ts';
import { lateFrom } from './calendar.ts';
import { stateAfter } from './invoice-state.ts';
import { book, holdAccounts } from './ledger.ts';
import { type InvoiceNews, tellOf } from './reminders.ts';

/** Of the invoice's total less what was credited, a day. */
const LATE_FEE_SHARE = decimal('0.02');
/** How far local days are ahead of UTC at most. */
const FARTHEST_AHEAD_MS = 14 * 3_600_000;

const REMIND_AND_SUSPEND: Task<DailyPayload> = { name: 'follow-up-invoices', payload: dailyPayload };

/** Soon after the day has begun: its fee is that of somebody who has not paid when it begins. */
export const FOLLOW_UP_DAILY: DailySchedule = { task: REMIND_AND_SUSPEND, localTime: '00:15' };

/** Does it for a tenant, once a day. */
export function followUp(db: Kysely<Schema>, now: () => Date): JobHandler {
  return jobHandler(REMIND_AND_SUSPEND, async ({ tenantId }) => {
    await followUpInvoices(db, [tenantId], now());
  });
}

interface Waiting {
  readonly invoice: OwedInvoice;
  readonly period: string;
  readonly timezone: string;
}

/** What has become of an invoice by a day. */
interface FollowedUp {
  readonly invoice: OwedInvoice;
  readonly fees: readonly { readonly day: string; readonly amount: Rupiah }[];
  /** The last that people are told of, when there is something. */
  readonly event: InvoiceNews['event'] | undefined;
}

/**
 * Takes every step that is due: of days that were missed, too.
 *
 * @returns how many invoices something happened to
 */
export async function followUpInvoices(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
  now: Date,
): Promise<number> {
  const candidates = await waiting(db, tenantIds, now);
  if (candidates.length === 0) {
    return 0;
  }
  return db.transaction().execute(async (transaction) => {
    const holders = [...new Set(candidates.map(({ invoice }) => invoice.tenantId))];
    await holdAccounts(transaction, holders);
    // Again: something may have been paid meanwhile.
    const held = await waiting(transaction, holders, now);
    const followed = held.map((each) => ({
      ...each,
      ...followedUp(each.invoice, dayAt(now, each.timezone)),
    }));
    await writeFees(transaction, followed);
    await saveOwed(
      transaction,
      followed.map(({ invoice }) => invoice),
    );
    await tellOf(
      transaction,
      followed.flatMap(({ invoice, period, event }) => {
        const { number, graceUntil, suspendOn } = invoice;
        return event === undefined || number === null || graceUntil === null || suspendOn === null
          ? []
          : [{ ...invoice, event, number, period, graceUntil, suspendOn, open: openOf(invoice) }];
      }),
    );
    return followed.length;
  });
}

/** What has become of an invoice at the beginning of a local day, if nothing was paid since it was last looked at. */
function followedUp(before: OwedInvoice, today: string): FollowedUp {
  const { graceUntil, suspendOn } = before;
  const fees: { day: string; amount: Rupiah }[] = [];
  let invoice = before;
  let event: InvoiceNews['event'] | undefined;
  while (
    graceUntil !== null &&
    suspendOn !== null &&
    invoice.nextStepOn !== null &&
    invoice.nextStepOn <= today
  ) {
    const day = invoice.nextStepOn;
    if (day <= graceUntil) {
      event = 'due-soon';
      invoice = { ...invoice, nextStepOn: lateFrom(graceUntil) };
    } else if (day >= suspendOn) {
      event = 'suspended';
      invoice = { ...invoice, state: stateAfter(invoice.state, 'suspend'), nextStepOn: null };
    } else {
      const amount = lateFeeOf(invoice);
      if (invoice.state === 'issued') {
        event = 'late';
        invoice = { ...invoice, state: stateAfter(invoice.state, 'lapse') };
      }
      if (amount > 0n) {
        fees.push({ day, amount });
      }
      invoice = { ...invoice, lateFees: invoice.lateFees + amount, nextStepOn: daysLater(day, 1) };
    }
  }
  return { invoice, fees, event };
}

function lateFeeOf({ total, credited }: OwedInvoice): Rupiah {
  return roundToRupiah(decimal(total - credited).times(LATE_FEE_SHARE));
}

async function waiting(db: Kysely<Schema>, tenantIds: readonly string[], now: Date): Promise<Waiting[]> {
  const latestDay = dayAt(new Date(now.getTime() + FARTHEST_AHEAD_MS), 'UTC');
  const rows = await owedInvoices(db)
    .innerJoin('tenants', 'tenants.id', 'invoices.tenant_id')
    .where('invoices.tenant_id', 'in', [...tenantIds])
    .where('invoices.next_step_on', '<=', latestDay)
    .orderBy('invoices.id')
    .select(['invoices.period', 'tenants.timezone'])
    .execute();
  return rows
    .map((row) => ({ invoice: owedInvoice(row), period: row.period, timezone: row.timezone }))
    .filter(
      ({ invoice, timezone }) => invoice.nextStepOn !== null && invoice.nextStepOn <= dayAt(now, timezone),
    );
}

async function writeFees(
  db: Kysely<Schema>,
  followed: readonly (FollowedUp & { readonly timezone: string })[],
): Promise<void> {
  const fees = followed.flatMap(({ invoice: { id, tenantId }, fees: days, timezone }) =>
    days.map(({ day, amount }) => ({ id, tenantId, day, amount, at: startOfDay(day, timezone) })),
  );
  if (fees.length === 0) {
    return;
  }
  const rows = fees.map(({ id, day, amount }) => ({ invoice_id: id, day, amount: amount.toString() }));
  await sql`
    insert into late_fees (invoice_id, day, amount)
    select invoice_id, day, amount
    from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as fee(invoice_id text, day date, amount bigint)`.execute(
    db,
  );
  await book(
    db,
    fees.map(({ id, tenantId, day, amount, at }) => ({
      tenantId,
      kind: 'late-fee',
      cause: `late-fee:${id}:${day}`,
      invoiceId: id,
      happenedAt: at,
      entries: { receivable: amount, 'late-fees': -amount },
    })),
  );
}
