import type { TenantId } from '@riwayat/collector';
import type { Insertable } from 'kysely';
import type { Database } from '../postgres/database.ts';
import { type Drawer, drawer } from './drawer.ts';
import type { MentorLevel } from './mentors.ts';
import { type CourseOutline, SUBJECTS, type Subject } from './subjects.ts';
import type { CoursesTable, MentorsTable } from './tables.ts';

/** Of ten mentors two are superstars and six regular, as at Chill Ajar in September 2025; the rest are new. */
const SUPERSTARS = 0.2;
const REGULARS = 0.8;

const SUBJECTS_EACH = 2;
const LEAST_COURSES = 4;
const MOST_COURSES = 6;
/** Prices are whole thousands of rupiah. */
const PRICE_STEP_IDR = 1000;
/** Thousands of rupiah a meeting. */
const PRICES: Readonly<Record<MentorLevel, readonly [least: number, most: number]>> = {
  superstar: [120, 250],
  regular: [75, 150],
  novice: [40, 90],
};
/** The catalogue was there before the first documented month began. */
const OPENED = Date.UTC(2025, 7, 4, 2);
const HOUR_MS = 3_600_000;

export interface TutoringSeed {
  /** The same seed and mentors give the same catalogue. */
  readonly seed: string | number;
  readonly mentors: readonly { readonly id: string; readonly userId: string; readonly name: string }[];
}

/**
 * Fills a tenant's catalogue with mentors and courses. What is there already is left as it is.
 *
 * @returns how many were new
 */
export async function seedTutoring(
  { db }: Database,
  tenantId: TenantId,
  { seed, mentors }: TutoringSeed,
): Promise<{ mentors: number; courses: number }> {
  if (mentors.length === 0) {
    return { mentors: 0, courses: 0 };
  }
  const drawn = mentors.map((mentor, index) => {
    const level = levelAt(index / mentors.length);
    const draw = drawer(`${seed}/${mentor.id}`);
    const subjects = draw.some('subjects', SUBJECTS, SUBJECTS_EACH);
    return { mentor, level, draw, subjects };
  });
  const mentorRows: Insertable<MentorsTable>[] = drawn.map(({ mentor, level, draw, subjects }) => ({
    tenant_id: tenantId,
    id: mentor.id,
    user_id: mentor.userId,
    name: mentor.name,
    headline: draw.one(
      'headline',
      subjects.flatMap(({ headlines }) => headlines),
    ),
    subjects: subjects.map(({ name }) => name),
    level,
    created_at: new Date(OPENED),
  }));
  const courseRows: Insertable<CoursesTable>[] = drawn
    .flatMap(({ mentor, level, draw, subjects }) =>
      coursesOf(subjects, draw).map(({ subject, outline }) => ({
        tenant_id: tenantId,
        id: `${slug(outline.title)}-${mentor.id}`,
        mentor_id: mentor.id,
        title: outline.title,
        description: outline.description,
        subject: subject.name,
        level: outline.level,
        price_idr: BigInt(draw.between(`price of ${outline.title}`, ...PRICES[level]) * PRICE_STEP_IDR),
      })),
    )
    .map((row, index) => ({ ...row, created_at: new Date(OPENED + index * HOUR_MS) }));

  return db.transaction().execute(async (transaction) => {
    const newMentors = await transaction
      .insertInto('mentors')
      .values(mentorRows)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    const newCourses = await transaction
      .insertInto('courses')
      .values(courseRows)
      .onConflict((conflict) => conflict.doNothing())
      .executeTakeFirstOrThrow();
    return {
      mentors: Number(newMentors.numInsertedOrUpdatedRows),
      courses: Number(newCourses.numInsertedOrUpdatedRows),
    };
  });
}

function coursesOf(
  subjects: readonly Subject[],
  draw: Drawer,
): { subject: Subject; outline: CourseOutline }[] {
  const offered = subjects.flatMap((subject) => subject.courses.map((outline) => ({ subject, outline })));
  return draw.some('courses', offered, draw.between('number of courses', LEAST_COURSES, MOST_COURSES));
}

/** @param place of the mentor among all, from 0 up to, but not including, 1 */
function levelAt(place: number): MentorLevel {
  if (place < SUPERSTARS) {
    return 'superstar';
  }
  return place < REGULARS ? 'regular' : 'novice';
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .replaceAll(/^-|-$/g, '');
}
