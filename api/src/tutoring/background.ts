import type { Swept } from '../files/sweep.ts';
import { type JobHandler, jobHandler } from '../jobs/handler.ts';
import { dailyPayload } from '../jobs/schedule.ts';
import type { Database } from '../postgres/database.ts';
import { expireBookings, expireOverdue } from './expiry.ts';
import { PROOFS_FOLDER } from './payments.ts';

/** Files that no proof of payment stands for, looked for when nobody uploads much. */
export const SWEPT_PROOFS: Swept = {
  schedule: { task: { name: 'sweep-payment-proofs', payload: dailyPayload }, localTime: '03:30' },
  folder: PROOFS_FOLDER,
  table: 'payment_proofs',
};

/** Ends bookings that were not paid in time. */
export function bookingExpiry({ db }: Database): JobHandler {
  return jobHandler(expireBookings, async ({ tenantId }) => {
    await expireOverdue(db, tenantId, new Date());
  });
}
