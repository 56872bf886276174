import { utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { newFileKey } from '../files/file-key.ts';
import { fileSweep } from '../files/sweep.ts';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { png } from '../testing/samples.ts';
import { booked, type Member, School, type Teacher } from '../testing/school.ts';
import { bookingExpiry, SWEPT_PROOFS } from './background.ts';
import { bookingBody } from './bookings.ts';
import { paymentPage } from './payment-list.ts';
import { PROOFS_FOLDER } from './payments.ts';

const DAY_MS = 24 * 3_600_000;

let application: TestApplication;
let now = new Date();
let school: School;
let teacher: Teacher;
let learner: Member;
let officer: Member;

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off' }, () => now);
  school = await School.open(application, 'paid', () => now);
  teacher = await school.teacher('Tuti');
  learner = await school.member('Lina', 'member');
  officer = await school.member('Oki', 'manager');
  const weekly = Array.from({ length: 7 }, (_, index) => ({ day: index + 1, from: '08:00', until: '20:00' }));
  await teacher.ask('POST', '/api/mentor/atur-jadwal', { weekly, weeks: 2 });
});
afterAll(() => application.stop());

/** A booking of a slot more than a day ahead. */
async function newBooking(): Promise<string> {
  const slots = await school.openSlots(teacher.mentorId);
  return (await booked(learner, teacher.course, slots.at(-1))).id;
}

async function upload(member: Member, booking: string, content: Buffer, name = 'transfer.png') {
  const form = new FormData();
  form.set('booking', booking);
  form.set('file', new Blob([new Uint8Array(content)]), name);
  const answer = await fetch(`${application.url}/api/pelanggan/bukti-pembayaran`, {
    method: 'POST',
    headers: { authorization: `Bearer ${school.token(member.userId, 'member')}` },
    body: form,
  });
  return { status: answer.status, body: await answer.json() };
}

async function storedProofs(): Promise<string[]> {
  const keys: string[] = [];
  for await (const { key } of application.services.files.list(school.tenantId, PROOFS_FOLDER)) {
    keys.push(key);
  }
  return keys;
}

async function queue(state = 'waiting') {
  const answer = await officer.ask('GET', `/api/admin/pembayaran?state=${state}`);
  return paymentPage.parse(answer.json()).data;
}

it('shows an uploaded proof to those who decide, to be downloaded, until they have decided', async () => {
  const id = await newBooking();
  const content = png();
  const uploaded = await upload(learner, id, content, 'bukti transfer.png');
  expect(uploaded.status).toBe(201);
  expect(bookingBody.parse(uploaded.body)).toMatchObject({
    id,
    state: 'awaiting_verification',
    payment: { decision: null },
  });
  const [payment] = await queue();
  expect(payment).toMatchObject({
    booking: { id, state: 'awaiting_verification', learner: 'Lina of paid' },
    amount_idr: 125_000,
    proof: { name: 'bukti transfer.png', content_type: 'image/png', bytes: content.length },
    decision: null,
  });
  const link = new URL(payment?.proof.url ?? '', application.url);
  const downloaded = await fetch(new URL(link.pathname + link.search, application.url));
  expect(Buffer.from(await downloaded.arrayBuffer())).toEqual(content);

  await officer.ask('POST', '/api/admin/verifikasi-pembayaran', { booking: id, decision: 'verified' });
  expect(await queue()).toEqual([]);
  expect(await queue('verified')).toMatchObject([{ decided_by: 'Oki of paid', decision: 'verified' }]);
});

it.each([
  ['what is no picture or PDF', Buffer.from('MZ not a picture'), 415],
  ['an empty file', Buffer.alloc(0), 400],
  ['more than 5 MB', Buffer.concat([png(), Buffer.alloc(5 * 1024 * 1024)]), 413],
])('refuses %s, and keeps no file', async (_name, content, status) => {
  const before = await storedProofs();
  const id = await newBooking();
  expect((await upload(learner, id, content)).status).toBe(status);
  expect(await storedProofs()).toEqual(before);
});

it('keeps no file of a proof that nobody waits for: another’s booking, one that is paid or over, two at once', async () => {
  const before = await storedProofs();
  const stranger = await school.member('Lukas', 'member');
  const id = await newBooking();
  expect(await upload(stranger, id, png())).toMatchObject({ status: 404 });
  expect(await upload(learner, 'bkg_00000000000000000000', png())).toMatchObject({ status: 404 });
  expect(await upload(learner, 'x', png())).toMatchObject({
    status: 400,
    body: { errors: [{ path: 'body.booking' }] },
  });
  expect(await storedProofs()).toEqual(before);

  const both = await Promise.all([upload(learner, id, png()), upload(learner, id, png(3, 3))]);
  expect(both.map(({ status }) => status).sort()).toEqual([201, 409]);
  expect(await storedProofs()).toHaveLength(before.length + 1);

  const late = await newBooking();
  now = new Date(now.getTime() + DAY_MS);
  expect(await upload(learner, late, png())).toMatchObject({
    status: 409,
    body: { code: 'illegal-step', detail: expect.stringContaining('The time to pay ended at') },
  });
  expect(await storedProofs()).toHaveLength(before.length + 1);
});

it('lists payments page by page in the order they wait', async () => {
  for (let count = 0; count < 3; count += 1) {
    now = new Date(now.getTime() + 1_000);
    await upload(learner, await newBooking(), png());
  }
  const whole = (await queue()).map(({ id }) => id);
  expect(whole.length).toBeGreaterThanOrEqual(3);
  const paged: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const more: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const answer = await officer.ask('GET', `/api/admin/pembayaran?limit=1${more}`);
    const page = paymentPage.parse(answer.json());
    paged.push(...page.data.map(({ id }) => id));
    cursor = page.next_cursor;
  }
  expect(paged).toEqual(whole);
});

it('expires bookings and removes forgotten files by jobs', async () => {
  const { database, files } = application.services;
  const context = { jobId: '1', attempt: 1, lastAttempt: false, signal: new AbortController().signal };
  const id = await newBooking();
  await database.db
    .updateTable('bookings')
    .set({ pay_by: new Date(0) })
    .where('id', '=', id)
    .execute();
  await bookingExpiry(database).run({ tenantId: school.tenantId }, context);
  const { state } = await database.db
    .selectFrom('bookings')
    .where('id', '=', id)
    .select('state')
    .executeTakeFirstOrThrow();
  expect(state).toBe('expired');
  const before = await storedProofs();
  const forgotten = newFileKey(school.tenantId, PROOFS_FOLDER, 'png');
  await files.write(forgotten, Readable.from([png()]), 'image/png');
  const old = new Date(Date.now() - 2 * DAY_MS);
  for (const key of await storedProofs()) {
    await utimes(join(application.config.dataDirectory, 'files', key), old, old);
  }
  await fileSweep(SWEPT_PROOFS, database, files).run(
    { tenantId: school.tenantId, date: '2026-11-21' },
    context,
  );
  // What a proof stands for stays.
  expect((await storedProofs()).sort()).toEqual(before.sort());
});
