import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { newId } from '../ids/id.ts';
import { cut, ordering, pageOf, type pageQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { localTime, sessionsOf, type TeachingHours } from './schedule.ts';

const slotBody = z
  .object({
    id: z.string(),
    starts_at: z.iso.datetime(),
    ends_at: z.iso.datetime(),
    date: z.iso.date().describe('In the zone of the tenant, like the times'),
    from: z.string(),
    until: z.string(),
  })
  .meta({ id: 'Slot' });

export const slotPage = pageOf(slotBody).meta({ id: 'SlotPage' });

export type SlotPage = z.infer<typeof slotPage>;

export const scheduleBody = z
  .object({
    added: z.int().nonnegative(),
    removed: z.int().nonnegative().describe('Slots of before, open and not begun'),
    left_out: z
      .int()
      .nonnegative()
      .describe('In the past, at a time that clocks skip, or overlapping another slot or a booked session'),
    open: z.int().nonnegative().describe('Slots that can be booked now'),
  })
  .meta({ id: 'Schedule' });

export type ScheduleChange = z.infer<typeof scheduleBody>;

/** A slot is open while nobody has booked the mentor for any of its time, and until it begins. */
const isOpen = (now: Date) => sql<boolean>`slots.starts_at > ${now} and not exists (
  select from bookings
  where bookings.tenant_id = slots.tenant_id and bookings.mentor_id = slots.mentor_id
    and bookings.state not in ('cancelled', 'expired')
    and tstzrange(bookings.starts_at, bookings.ends_at) && tstzrange(slots.starts_at, slots.ends_at))`;

/** A mentor's open slots, the next one first. */
export async function listOpenSlots(
  db: Kysely<Schema>,
  tenant: Tenant,
  mentorId: string,
  { limit, cursor }: z.infer<typeof pageQuery>,
  now: Date,
): Promise<SlotPage> {
  const order = ordering(sql.ref('slots.starts_at'), 'timestamptz', sql.ref('slots.id'), cursor, 'asc');
  const rows = await db
    .selectFrom('slots')
    .where('tenant_id', '=', tenant.id)
    .where('mentor_id', '=', mentorId)
    .where(isOpen(now))
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('id')
    .limit(limit + 1)
    .select(['id', 'starts_at', 'ends_at', order.key.as('key')])
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, ({ id, starts_at, ends_at }) => {
    const start = localTime(starts_at, tenant.timezone);
    return {
      id,
      starts_at: starts_at.toISOString(),
      ends_at: ends_at.toISOString(),
      date: start.date,
      from: start.time,
      until: localTime(ends_at, tenant.timezone).time,
    };
  });
}

/**
 * Replaces a mentor's slots to come by those of the given hours. What is booked stays as it is.
 *
 * @param db a transaction
 */
export async function replaceSchedule(
  db: Kysely<Schema>,
  tenant: Tenant,
  mentorId: string,
  hours: TeachingHours,
  now: Date,
): Promise<ScheduleChange> {
  const { sessions, leftOut } = sessionsOf(hours, tenant.timezone, now);
  // Two schedules set at once follow one another. Bookings, which refer to the mentor, go on meanwhile.
  await db
    .selectFrom('mentors')
    .where('tenant_id', '=', tenant.id)
    .where('id', '=', mentorId)
    .forNoKeyUpdate()
    .select('id')
    .executeTakeFirstOrThrow();
  const removed = await db
    .deleteFrom('slots')
    .where('tenant_id', '=', tenant.id)
    .where('mentor_id', '=', mentorId)
    .where(isOpen(now))
    .executeTakeFirstOrThrow();
  const added = sessions.length === 0 ? 0 : await addSlots(db, tenant.id, mentorId, sessions);
  const { open } = await db
    .selectFrom('slots')
    .where('tenant_id', '=', tenant.id)
    .where('mentor_id', '=', mentorId)
    .where(isOpen(now))
    .select(({ fn }) => fn.countAll<string>().as('open'))
    .executeTakeFirstOrThrow();
  return {
    added,
    removed: Number(removed.numDeletedRows),
    left_out: leftOut + sessions.length - added,
    open: Number(open),
  };
}

/** @returns how many there are now that were not there: what overlaps a slot that is kept is left out */
async function addSlots(
  db: Kysely<Schema>,
  tenantId: TenantId,
  mentorId: string,
  sessions: readonly { startsAt: Date; endsAt: Date }[],
): Promise<number> {
  const added = await db
    .insertInto('slots')
    .values(
      sessions.map(({ startsAt, endsAt }) => ({
        tenant_id: tenantId,
        id: newId('slt'),
        mentor_id: mentorId,
        starts_at: startsAt,
        ends_at: endsAt,
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .executeTakeFirstOrThrow();
  return Number(added.numInsertedOrUpdatedRows);
}
