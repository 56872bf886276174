import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import { cut, type ListQuery, ordering, pageOf, textQuery } from '../lists/page.ts';
import type { Schema } from '../postgres/schema.ts';
import { MENTOR_LEVELS } from './mentors.ts';

export const courseBody = z
  .object({
    id: z.string(),
    title: z.string(),
    description: z.string(),
    subject: z.string(),
    level: z.string(),
    price_idr: z.int().nonnegative().describe('Whole rupiah'),
    mentor: z.object({
      id: z.string(),
      name: z.string(),
      level: z.enum(MENTOR_LEVELS),
      rating: z.number(),
    }),
    created_at: z.iso.datetime(),
  })
  .meta({ id: 'Course' });

export const coursePage = pageOf(courseBody).meta({ id: 'CoursePage' });

export type Course = z.infer<typeof courseBody>;
export type CoursePage = z.infer<typeof coursePage>;

/** A tenant's courses: those that fit a question best first, else the newest first. */
export async function listCourses(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { q, limit, cursor }: ListQuery,
): Promise<CoursePage> {
  const asked = textQuery(q);
  if (asked === null) {
    return { data: [], next_cursor: null };
  }
  const id = sql.ref('courses.id');
  const order =
    asked === undefined
      ? ordering(sql.ref('courses.created_at'), 'timestamptz', id, cursor)
      : ordering(sql`ts_rank(courses.search, to_tsquery('simple', ${asked}))::float8`, 'float8', id, cursor);
  const found =
    asked === undefined ? sql<boolean>`true` : sql<boolean>`courses.search @@ to_tsquery('simple', ${asked})`;
  const rows = await courses(db, tenantId)
    .where(found)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('courses.id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, toCourse);
}

export async function findCourse(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<Course | undefined> {
  const row = await courses(db, tenantId).where('courses.id', '=', id).executeTakeFirst();
  return row === undefined ? undefined : toCourse(row);
}

/** @throws {NoResultError} when the tenant has no such course */
export async function courseById(db: Kysely<Schema>, tenantId: TenantId, id: string): Promise<Course> {
  return toCourse(await courses(db, tenantId).where('courses.id', '=', id).executeTakeFirstOrThrow());
}

function courses(db: Kysely<Schema>, tenantId: TenantId) {
  return db
    .selectFrom('courses')
    .innerJoin('mentors', (join) =>
      join.onRef('mentors.tenant_id', '=', 'courses.tenant_id').onRef('mentors.id', '=', 'courses.mentor_id'),
    )
    .where('courses.tenant_id', '=', tenantId)
    .select([
      'courses.id',
      'courses.title',
      'courses.description',
      'courses.subject',
      'courses.level',
      'courses.price_idr',
      'courses.created_at',
      'mentors.id as mentor_id',
      'mentors.name as mentor_name',
      'mentors.level as mentor_level',
      'mentors.rating as mentor_rating',
    ]);
}

type CourseRow = Awaited<ReturnType<ReturnType<typeof courses>['executeTakeFirstOrThrow']>>;

function toCourse(row: CourseRow): Course {
  const { id, title, description, subject, level, price_idr, created_at } = row;
  return courseBody.parse({
    id,
    title,
    description,
    subject,
    level,
    // A safe integer, or the schema refuses it.
    price_idr: Number(price_idr),
    mentor: {
      id: row.mentor_id,
      name: row.mentor_name,
      level: row.mentor_level,
      rating: Number(row.mentor_rating),
    },
    created_at: created_at.toISOString(),
  });
}
