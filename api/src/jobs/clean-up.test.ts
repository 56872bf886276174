import { randomBytes } from 'node:crypto';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { cleanUp } from './clean-up.ts';

let server: TestPostgres;
let database: Database;
let db: Kysely<Schema>;

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database } = await server.freshDatabase());
  ({ db } = database);
  await sql`insert into users (id, email, name) values ('usr_1', 'budi@example.com', 'Budi')`.execute(db);
  await sql`insert into tenants (id, name, timezone, locale) values ('ours', 'Ours', 'UTC', 'en')`.execute(
    db,
  );
  await sql`insert into memberships (user_id, tenant_id, role) values ('usr_1', 'ours', 'member')`.execute(
    db,
  );
});
afterAll(() => server.stop());

async function run(): Promise<void> {
  await cleanUp(database).run(
    { tenantId: 'platform', date: '2026-11-21' },
    { jobId: '1', attempt: 1, lastAttempt: false, signal: new AbortController().signal },
  );
}

it('deletes sessions and tokens that are long over, and keeps what is in use', async () => {
  const session = (id: string, expires: string, revoked: string | null) =>
    sql`
    insert into sessions (id, user_id, tenant_id, created_at, last_used_at, expires_at, revoked_at, revoked_reason)
    values (${id}, 'usr_1', 'ours', now() - interval '90 days', now(), now() + ${expires}::interval,
      now() + ${revoked}::interval, ${revoked === null ? null : 'logout'})`.execute(db);
  await session('open', '1 day', null);
  await session('over', '-31 days', null);
  await session('just over', '-29 days', null);
  await session('ended', '1 day', '-31 days');
  const token = (id: string, expires: string) =>
    sql`
    insert into refresh_tokens (hash, session_id, issued_at, expires_at)
    values (${randomBytes(32)}, ${id}, now() - interval '60 days', now() + ${expires}::interval)`.execute(db);
  await token('open', '1 day');
  await token('open', '-2 days');
  await run();
  const sessions = await db.selectFrom('sessions').select('id').orderBy('id').execute();
  expect(sessions.map(({ id }) => id)).toEqual(['just over', 'open']);
  expect(await db.selectFrom('refresh_tokens').select('session_id').execute()).toEqual([
    { session_id: 'open' },
  ]);
});

it('deletes what single-use tokens were for, and log-ins that failed, once they are over', async () => {
  await sql`
    insert into password_resets (token_hash, user_id, created_at, expires_at)
    select sha256(days::text::bytea), 'usr_1', now() - interval '60 days', now() - make_interval(days => days)
    from unnest(array[-1, 0, 8]) days`.execute(db);
  await sql`
    insert into registrations (token_hash, tenant_id, email, name, password_hash, created_at, expires_at)
    select sha256(days::text::bytea), 'ours', 'new@example.com', 'New', 'hash', now() - interval '60 days',
      now() - make_interval(days => days)
    from unnest(array[-1, 0, 8]) days`.execute(db);
  await sql`
    insert into invitations (id, tenant_id, email, role, token_hash, created_at, expires_at)
    select 'inv_' || days, 'ours', days || '@example.com', 'member', sha256(days::text::bytea),
      now() - interval '60 days', now() - make_interval(days => days)
    from unnest(array[-1, 29, 31]) days`.execute(db);
  await sql`
    insert into login_attempts (email_hash, judging, judged_by, locked_until)
    values (sha256('a'), 0, now() - interval '2 days', null),
      (sha256('b'), 0, now() - interval '2 days', now() + interval '1 hour'),
      (sha256('c'), 0, now(), null)`.execute(db);
  await run();
  const { rows } = await sql`
    select (select count(*)::int from password_resets) as resets,
      (select count(*)::int from registrations) as registrations,
      (select count(*)::int from invitations) as invitations,
      (select count(*)::int from login_attempts) as attempts`.execute(db);
  expect(rows).toEqual([{ resets: 2, registrations: 2, invitations: 2, attempts: 2 }]);
});

it('deletes notifications long after they were read, and mails long after they were sent, however many', async () => {
  await sql`
    insert into notifications (tenant_id, user_id, kind, values, read_at)
    select 'ours', 'usr_1', 'session.started', '{}', now() - make_interval(days => case when n <= 12000 then 91 else 89 end)
    from generate_series(1, 12002) n`.execute(db);
  await sql`insert into notifications (tenant_id, user_id, kind, values) values ('ours', 'usr_1', 'old but unread', '{}')`.execute(
    db,
  );
  await sql`
    insert into outbox (tenant_id, channel, recipient, locale, template, values, state, created_at)
    select 'ours', 'mail', 'budi@example.com', 'en', state || days, '{}', state, now() - make_interval(days => days)
    from unnest(array['queued', 'kept', 'failed']) state, unnest(array[29, 31]) days`.execute(db);
  await run();
  const { rows } = await sql<{ kind: string; count: number }>`
    select kind, count(*)::int from notifications group by kind order by kind`.execute(db);
  expect(rows).toEqual([
    { kind: 'old but unread', count: 1 },
    { kind: 'session.started', count: 2 },
  ]);
  const mails = await db.selectFrom('outbox').select('template').orderBy('template').execute();
  expect(mails.map(({ template }) => template)).toEqual(['failed29', 'kept29', 'queued29', 'queued31']);
});
