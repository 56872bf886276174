import type { TenantId } from '@riwayat/collector';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import { cut, type ListQuery, ordering, pageOf, textQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import type { MentorsTable } from './tables.ts';

export const MENTOR_LEVELS = ['superstar', 'regular', 'novice'] as const;

export type MentorLevel = (typeof MENTOR_LEVELS)[number];

export const mentorBody = z
  .object({
    id: z.string(),
    name: z.string(),
    headline: z.string(),
    subjects: z.array(z.string()),
    level: z.enum(MENTOR_LEVELS),
    rating: z.number().describe('Stars a review, to one decimal; 0 without a review'),
    reviews: z.int().nonnegative().describe('How many there are'),
  })
  .meta({ id: 'Mentor' });

export const mentorPage = pageOf(mentorBody).meta({ id: 'MentorPage' });

export type Mentor = z.infer<typeof mentorBody>;
export type MentorPage = z.infer<typeof mentorPage>;

const COLUMNS = ['id', 'name', 'headline', 'subjects', 'level', 'rating', 'reviews'] as const;

/** A tenant's mentors: those that fit a question best first, else the best rated first. */
export async function listMentors(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { q, limit, cursor }: ListQuery,
): Promise<MentorPage> {
  const asked = textQuery(q);
  if (asked === null) {
    return { data: [], next_cursor: null };
  }
  const id = sql.ref('mentors.id');
  const order =
    asked === undefined
      ? ordering(sql.ref('mentors.rating'), 'numeric', id, cursor)
      : ordering(sql`ts_rank(mentors.search, to_tsquery('simple', ${asked}))::float8`, 'float8', id, cursor);
  const found =
    asked === undefined ? sql<boolean>`true` : sql<boolean>`mentors.search @@ to_tsquery('simple', ${asked})`;
  const rows = await db
    .selectFrom('mentors')
    .where('tenant_id', '=', tenantId)
    .where(found)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('id')
    .limit(limit + 1)
    .select(COLUMNS)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, toMentor);
}

export async function findMentor(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<Mentor | undefined> {
  const row = await db
    .selectFrom('mentors')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .select(COLUMNS)
    .executeTakeFirst();
  return row === undefined ? undefined : toMentor(row);
}

function toMentor({
  id,
  name,
  headline,
  subjects,
  level,
  rating,
  reviews,
}: Pick<Selectable<MentorsTable>, (typeof COLUMNS)[number]>): Mentor {
  return mentorBody.parse({ id, name, headline, subjects, level, rating: Number(rating), reviews });
}
