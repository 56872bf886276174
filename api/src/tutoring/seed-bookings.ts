import type { TenantId } from '@riwayat/collector';
import { type Insertable, type Kysely, sql } from 'kysely';
import type { StoredFile } from '../files/file-store.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { type Drawer, drawer } from './drawer.ts';
import type { MentorLevel } from './mentors.ts';
import { type Interval, sessionsOf, type TeachingHours } from './schedule.ts';
import { REVIEW_WORDS } from './subjects.ts';
import type { BookingsTable, PaymentProofsTable, ReviewsTable, SlotsTable } from './tables.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const WEEKS = 4;
const WEEK_MS = 7 * 24 * HOUR_MS;
const DAYS = [1, 2, 3, 4, 5, 6, 7] as const;
const TEACHING_DAYS = 5;
const SESSION_MINUTES = 60;

/** Sessions given in four weeks, as many of them reviewed, and ratings to draw from: Chill Ajar in September 2025. */
const PAST: Readonly<
  Record<
    MentorLevel,
    { readonly sessions: number; readonly reviews: number; readonly stars: readonly number[] }
  >
> = {
  superstar: { sessions: 28, reviews: 26, stars: [5, 5, 5, 5, 4] },
  regular: { sessions: 18, reviews: 16, stars: [5, 5, 5, 5, 5, 4, 4, 4, 4, 3] },
  novice: { sessions: 8, reviews: 7, stars: [5, 5, 5, 5, 4, 4, 4, 3, 3, 3] },
};
/** Of each mentor's sessions to come: an assumption. */
const CONFIRMED_TO_COME = 3;
const TO_VERIFY = 1;

export interface BookingSeed {
  /** The same seed, tenant, people and instant give the same bookings. */
  readonly seed: string | number;
  readonly tenant: Pick<Tenant, 'id' | 'timezone'>;
  /** What is past and what is to come. */
  readonly now: Date;
  /** Users who book. */
  readonly learners: readonly string[];
  /** The user who has verified payments. */
  readonly officer: string;
  /** Stands for the proof of every payment. */
  readonly proof: StoredFile & { readonly name: string };
}

interface Rows {
  readonly slots: Insertable<SlotsTable>[];
  readonly bookings: Insertable<BookingsTable>[];
  readonly proofs: Insertable<PaymentProofsTable>[];
  readonly reviews: Insertable<ReviewsTable>[];
}

interface SeededMentor {
  readonly id: string;
  readonly level: MentorLevel;
  readonly courses: readonly { readonly id: string; readonly price_idr: string }[];
}

/**
 * Fills the calendars of a tenant's mentors: four weeks of sessions given, with reviews, and four weeks of slots to
 * come, some of them booked. Ratings are the means of the reviews. What is there already is left as it is.
 */
export async function seedBookings({ db }: Database, seed: BookingSeed): Promise<void> {
  const { id: tenantId } = seed.tenant;
  await db.transaction().execute(async (transaction) => {
    const rows: Rows = { slots: [], bookings: [], proofs: [], reviews: [] };
    const busy = new Set<string>();
    for (const mentor of await mentorsOf(transaction, tenantId)) {
      addMentor(rows, mentor, seed, busy);
    }
    await insertAll(transaction, rows);
    await transaction
      .updateTable('mentors')
      .from((select) =>
        select
          .selectFrom('reviews')
          .where('tenant_id', '=', tenantId)
          .groupBy('mentor_id')
          .select(({ fn }) => ['mentor_id', fn.sum('rating').as('stars'), fn.countAll().as('reviews')])
          .as('given'),
      )
      .set({ stars: sql`given.stars`, reviews: sql`given.reviews` })
      .where('mentors.tenant_id', '=', tenantId)
      .whereRef('mentors.id', '=', 'given.mentor_id')
      .execute();
  });
}

async function mentorsOf(db: Kysely<Schema>, tenantId: TenantId): Promise<SeededMentor[]> {
  const mentors = await db
    .selectFrom('mentors')
    .where('tenant_id', '=', tenantId)
    .orderBy('id')
    .select(['id', 'level'])
    .execute();
  const courses = await db
    .selectFrom('courses')
    .where('tenant_id', '=', tenantId)
    .orderBy('id')
    .select(['id', 'mentor_id', 'price_idr'])
    .execute();
  return mentors.map(({ id, level }) => ({
    id,
    level: level === 'superstar' || level === 'regular' ? level : 'novice',
    courses: courses.filter(({ mentor_id }) => mentor_id === id),
  }));
}

function addMentor(rows: Rows, mentor: SeededMentor, seed: BookingSeed, busy: Set<string>): void {
  const { tenant, now } = seed;
  const draw = drawer(`${seed.seed}/bookings/${mentor.id}`);
  const hours = hoursOf(draw);
  const { sessions, reviews } = PAST[mentor.level];
  const begun = sessionsOf(hours, tenant.timezone, new Date(now.getTime() - WEEKS * WEEK_MS)).sessions;
  const over = begun.filter(({ endsAt }) => endsAt <= now);
  for (const [index, session] of draw.some('sessions given', over, sessions).entries()) {
    addGiven(rows, { mentor, session, seed, draw, busy, isReviewed: index < reviews });
  }

  const toCome = sessionsOf(hours, tenant.timezone, now).sessions;
  rows.slots.push(
    ...toCome.map((session) => ({
      tenant_id: tenant.id,
      id: slotId(draw, session),
      mentor_id: mentor.id,
      starts_at: session.startsAt,
      ends_at: session.endsAt,
    })),
  );
  const booked = draw.some('sessions to come', toCome, CONFIRMED_TO_COME + TO_VERIFY);
  for (const [index, session] of booked.entries()) {
    addToCome(rows, { mentor, session, seed, draw, busy, isVerified: index < CONFIRMED_TO_COME });
  }
}

