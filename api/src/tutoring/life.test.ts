import { join } from 'node:path';
import { Session } from 'chdb';
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { z } from 'zod';
import { startApplication, type TestApplication } from '../testing/application.ts';
import { png } from '../testing/samples.ts';

const TENANT = 'chill-ajar';
const EMAIL = 'lina@example.com';
const PASSWORD = 'kuda laut menari di ombak';
const HOUR_MS = 3_600_000;

const record = z.object({
  user_id: z.string(),
  user_role: z.string(),
  method: z.string(),
  endpoint: z.string(),
  status: z.coerce.number(),
  kind: z.string(),
  cache: z.string(),
});

let application: TestApplication;
let now = new Date();

beforeAll(async () => {
  application = await startApplication({ JOBS: 'off', DEFAULT_TENANT: TENANT }, () => now);
  await application.services.tenants.create({ id: TENANT, name: 'Chill Ajar', registration: 'open' });
  await application.createTenant(TENANT, ['mentor', 'account_officer']);
});
afterAll(() => application.stop());

/** The steps of the story, each with who took it: what the record must say. */
const story: z.infer<typeof record>[] = [];

interface Step {
  readonly method?: string;
  readonly body?: object;
  readonly form?: FormData;
  readonly token?: string;
  /** Who takes the step; nobody is logged in unless given. */
  readonly by?: { readonly userId: string; readonly role: string };
  readonly endpoint?: string;
  readonly status?: number;
  readonly cache?: string;
}

/** Takes a step by HTTP, and notes what its record must be. */
async function take(path: string, step: Step = {}): Promise<unknown> {
  const { method = 'GET', body, form, token, endpoint = path.split('?')[0] ?? '', status = 200 } = step;
  const answer = await fetch(`${application.url}${path}`, {
    method,
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
    },
    ...(body !== undefined && { body: JSON.stringify(body) }),
    ...(form !== undefined && { body: form }),
  });
  const answered: unknown = await answer.json();
  expect({ path, status: answer.status, answered }).toMatchObject({ path, status });
  note(endpoint, { ...step, status });
  return answered;
}

/** Notes what the record of a step must be. */
function note(endpoint: string, { method = 'GET', form, by, status = 200, cache = 'none' }: Step): void {
  story.push({
    user_id: by?.userId ?? '',
    user_role: by?.role ?? '',
    method,
    endpoint,
    status,
    kind: form === undefined ? 'api' : 'upload',
    cache,
  });
}

/** The token of the link that was mailed. */
async function mailedToken(): Promise<string> {
  const { rows } = await sql<{ values: unknown }>`
    select values from outbox where recipient = ${EMAIL} order by id desc limit 1`.execute(
    application.services.database.db,
  );
  const [, token = ''] = /token=([\w-]+)/.exec(JSON.stringify(rows[0]?.values)) ?? [];
  return decodeURIComponent(token);
}

async function userWith(email: string): Promise<string> {
  const { id } = await application.services.database.db
    .selectFrom('users')
    .where('email', '=', email)
    .select('id')
    .executeTakeFirstOrThrow();
  return id;
}

const withId = z.object({ id: z.string() });
const page = z.object({ data: z.array(withId).min(1) });
const tokens = z.object({ access_token: z.string() });

