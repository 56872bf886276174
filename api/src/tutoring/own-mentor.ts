import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Principal } from '../identity/principal.ts';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';
import { findMentor, mentorBody } from './mentors.ts';

export const ownMentorBody = mentorBody
  .extend({
    courses: z.int().nonnegative(),
    sessions: z.object({
      to_come: z.int().nonnegative().describe('Confirmed, not begun'),
      unpaid: z.int().nonnegative().describe('Asked for; the payment is not verified yet'),
      given: z.int().nonnegative(),
    }),
    earned_idr: z.int().nonnegative().describe('Whole rupiah: what learners paid for the sessions given'),
  })
  .meta({ id: 'OwnMentor' });

export type OwnMentor = z.infer<typeof ownMentorBody>;

/** The mentor that a person is, undefined when they have never taught here. */
export async function findOwnMentor(
  db: Kysely<Schema>,
  { tenantId, userId }: Principal,
): Promise<string | undefined> {
  const row = await db
    .selectFrom('mentors')
    .where('tenant_id', '=', tenantId)
    .where('user_id', '=', userId)
    .select('id')
    .executeTakeFirst();
  return row?.id;
}

/**
 * The mentor that a person is. Somebody who has been given the role becomes one when they first act as one: new,
 * under their own name, without a subject until they offer a course.
 */
export async function ownMentor(db: Kysely<Schema>, principal: Principal): Promise<string> {
  const known = await findOwnMentor(db, principal);
  if (known !== undefined) {
    return known;
  }
  const { tenantId, userId } = principal;
  await db
    .insertInto('mentors')
    .columns(['tenant_id', 'id', 'user_id', 'name', 'headline', 'subjects', 'level'])
    .expression((select) =>
      select
        .selectFrom('users')
        .where('id', '=', userId)
        .select(({ val, cast }) => [
          val<string>(tenantId).as('tenant_id'),
          val(newId('mtr')).as('id'),
          'id as user_id',
          'name',
          val('').as('headline'),
          cast<string[]>(val('{}'), sql`text[]`).as('subjects'),
          val('novice').as('level'),
        ]),
    )
    .onConflict((conflict) => conflict.columns(['tenant_id', 'user_id']).doNothing())
    .execute();
  const made = await findOwnMentor(db, principal);
  if (made === undefined) {
    throw new Error(`The user ${userId} is gone, and cannot become a mentor.`);
  }
  return made;
}

/** A mentor as they see themselves: what everybody sees, and how the teaching goes. */
export async function describeOwnMentor(
  db: Kysely<Schema>,
  tenantId: TenantId,
  mentorId: string,
): Promise<OwnMentor> {
  const mentor = await findMentor(db, tenantId, mentorId);
  const { courses } = await db
    .selectFrom('courses')
    .where('tenant_id', '=', tenantId)
    .where('mentor_id', '=', mentorId)
    .select(({ fn }) => fn.countAll<string>().as('courses'))
    .executeTakeFirstOrThrow();
  const sessions = await db
    .selectFrom('bookings')
    .where('tenant_id', '=', tenantId)
    .where('mentor_id', '=', mentorId)
    .select(({ fn }) => [
      fn.countAll<string>().filterWhere('state', '=', 'confirmed').as('to_come'),
      fn
        .countAll<string>()
        .filterWhere('state', 'in', ['requested', 'rejected', 'awaiting_verification'])
        .as('unpaid'),
      fn.countAll<string>().filterWhere('state', 'in', ['finished', 'reviewed']).as('given'),
      fn
        .coalesce(
          fn.sum<string>('amount_idr').filterWhere('state', 'in', ['finished', 'reviewed']),
          sql<string>`0`,
        )
        .as('earned_idr'),
    ])
    .executeTakeFirstOrThrow();
  return ownMentorBody.parse({
    ...mentor,
    courses: Number(courses),
    sessions: {
      to_come: Number(sessions.to_come),
      unpaid: Number(sessions.unpaid),
      given: Number(sessions.given),
    },
    earned_idr: Number(sessions.earned_idr),
  });
}
