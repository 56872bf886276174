import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { booked, type Member, School, type Teacher } from '../testing/school.ts';
import { expireOverdue } from './expiry.ts';
import { submitProof } from './payments.ts';
import { holdBooking } from './steps.ts';

const HOUR_MS = 3_600_000;
/** Monday, 09:00 in Jakarta. */
const BEGINNING = new Date('2026-11-23T02:00:00Z');
const HOURS = { weekly: [{ day: 2, from: '19:00', until: '22:00' }], weeks: 1 };
/** Tuesday, 19:00 in Jakarta. */
const FIRST_SLOT = '2026-11-24T12:00:00.000Z';

let application: TestApplication;
let now = BEGINNING;
let school: School;
let teacher: Teacher;
let learner: Member;
let officer: Member;
let count = 0;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' }, () => now);
});
afterAll(() => application.stop());

beforeEach(async () => {
  now = BEGINNING;
  count += 1;
  school = await School.open(application, `school-${count}`, () => now);
  teacher = await school.teacher('Tuti');
  learner = await school.member('Lina', 'member');
  officer = await school.member('Oki', 'account_officer');
  await teacher.ask('POST', '/api/mentor/atur-jadwal', HOURS);
});

function later(hours: number): void {
  now = new Date(now.getTime() + hours * HOUR_MS);
}

async function firstBooking(): Promise<string> {
  const [slot] = await school.openSlots(teacher.mentorId);
  return (await booked(learner, teacher.course, slot)).id;
}

/** What an upload of a proof ends in. */
async function pay(id: string): Promise<void> {
  const { db } = application.services.database;
  await db.transaction().execute(async (transaction) => {
    const booking = await holdBooking(transaction, school.tenantId, id, { learnerId: learner.userId });
    const file = { key: `proofs/${id}-${now.getTime()}`, bytes: 1, contentType: 'image/png', sha256: '' };
    await submitProof(transaction, booking, { ...file, name: 'transfer.png' }, now);
  });
}

const verify = (booking: string) =>
  officer.ask('POST', '/api/admin/verifikasi-pembayaran', { booking, decision: 'verified' });
const reject = (booking: string, reason: string) =>
  officer.ask('POST', '/api/admin/verifikasi-pembayaran', { booking, decision: 'rejected', reason });
const start = (booking: string) => teacher.ask('POST', '/api/mentor/mulai-sesi', { booking });
const finish = (booking: string) => teacher.ask('POST', '/api/mentor/selesai-sesi', { booking });
const cancel = (booking: string) =>
  learner.ask('POST', '/api/pelanggan/batalkan-sesi', { booking, reason: 'Sakit' });
const rate = (booking: string, rating: number) =>
  learner.ask('POST', '/api/pelanggan/testimoni', { booking, rating, words: 'Jelas.' });

/** Kinds of what somebody was told, in order. */
async function told(userId: string): Promise<string[]> {
  const rows = await application.services.database.db
    .selectFrom('notifications')
    .where('user_id', '=', userId)
    .orderBy('id')
    .select('kind')
    .execute();
  return rows.map(({ kind }) => kind);
}

