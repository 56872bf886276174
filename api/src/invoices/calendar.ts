import { daysLater } from '@riwayat/billing';

/** After the day an invoice is due, so many days cost nothing more. */
const GRACE_DAYS = 7;
/** After grace, so many days until the tenant is suspended. */
const SUSPENDED_AFTER_DAYS = 14;
/** Before the last day of grace. */
const REMINDED_BEFORE_DAYS = 2;

/** The days of an invoice's life, of the tenant's calendar. */
export interface InvoiceDays {
  readonly issuedOn: string;
  readonly dueOn: string;
  /** The last day on which paying costs nothing more. */
  readonly graceUntil: string;
  readonly suspendOn: string;
}

/** The days of an invoice that is issued on one: it is due at once. */
export function daysOf(issuedOn: string): InvoiceDays {
  const graceUntil = daysLater(issuedOn, GRACE_DAYS);
  return { issuedOn, dueOn: issuedOn, graceUntil, suspendOn: daysLater(graceUntil, SUSPENDED_AFTER_DAYS) };
}

/** The day of the reminder, before it costs more. */
export function remindedOn(graceUntil: string): string {
  return daysLater(graceUntil, -REMINDED_BEFORE_DAYS);
}

/** The first day that has a late fee. */
export function lateFrom(graceUntil: string): string {
  return daysLater(graceUntil, 1);
}
