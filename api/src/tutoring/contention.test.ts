import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { School, type Teacher } from '../testing/school.ts';
import { Turns } from './turns.ts';

const LEARNERS = 200;

const outcome = z.object({ id: z.string().optional(), code: z.string().optional() });

let application: TestApplication;
let school: School;
let teacher: Teacher;

beforeAll(async () => {
  application = await startApplication();
  const now = () => new Date();
  school = await School.open(application, 'crowded', now);
  teacher = await school.teacher('Tuti');
  const tomorrow = new Date(Date.now() + 24 * 3_600_000).toISOString().slice(0, 10);
  await teacher.ask('POST', '/api/mentor/atur-jadwal', {
    slots: [{ date: tomorrow, from: '19:00', until: '20:00' }],
  });
});
afterAll(() => application.stop());

it('of 200 who book one slot at once, one gets it; the others are told, and other routes answer meanwhile', async () => {
  const { database } = application.services;
  const learners = Array.from({ length: LEARNERS }, (_, index) => `usr_learner_${index}`);
  await database.db
    .insertInto('users')
    .values(learners.map((id) => ({ id, email: `${id}@example.com`, name: id })))
    .execute();
  await database.db
    .insertInto('memberships')
    .values(learners.map((id) => ({ user_id: id, tenant_id: school.tenantId, role: 'member' })))
    .execute();
  const [slot] = await school.openSlots(teacher.mentorId);
  const requests = learners.map((userId) => ({
    method: 'POST',
    headers: {
      authorization: `Bearer ${school.token(userId, 'member')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ course: teacher.course, slot }),
  }));

  let isOver = false;
  let mostWaiting = 0;
  const bookings = Promise.all(
    requests.map(async (request) => {
      const answer = await fetch(`${application.url}/api/pelanggan/pesan-sesi`, request);
      return { status: answer.status, body: outcome.parse(await answer.json()) };
    }),
  ).finally(() => {
    isOver = true;
  });
  const others: number[] = [];
  while (!isOver) {
    const answer = await fetch(`${application.url}/api/public/mentor/${teacher.mentorId}`, {
      headers: { 'x-tenant': school.tenantId },
    });
    await answer.text();
    others.push(answer.status);
    mostWaiting = Math.max(mostWaiting, database.connections().waiting);
  }

  const answers = await bookings;
  const won = answers.filter(({ status }) => status === 201);
  expect(won).toHaveLength(1);
  const lost = answers.filter(({ status, body }) => status === 409 && body.code === 'slot-taken');
  expect(lost).toHaveLength(LEARNERS - 1);
  const stored = await database.db
    .selectFrom('bookings')
    .where('mentor_id', '=', teacher.mentorId)
    .select('id')
    .execute();
  expect(stored.map(({ id }) => id)).toEqual(won.map(({ body }) => body.id));

  expect(others.length).toBeGreaterThan(0);
  // Whoever gets no connection in time is answered 503.
  expect(new Set(others)).toEqual(new Set([200]));
  // Those who wait for their turn do not queue for a connection.
  expect(mostWaiting).toBeLessThan(LEARNERS / 4);
  expect(await school.openSlots(teacher.mentorId)).toEqual([]);
});

it('gives turns in order, to each kind its own, and goes on after a failure', async () => {
  const turns = new Turns();
  const log: string[] = [];
  let release = (): void => undefined;
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  const first = turns.take('a', async () => {
    await held;
    log.push('a1');
    throw new Error('a1 failed');
  });
  const second = turns.take('a', async () => log.push('a2'));
  await turns.take('b', async () => log.push('b1'));
  expect(log).toEqual(['b1']);
  release();
  await expect(first).rejects.toThrow('a1 failed');
  await second;
  expect(log).toEqual(['b1', 'a1', 'a2']);
});