describe('a booking', () => {
  it('goes its whole way, and everybody is told what concerns them', async () => {
    const [slot] = await school.openSlots(teacher.mentorId);
    const booking = await booked(learner, teacher.course, slot);
    expect(booking).toMatchObject({
      state: 'requested',
      starts_at: FIRST_SLOT,
      amount_idr: 125_000,
      pay_by: '2026-11-24T02:00:00.000Z',
      learner: { id: learner.userId },
      payment: null,
      possible: ['upload_proof', 'cancel', 'expire'],
    });
    await pay(booking.id);
    expect((await verify(booking.id)).json()).toMatchObject({
      state: 'confirmed',
      pay_by: null,
      payment: { decision: 'verified', reason: null },
    });
    now = new Date(FIRST_SLOT);
    expect((await start(booking.id)).json()).toMatchObject({
      state: 'in_progress',
      started_at: FIRST_SLOT,
    });
    later(1);
    expect((await finish(booking.id)).json()).toMatchObject({ state: 'finished' });
    const reviewed = await rate(booking.id, 4);
    expect(reviewed.statusCode).toBe(201);
    expect(reviewed.json()).toMatchObject({ state: 'reviewed', rating: 4, possible: [] });

    expect(await told(learner.userId)).toEqual(['payment.verified', 'session.started', 'session.finished']);
    expect(await told(teacher.userId)).toEqual(['booking.requested', 'booking.confirmed', 'review.received']);
    expect(await told(officer.userId)).toEqual(['payment.received']);
    const audited = await application.services.database.db
      .selectFrom('audit_log')
      .where('subject_id', '=', booking.id)
      .select(['action', 'actor_id', 'details'])
      .execute();
    expect(audited).toMatchObject([
      { action: 'payment.verified', actor_id: officer.userId, details: { amount_idr: '125000' } },
    ]);
    const profile = (await teacher.ask('GET', '/api/mentor/profil-saya')).json();
    expect(profile).toMatchObject({ rating: 4, reviews: 1, sessions: { given: 1 }, earned_idr: 125_000 });
  });

  it('keeps the price of the time it was made', async () => {
    const id = await firstBooking();
    await application.services.database.db
      .updateTable('courses')
      .set({ price_idr: 999_999n })
      .where('id', '=', teacher.course)
      .execute();
    const { data } = (await learner.ask('GET', '/api/pelanggan/daftar-sesi')).json();
    expect(data).toMatchObject([{ id, amount_idr: 125_000 }]);
  });

  it('may be paid again after a rejection, with a day more', async () => {
    const id = await firstBooking();
    await pay(id);
    later(5);
    expect((await reject(id, 'Nominalnya kurang.')).json()).toMatchObject({
      state: 'rejected',
      payment: { decision: 'rejected', reason: 'Nominalnya kurang.' },
      pay_by: '2026-11-24T07:00:00.000Z',
    });
    await pay(id);
    expect((await verify(id)).json()).toMatchObject({ state: 'confirmed' });
    expect(await told(learner.userId)).toEqual(['payment.rejected', 'payment.verified']);
  });

  it('wants a reason for a rejection', async () => {
    const id = await firstBooking();
    await pay(id);
    const answer = await officer.ask('POST', '/api/admin/verifikasi-pembayaran', {
      booking: id,
      decision: 'rejected',
    });
    expect(answer.json()).toMatchObject({ status: 400, errors: [{ path: 'body.reason' }] });
  });

  it('is decided on once, whoever asks at the same moment', async () => {
    const id = await firstBooking();
    await pay(id);
    const statuses = (await Promise.all([verify(id), reject(id, 'x'), verify(id)])).map(
      ({ statusCode }) => statusCode,
    );
    expect(statuses.sort()).toEqual([200, 409, 409]);
  });

  it('is not verified by the one who pays', async () => {
    learner = officer;
    const id = await firstBooking();
    await pay(id);
    const answer = await verify(id);
    expect(answer.json()).toMatchObject({ status: 403, detail: expect.stringContaining('of their own') });
  });

  it('expires when no proof comes in a day: the time is free again, and both are told', async () => {
    const id = await firstBooking();
    const { db } = application.services.database;
    later(23);
    expect(await expireOverdue(db, school.tenantId, now)).toBe(0);
    later(1);
    await expect(pay(id)).rejects.toMatchObject({ code: 'illegal-step' });
    expect(await expireOverdue(db, school.tenantId, now)).toBe(1);
    expect(await expireOverdue(db, school.tenantId, now)).toBe(0);
    await expect(pay(id)).rejects.toMatchObject({ code: 'illegal-step' });
    expect(await told(learner.userId)).toEqual(['booking.expired']);
    expect(await told(teacher.userId)).toEqual(['booking.requested', 'booking.expired']);
    expect(await school.openSlots(teacher.mentorId)).toHaveLength(3);
  });

  it('leaves a job for the end of its time to pay', async () => {
    const id = await firstBooking();
    const { rows } = await sql<{ run_at: Date }>`
      select run_at from graphile_worker.jobs where key = ${`expire-bookings/${school.tenantId}/${id}`}`.execute(
      application.services.database.db,
    );
    expect(rows).toEqual([{ run_at: new Date('2026-11-24T02:00:10.000Z') }]);
  });

  it('is waited for no longer than until the session begins', async () => {
    now = new Date(new Date(FIRST_SLOT).getTime() - HOUR_MS);
    const [slot] = await school.openSlots(teacher.mentorId);
    expect((await booked(learner, teacher.course, slot)).pay_by).toBe(FIRST_SLOT);
  });

  it('frees its time when it is cancelled, and what was paid is written down', async () => {
    const id = await firstBooking();
    await pay(id);
    await verify(id);
    expect(await school.openSlots(teacher.mentorId)).toHaveLength(2);
    expect((await cancel(id)).json()).toMatchObject({ state: 'cancelled', possible: [] });
    expect(await school.openSlots(teacher.mentorId)).toHaveLength(3);
    const { details } = await application.services.database.db
      .selectFrom('audit_log')
      .where('subject_id', '=', id)
      .where('action', '=', 'booking.cancelled')
      .select('details')
      .executeTakeFirstOrThrow();
    expect(details).toEqual({ state: 'confirmed', paid_idr: '125000', reason: 'Sakit' });
    const other = await school.member('Lukas', 'member');
    const [slot] = await school.openSlots(teacher.mentorId);
    expect((await booked(other, teacher.course, slot)).starts_at).toBe(FIRST_SLOT);
  });

  it('says of an illegal step where it is and what is possible, and changes nothing', async () => {
    const id = await firstBooking();
    for (const refused of [await start(id), await finish(id), await rate(id, 5), await verify(id)]) {
      expect(refused.json()).toMatchObject({
        status: 409,
        code: 'illegal-step',
        detail: expect.stringMatching(/waits for a proof of payment.*What can be done: upload a proof/),
      });
    }
    const { data } = (await learner.ask('GET', '/api/pelanggan/daftar-sesi')).json();
    expect(data).toMatchObject([{ id, state: 'requested' }]);
  });

  it('starts from a quarter of an hour before its time, and not before', async () => {
    const id = await firstBooking();
    await pay(id);
    await verify(id);
    now = new Date('2026-11-24T11:44:59.999Z');
    const early = await start(id);
    expect(early.json()).toMatchObject({ status: 409, code: 'illegal-step' });
    expect(early.json().detail).toContain('2026-11-24T11:45:00.000Z');
    now = new Date('2026-11-24T11:45:00.000Z');
    expect((await start(id)).statusCode).toBe(200);
  });
});

