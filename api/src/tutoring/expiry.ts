import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { addJob, type Task } from '../jobs/task.ts';
import type { NotificationKind } from '../notifications/notify.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';

/** The clocks of machines differ: a job that came too early would find nothing to do, and not come again. */
const CLOCK_MARGIN_MS = 10_000;

const EXPIRED: NotificationKind = 'booking.expired';

/** Ends the bookings of a tenant for which no proof of payment came in time. */
export const expireBookings: Task<{ tenantId: TenantId }> = {
  name: 'expire-bookings',
  payload: z.object({ tenantId: z.string().refine(isTenantId, 'is not a tenant id') }),
};

/**
 * Sees to it that a booking is looked at when the time to pay for it is over.
 *
 * @param db the transaction that sets the time
 */
export function scheduleExpiry(
  db: Kysely<Schema>,
  tenantId: TenantId,
  bookingId: string,
  deadline: Date,
): Promise<void> {
  return addJob(
    db,
    expireBookings,
    { tenantId },
    {
      runAt: new Date(deadline.getTime() + CLOCK_MARGIN_MS),
      key: `${expireBookings.name}/${tenantId}/${bookingId}`,
    },
  );
}

/**
 * Ends every booking of a tenant whose time to pay is over, and tells the learner and the mentor. In one statement:
 * a proof that comes at the same moment either keeps its booking or comes too late.
 *
 * @returns how many bookings have expired
 */
export async function expireOverdue(db: Kysely<Schema>, tenantId: TenantId, now: Date): Promise<number> {
  const { rows } = await sql<{ expired: string }>`
    with expired as (
      update bookings set state = 'expired', pay_by = null
      where tenant_id = ${tenantId} and pay_by <= ${now}
      returning id, learner_id, mentor_id, course_id
    ), told as (
      insert into notifications (tenant_id, user_id, kind, values)
      select ${tenantId}, person.id, ${EXPIRED}, jsonb_build_object('booking', expired.id, 'course', courses.title)
      from expired
      join courses on courses.tenant_id = ${tenantId} and courses.id = expired.course_id
      join mentors on mentors.tenant_id = ${tenantId} and mentors.id = expired.mentor_id
      cross join lateral (values (expired.learner_id), (mentors.user_id)) person (id)
      where person.id is not null
    )
    select count(*) as expired from expired`.execute(db);
  return Number(rows[0]?.expired ?? 0);
}
