import type { TenantId } from '@riwayat/collector';
import { type Kysely, type Selectable, sql } from 'kysely';
import { z } from 'zod';
import type { MentorsTable, Schema } from '../postgres/schema.ts';
import { type ListQuery, ordering, pageOf, textQuery } from './page.ts';

export const MENTOR_LEVELS = ['superstar', 'regular', 'novice'] as const;

export const mentorBody = z
  .object({
    id: z.string(),
    name: z.string(),
    headline: z.string(),
    subjects: z.array(z.string()),
    level: z.enum(MENTOR_LEVELS),
    rating: z.number().describe('0 to 5, one decimal'),
  })
  .meta({ id: 'Mentor' });

export const mentorPage = pageOf(mentorBody).meta({ id: 'MentorPage' });

export type Mentor = z.infer<typeof mentorBody>;
export type MentorPage = z.infer<typeof mentorPage>;

const COLUMNS = ['id', 'name', 'headline', 'subjects', 'level', 'rating'] as const;

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
    .orderBy(order.by, 'desc')
    .orderBy('id')
    .limit(limit + 1)
    .select(COLUMNS)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  const last = rows.length > limit ? rows[limit - 1] : undefined;
  return {
    data: rows.slice(0, limit).map(toMentor),
    next_cursor: last === undefined ? null : order.cursor(last),
  };
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
}: Pick<Selectable<MentorsTable>, (typeof COLUMNS)[number]>): Mentor {
  return mentorBody.parse({ id, name, headline, subjects, level, rating: Number(rating) });
}