describe('booking a slot', () => {
  it('refuses what is taken, what has begun, what does not exist and what does not fit', async () => {
    const other = await school.member('Lukas', 'member');
    const [slot, second] = await school.openSlots(teacher.mentorId);
    await booked(learner, teacher.course, slot);
    const attempt = async (member: Member, body: object) => {
      const answer = await member.ask('POST', '/api/pelanggan/pesan-sesi', body);
      return [answer.statusCode, answer.json().code];
    };
    const { course } = teacher;
    expect(await attempt(other, { course, slot })).toEqual([409, 'slot-taken']);
    expect(await attempt(learner, { course, slot })).toEqual([409, 'slot-taken']);
    expect(await attempt(teacher, { course, slot: second })).toEqual([409, 'conflict']);
    expect(await attempt(other, { course: 'none', slot: second })).toEqual([404, 'not-found']);
    expect(await attempt(other, { course, slot: 'slt_00000000000000000000' })).toEqual([404, 'not-found']);
    const colleague = await school.teacher('Toni');
    expect(await attempt(other, { course: colleague.course, slot: second })).toEqual([
      400,
      'invalid-request',
    ]);
    now = new Date('2026-11-24T13:00:00.000Z');
    expect(await attempt(other, { course, slot: second })).toEqual([409, 'slot-over']);
  });

  it('does not let a learner be in two sessions at once', async () => {
    const colleague = await school.teacher('Toni');
    await colleague.ask('POST', '/api/mentor/atur-jadwal', {
      slots: [{ date: '2026-11-24', from: '19:30', until: '20:30' }],
    });
    const [slot] = await school.openSlots(teacher.mentorId);
    const [overlapping] = await school.openSlots(colleague.mentorId);
    const attempts = await Promise.all([
      learner.ask('POST', '/api/pelanggan/pesan-sesi', { course: teacher.course, slot }),
      learner.ask('POST', '/api/pelanggan/pesan-sesi', { course: colleague.course, slot: overlapping }),
    ]);
    expect(attempts.map(({ statusCode }) => statusCode).sort()).toEqual([201, 409]);
    expect(attempts.find(({ statusCode }) => statusCode === 409)?.json().code).toBe('learner-busy');
  });
});

describe('a schedule that is set again', () => {
  it('replaces what is open and to come, and keeps what is booked', async () => {
    const id = await firstBooking();
    const answer = await teacher.ask('POST', '/api/mentor/atur-jadwal', {
      weekly: [{ day: 2, from: '19:30', until: '23:30' }],
      weeks: 1,
    });
    // 19:30 overlaps the session that is booked from 19:00 to 20:00.
    expect(answer.json()).toEqual({ added: 3, removed: 2, left_out: 1, open: 3 });
    const cleared = await teacher.ask('POST', '/api/mentor/atur-jadwal', {});
    expect(cleared.json()).toEqual({ added: 0, removed: 3, left_out: 0, open: 0 });
    const { data } = (await teacher.ask('GET', '/api/mentor/daftar-sesi')).json();
    expect(data).toMatchObject([{ id, starts_at: FIRST_SLOT }]);
  });

  it('is one of those that were set at the same moment, not a mixture', async () => {
    const at = (from: string, until: string) =>
      teacher.ask('POST', '/api/mentor/atur-jadwal', { weekly: [{ day: 3, from, until }], weeks: 1 });
    await Promise.all([at('08:00', '10:00'), at('13:00', '16:00'), at('17:00', '21:00')]);
    expect([2, 3, 4]).toContain((await school.openSlots(teacher.mentorId)).length);
  });

  it('is shown in the zone of the tenant', async () => {
    const answer = await application.app.inject({
      url: `/api/public/mentor/${teacher.mentorId}/jadwal?limit=1`,
      headers: { 'x-tenant': school.tenantId },
    });
    expect(answer.json()).toMatchObject({
      data: [{ starts_at: FIRST_SLOT, date: '2026-11-24', from: '19:00', until: '20:00' }],
      next_cursor: expect.any(String),
    });
  });
});