it('is walked from registration to review, each step recorded with who took it and what became of it', async () => {
  const mentor = { userId: await userWith(`mentor@${TENANT}.example`), role: 'mentor' };
  const officer = { userId: await userWith(`account_officer@${TENANT}.example`), role: 'account_officer' };
  const mentorToken = await application.tokenOf(TENANT, 'mentor');
  const officerToken = await application.tokenOf(TENANT, 'account_officer');
  await application.services.collector.drain();
  const begun = new Date();

  // The mentor offers a course and hours.
  await take('/api/mentor/kursus', {
    method: 'POST',
    body: { title: 'Aljabar Dasar', subject: 'Matematika', price_idr: 120_000 },
    token: mentorToken,
    by: mentor,
    status: 201,
  });
  const date = new Date(now.getTime() + 48 * HOUR_MS).toISOString().slice(0, 10);
  await take('/api/mentor/atur-jadwal', {
    method: 'POST',
    body: { slots: [{ date, from: '19:00', until: '20:00' }] },
    token: mentorToken,
    by: mentor,
  });

  // Somebody registers, and logs in.
  await take('/api/register/cek', { method: 'POST', body: { email: EMAIL } });
  await take('/api/register', {
    method: 'POST',
    body: { name: 'Lina Wijaya', email: EMAIL, password: PASSWORD },
    status: 201,
  });
  await take('/api/register/verifikasi', { method: 'POST', body: { token: await mailedToken() } });
  const by = { userId: await userWith(EMAIL), role: 'member' };
  const logIn = { method: 'POST', body: { email: EMAIL, password: PASSWORD }, by };
  const { access_token: token } = tokens.parse(await take('/api/login', logIn));

  // Browses: the first to ask for the list fills the cache for the next…
  await take('/api/public/kursus', { token, by, cache: 'miss' });
  await take('/api/public/kursus', { cache: 'hit' });
  const course = page.parse(await take('/api/public/kursus?q=aljabar', { token, by })).data[0]?.id ?? '';
  const detail = { token, by, endpoint: '/api/public/kursus/:id' };
  const { mentor: teacher } = z
    .object({ mentor: withId })
    .parse(await take(`/api/public/kursus/${course}`, detail));
  await take(`/api/public/mentor/${teacher.id}`, { token, by, endpoint: '/api/public/mentor/:id' });
  const schedule = { token, by, endpoint: '/api/public/mentor/:id/jadwal' };
  const slot = page.parse(await take(`/api/public/mentor/${teacher.id}/jadwal`, schedule)).data[0]?.id;

  // …books, pays…
  const booking = withId.parse(
    await take('/api/pelanggan/pesan-sesi', {
      method: 'POST',
      body: { course, slot },
      token,
      by,
      status: 201,
    }),
  ).id;
  const form = new FormData();
  form.set('booking', booking);
  form.set('file', new Blob([new Uint8Array(png())]), 'bukti.png');
  await take('/api/pelanggan/bukti-pembayaran', { method: 'POST', form, token, by, status: 201 });

  // …somebody verifies, and the session is given.
  await take('/api/admin/pembayaran', { token: officerToken, by: officer });
  await take('/api/admin/verifikasi-pembayaran', {
    method: 'POST',
    body: { booking, decision: 'verified' },
    token: officerToken,
    by: officer,
  });
  const early = { method: 'POST', body: { booking }, token: mentorToken, by: mentor, status: 409 };
  await take('/api/mentor/mulai-sesi', early);
  now = new Date(`${date}T12:00:00Z`);
  const nextToken = await application.tokenOf(TENANT, 'mentor');
  note('/api/login', { method: 'POST', by: mentor });
  const given = { method: 'POST', body: { booking }, token: nextToken, by: mentor };
  await take('/api/mentor/mulai-sesi', given);
  await take('/api/mentor/selesai-sesi', given);

  const { access_token: lastToken } = tokens.parse(await take('/api/login', logIn));
  await take('/api/pelanggan/testimoni', {
    method: 'POST',
    body: { booking, rating: 5, words: 'Penjelasannya jernih.' },
    token: lastToken,
    by,
    status: 201,
  });
  const reviewed = await take(`/api/public/mentor/${teacher.id}`, {
    endpoint: '/api/public/mentor/:id',
  });
  expect(reviewed).toMatchObject({ rating: 5, reviews: 1 });

  await application.services.collector.drain();
  expect(await recordsSince(begun)).toEqual(story);
});

/** The tenant's records in the order they were made, read with the engine itself. */
async function recordsSince(begun: Date): Promise<z.infer<typeof record>[]> {
  const session = new Session(join(application.config.dataDirectory, 'clickhouse'));
  try {
    const answer = await session.queryAsync(
      `SELECT user_id, user_role, method, endpoint, status, kind, cache FROM riwayat.requests
      WHERE tenant_id = '${TENANT}' AND ts >= fromUnixTimestamp64Milli(${begun.getTime()}) ORDER BY ts, request_id`,
      { format: 'JSON' },
    );
    return z.object({ data: z.array(record) }).parse(answer.json()).data;
  } finally {
    session.close();
  }
}