/** Afternoons and evenings of some days. */
function hoursOf(draw: Drawer): TeachingHours {
  const weekly = draw.some('days', DAYS, TEACHING_DAYS).map((day) => ({
    day,
    from: '16:00',
    until: draw.one(`end of day ${day}`, ['20:00', '21:00', '22:00']),
  }));
  return { weekly, slots: [], session_minutes: SESSION_MINUTES, weeks: WEEKS };
}

interface Meeting {
  readonly mentor: SeededMentor;
  readonly session: Interval;
  readonly seed: BookingSeed;
  readonly draw: Drawer;
  readonly busy: Set<string>;
}

function addGiven(rows: Rows, meeting: Meeting & { readonly isReviewed: boolean }): void {
  const { mentor, session, seed, draw, isReviewed } = meeting;
  const name = session.startsAt.toISOString();
  const asked = before(session.startsAt, draw.between(`${name} asked`, 30, 100) * HOUR_MS);
  const booking = bookingOf(meeting, asked);
  if (booking === undefined) {
    return;
  }
  rows.bookings.push({
    ...booking,
    slot_id: null,
    state: isReviewed ? 'reviewed' : 'finished',
    started_at: after(session.startsAt, draw.between(`${name} started`, -5, 5) * MINUTE_MS),
    finished_at: session.endsAt,
  });
  rows.proofs.push(proofOf(booking, seed, after(asked, HOUR_MS), after(asked, 3 * HOUR_MS)));
  if (isReviewed) {
    const rating = draw.one(`${name} rating`, PAST[mentor.level].stars);
    const written = after(session.endsAt, draw.between(`${name} reviewed`, 1, 20) * HOUR_MS);
    rows.reviews.push({
      tenant_id: seed.tenant.id,
      booking_id: booking.id,
      mentor_id: mentor.id,
      rating,
      words: draw.one(`${name} words`, REVIEW_WORDS[rating] ?? ['']),
      created_at: new Date(Math.min(written.getTime(), seed.now.getTime())),
    });
  }
}

function addToCome(rows: Rows, meeting: Meeting & { readonly isVerified: boolean }): void {
  const { session, seed, draw, isVerified } = meeting;
  const name = session.startsAt.toISOString();
  const asked = before(seed.now, draw.between(`${name} asked`, 2, 20) * HOUR_MS);
  const booking = bookingOf(meeting, asked);
  if (booking === undefined) {
    return;
  }
  rows.bookings.push({
    ...booking,
    slot_id: slotId(draw, session),
    state: isVerified ? 'confirmed' : 'awaiting_verification',
    started_at: null,
    finished_at: null,
  });
  rows.proofs.push(proofOf(booking, seed, after(asked, HOUR_MS), isVerified ? seed.now : undefined));
}

/** Undefined when every learner has another session at that time. */
function bookingOf({ mentor, session, seed, draw, busy }: Meeting, asked: Date) {
  const name = session.startsAt.toISOString();
  const learner = draw
    .some(`${name} learners`, seed.learners, seed.learners.length)
    .find((candidate) => !busy.has(`${candidate}/${name}`));
  if (learner === undefined || mentor.courses.length === 0) {
    return undefined;
  }
  busy.add(`${learner}/${name}`);
  const course = draw.one(`${name} course`, mentor.courses);
  return {
    tenant_id: seed.tenant.id,
    id: `bkg_${draw.hex(`${name} booking`)}`,
    learner_id: learner,
    mentor_id: mentor.id,
    course_id: course.id,
    starts_at: session.startsAt,
    ends_at: session.endsAt,
    amount_idr: BigInt(course.price_idr),
    pay_by: null,
    created_at: asked,
    cancelled_at: null,
  };
}

/** @param decided undefined: nobody has yet */
function proofOf(
  { tenant_id, id }: { tenant_id: string; id: string },
  { proof, officer }: BookingSeed,
  uploaded: Date,
  decided: Date | undefined,
): Insertable<PaymentProofsTable> {
  return {
    tenant_id,
    id: id.replace('bkg_', 'prf_'),
    booking_id: id,
    file_key: proof.key,
    file_name: proof.name,
    content_type: proof.contentType,
    bytes: BigInt(proof.bytes),
    uploaded_at: uploaded,
    decision: decided === undefined ? null : 'verified',
    reason: null,
    decided_by: decided === undefined ? null : officer,
    decided_at: decided ?? null,
  };
}

async function insertAll(db: Kysely<Schema>, { slots, bookings, proofs, reviews }: Rows): Promise<void> {
  if (bookings.length === 0) {
    return;
  }
  await db
    .insertInto('slots')
    .values(slots)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('bookings')
    .values(bookings)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('payment_proofs')
    .values(proofs)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
  await db
    .insertInto('reviews')
    .values(reviews)
    .onConflict((conflict) => conflict.doNothing())
    .execute();
}

function slotId(draw: Drawer, { startsAt }: Interval): string {
  return `slt_${draw.hex(`slot ${startsAt.toISOString()}`)}`;
}

function after(instant: Date, milliseconds: number): Date {
  return new Date(instant.getTime() + milliseconds);
}

function before(instant: Date, milliseconds: number): Date {
  return after(instant, -milliseconds);
}
