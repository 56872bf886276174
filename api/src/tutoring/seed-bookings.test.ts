import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../postgres/database.ts';
import { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { seedTutoring } from './seed.ts';
import { seedBookings } from './seed-bookings.ts';

const NOW = new Date('2026-11-21T05:00:00Z');
const MENTORS = ['ayu', 'bagus', 'citra', 'dimas', 'eka', 'farah', 'gilang', 'hana', 'indra', 'joko'];
const LEARNERS = Array.from({ length: 20 }, (_, index) => `usr_learner_${index}`);
const OFFICER = 'usr_officer';

let postgres: TestPostgres;
let database: Database;
let tenant: Tenant;

beforeAll(async () => {
  postgres = await startTestPostgres();
  ({ database } = await postgres.freshDatabase());
  tenant = await new TenantDirectory(database).create({ id: 'chill-ajar', name: 'Chill Ajar' });
  const users = [...MENTORS.map((name) => `usr_${name}`), ...LEARNERS, OFFICER];
  await database.db
    .insertInto('users')
    .values(users.map((id) => ({ id, email: `${id}@example.com`, name: id })))
    .execute();
  const mentors = MENTORS.map((id) => ({ id, userId: `usr_${id}`, name: id }));
  await seedTutoring(database, tenant.id, { seed: 1, mentors });
  await seed();
});
afterAll(() => postgres.stop());

function seed(): Promise<void> {
  const proof = { key: 'k', bytes: 70, contentType: 'image/png', sha256: '', name: 'bukti.png' };
  return seedBookings(database, { seed: 1, tenant, now: NOW, learners: LEARNERS, officer: OFFICER, proof });
}

async function everything() {
  const { db } = database;
  return {
    slots: await db.selectFrom('slots').selectAll().orderBy('id').execute(),
    bookings: await db.selectFrom('bookings').selectAll().orderBy('id').execute(),
    proofs: await db.selectFrom('payment_proofs').selectAll().orderBy('id').execute(),
    reviews: await db.selectFrom('reviews').selectAll().orderBy('booking_id').execute(),
    mentors: await db.selectFrom('mentors').selectAll().orderBy('id').execute(),
  };
}

it('has four documented weeks of sessions behind it, and four weeks of slots before it', async () => {
  const { slots, bookings, proofs, reviews, mentors } = await everything();
  const count = (...states: string[]) => bookings.filter(({ state }) => states.includes(state)).length;
  // Two mentors with 28 sessions, six with 18, two with 8.
  expect(count('reviewed', 'finished')).toBe(2 * 28 + 6 * 18 + 2 * 8);
  expect(reviews).toHaveLength(2 * 26 + 6 * 16 + 2 * 7);
  expect([count('confirmed'), count('awaiting_verification')]).toEqual([30, 10]);
  expect(proofs).toHaveLength(bookings.length);
  for (const { starts_at, state } of bookings) {
    expect(starts_at > NOW).toBe(['confirmed', 'awaiting_verification'].includes(state));
  }
  for (const mentor of mentors) {
    const own = slots.filter(({ mentor_id }) => mentor_id === mentor.id);
    expect(own.length).toBeGreaterThan(60);
    expect(Math.min(...own.map(({ starts_at }) => starts_at.getTime()))).toBeGreaterThan(NOW.getTime());
  }
});

it('computes ratings from the reviews', async () => {
  const { mentors, reviews } = await everything();
  for (const { id, rating } of mentors) {
    const given = reviews.filter(({ mentor_id }) => mentor_id === id).map((review) => review.rating);
    const mean = given.reduce((sum, stars) => sum + stars, 0) / given.length;
    expect(Math.abs(Number(rating) - mean)).toBeLessThanOrEqual(0.05);
    expect(Number(rating)).toBeGreaterThanOrEqual(3);
  }
});

it('is the same each time, and adds nothing when it is made again', async () => {
  const before = await everything();
  await seed();
  expect(await everything()).toEqual(before);
});