describe('a rating', () => {
  it('is the exact mean of all reviews, also of those given at once', async () => {
    await teacher.ask('POST', '/api/mentor/atur-jadwal', {
      weekly: [{ day: 2, from: '08:00', until: '23:00' }],
      weeks: 1,
    });
    const stars = [5, 4, 4, 5, 3, 5, 1];
    const slots = await school.openSlots(teacher.mentorId);
    const ids: string[] = [];
    for (const [index] of stars.entries()) {
      ids.push((await booked(learner, teacher.course, slots[index])).id);
    }
    for (const id of ids) {
      await pay(id);
      await verify(id);
    }
    later(48);
    for (const id of ids) {
      await start(id);
      await finish(id);
    }
    await Promise.all(ids.map((id, index) => rate(id, stars[index] ?? 0)));
    const mentor = await application.app.inject({
      url: `/api/public/mentor/${teacher.mentorId}`,
      headers: { 'x-tenant': school.tenantId },
    });
    // 27 stars in 7 reviews: 3.857….
    expect(mentor.json()).toMatchObject({ rating: 3.9, reviews: 7 });
    const again = await rate(ids[0] ?? '', 5);
    expect(again.json()).toMatchObject({ status: 409, code: 'illegal-step' });
    const reviews = await application.app.inject({
      url: `/api/public/mentor/${teacher.mentorId}/testimoni?limit=100`,
      headers: { 'x-tenant': school.tenantId },
    });
    expect(reviews.json().data).toHaveLength(7);
    expect(reviews.json().data[0]).toMatchObject({ learner: 'Lina', words: 'Jelas.' });
    expect(reviews.body).not.toContain(learner.userId);
  });
});

describe('what is somebody else’s', () => {
  it('cannot be seen, cancelled, started, finished, reviewed or decided on', async () => {
    const id = await firstBooking();
    await pay(id);
    const otherLearner = await school.member('Lukas', 'member');
    const otherTeacher = await school.teacher('Toni');
    const freshMentor = await school.member('Tara', 'mentor');
    const elsewhere = await School.open(application, `elsewhere-${count}`, () => now);
    const foreignOfficer = await elsewhere.member('Ola', 'administrator');
    const foreignTeacher = await elsewhere.teacher('Tom');
    const foreignLearner = await elsewhere.member('Leo', 'member');
    const attempts = [
      ...[otherLearner, foreignLearner, teacher].flatMap((member) => [
        member.ask('POST', '/api/pelanggan/batalkan-sesi', { booking: id }),
        member.ask('POST', '/api/pelanggan/testimoni', { booking: id, rating: 1 }),
      ]),
      ...[otherTeacher, foreignTeacher, freshMentor].flatMap((member) => [
        member.ask('POST', '/api/mentor/mulai-sesi', { booking: id }),
        member.ask('POST', '/api/mentor/selesai-sesi', { booking: id }),
      ]),
      foreignOfficer.ask('POST', '/api/admin/verifikasi-pembayaran', { booking: id, decision: 'verified' }),
    ];
    for (const answer of await Promise.all(attempts)) {
      expect(answer.json()).toMatchObject({ status: 404, detail: 'There is no such booking.' });
    }
    for (const list of await Promise.all([
      otherLearner.ask('GET', '/api/pelanggan/daftar-sesi'),
      foreignLearner.ask('GET', '/api/pelanggan/daftar-sesi'),
      otherTeacher.ask('GET', '/api/mentor/daftar-sesi'),
      foreignTeacher.ask('GET', '/api/mentor/daftar-sesi'),
      freshMentor.ask('GET', '/api/mentor/daftar-sesi'),
    ])) {
      expect(list.json()).toEqual({ data: [], next_cursor: null });
    }
    const [slot] = await school.openSlots(teacher.mentorId);
    const booking = await foreignLearner.ask('POST', '/api/pelanggan/pesan-sesi', {
      course: teacher.course,
      slot,
    });
    expect(booking.statusCode).toBe(404);
  });
});
