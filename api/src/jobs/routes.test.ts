import type { InjectOptions } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { startApplication, type TestApplication } from '../testing/application.ts';

const OURS = '/api/v1/tenant/jobs';
const ALL = '/api/v1/platform/jobs';

let application: TestApplication;
let administrator: string;
let operator: string;

beforeAll(async () => {
  // Nothing is done behind the tests' back.
  application = await startApplication({ JOBS: 'off' });
  await application.createTenant('ours', ['administrator', 'it_staff']);
  await application.createTenant('theirs', []);
  administrator = await application.tokenOf('ours', 'administrator');
  operator = await application.operatorToken('proved');
});
afterAll(() => application.stop());
beforeEach(async () => {
  await sql`delete from graphile_worker._private_jobs`.execute(application.services.database.db);
});

const db = () => application.services.database.db;
const send = (token: string, request: InjectOptions) =>
  application.app.inject({ ...request, headers: { authorization: `Bearer ${token}` } });
const post = (token: string, url: string) => send(token, { method: 'POST', url });

/** @returns its id */
async function job(tenantId: string | null, task = 'greet'): Promise<string> {
  const { rows } = await sql<{ id: string }>`
    select id::text from graphile_worker.add_job(${task}, ${JSON.stringify({ tenantId })}::json, max_attempts := 3)`.execute(
    db(),
  );
  return rows[0]?.id ?? '';
}

async function givenUp(tenantId: string | null): Promise<string> {
  const id = await job(tenantId);
  await sql`
    update graphile_worker._private_jobs set attempts = 3, last_error = 'Nobody is at home.' where id = ${id}`.execute(
    db(),
  );
  return id;
}

const audited = () =>
  db()
    .selectFrom('audit_log')
    .where('subject_kind', '=', 'job')
    .select(['action', 'tenant_id', 'subject_id', 'actor_role', 'details'])
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

it('shows the own tenant’s jobs, newest first, by state and page, and not what they carry', async () => {
  const failed = await givenUp('ours');
  const waiting = await job('ours');
  await givenUp('theirs');
  const listed = await send(administrator, { url: OURS });
  expect(listed.headers['cache-control']).toBe('private, no-store');
  expect(listed.json()).toMatchObject({
    data: [
      { id: waiting, state: 'waiting', attempts: 0, last_error: null },
      { id: failed, task: 'greet', tenant_id: 'ours', state: 'failed', last_error: 'Nobody is at home.' },
    ],
    next_cursor: null,
  });
  expect(listed.body).not.toContain('payload');
  const state = await send(administrator, { url: OURS, query: { state: 'failed' } });
  expect(state.json().data.map(({ id }: { id: string }) => id)).toEqual([failed]);
  const first = (await send(administrator, { url: OURS, query: { limit: '1' } })).json();
  expect(first).toMatchObject({ data: [{ id: waiting }], next_cursor: waiting });
  const second = await send(administrator, { url: OURS, query: { limit: '1', cursor: first.next_cursor } });
  expect(second.json()).toMatchObject({ data: [{ id: failed }], next_cursor: null });
  expect((await send(administrator, { url: OURS, query: { cursor: 'x' } })).statusCode).toBe(400);
});

it('shows those who run the platform the jobs of all', async () => {
  const ids = [await job(null), await givenUp('theirs'), await job('ours')];
  const listed = (await send(operator, { url: ALL })).json();
  expect(listed.data.map(({ id }: { id: string }) => id)).toEqual(ids.reverse());
  expect((await send(administrator, { url: ALL })).statusCode).toBe(403);
});

it('lets a job be tried again that was given up, and writes down who did', async () => {
  const id = await givenUp('ours');
  expect((await post(administrator, `${OURS}/${id}/retry`)).statusCode).toBe(204);
  const [listed] = (await send(administrator, { url: OURS })).json().data;
  expect(listed).toMatchObject({ id, state: 'waiting', attempts: 0, max_attempts: 8, last_error: null });
  expect(await audited()).toEqual({
    action: 'job.retried',
    tenant_id: 'ours',
    subject_id: id,
    actor_role: 'administrator',
    details: { task: 'greet', error: 'Nobody is at home.' },
  });
});

it('discards a job that was given up, and writes down who did', async () => {
  const id = await givenUp('ours');
  expect((await post(operator, `${ALL}/${id}/discard`)).statusCode).toBe(204);
  expect((await send(administrator, { url: OURS })).json().data).toEqual([]);
  expect(await audited()).toMatchObject({
    action: 'job.discarded',
    tenant_id: 'ours',
    actor_role: 'operator',
  });
  expect((await post(operator, `${ALL}/${id}/discard`)).statusCode).toBe(404);
});

it.each(['retry', 'discard'])(
  'refuses to %s a job that was not given up, and says what it does instead',
  async (what) => {
    const id = await job('ours');
    const answer = await post(administrator, `${OURS}/${id}/${what}`);
    expect(answer.statusCode).toBe(409);
    expect(answer.json()).toMatchObject({
      code: 'conflict',
      detail: 'The job was not given up. It is about to be done.',
    });
  },
);

it.each(['retry', 'discard'])('knows nothing of another tenant’s job to %s', async (what) => {
  const id = await givenUp('theirs');
  expect((await post(administrator, `${OURS}/${id}/${what}`)).statusCode).toBe(404);
  expect((await post(operator, `${ALL}/${id}/retry`)).statusCode).toBe(204);
});

it('lets IT staff look, and no more', async () => {
  const id = await givenUp('ours');
  const staff = await application.tokenOf('ours', 'it_staff');
  expect((await send(staff, { url: OURS })).statusCode).toBe(200);
  expect((await post(staff, `${OURS}/${id}/retry`)).statusCode).toBe(403);
});

it('tells how many jobs wait, in the metrics', async () => {
  await job('ours');
  await givenUp('theirs');
  await expect
    .poll(async () => (await application.app.inject('/metrics')).body, { timeout: 10_000, interval: 200 })
    .toMatch(
      /^riwayat_jobs\{state="waiting"\} 1\nriwayat_jobs\{state="scheduled"\} 0\nriwayat_jobs\{state="running"\} 0\nriwayat_jobs\{state="failed"\} 1$/m,
    );
});
