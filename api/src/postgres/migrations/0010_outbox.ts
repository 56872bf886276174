import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table outbox (
      id bigint primary key generated always as identity,
      tenant_id text not null references tenants on delete cascade,
      -- By what it goes out: mail, and what else there will be.
      channel text not null check (channel <> ''),
      recipient text not null,
      locale text not null check (locale in ('id', 'en')),
      template text not null,
      -- Emptied when it is sent: there may be tokens in it.
      values jsonb not null,
      state text not null default 'queued' check (state in ('queued', 'sent', 'failed', 'kept')),
      attempts integer not null default 0 check (attempts >= 0),
      -- Until when the worker that took it is believed to be sending it.
      claimed_until timestamptz(3),
      last_error text,
      created_at timestamptz(3) not null default now(),
      sent_at timestamptz(3),
      check ((state = 'sent') = (sent_at is not null)),
      check (state <> 'sent' or values = '{}')
    )`.execute(db);
  await sql`create index outbox_by_recipient on outbox (recipient, id desc)`.execute(db);
  await sql`create index outbox_by_age on outbox (created_at)`.execute(db);

  // Who works on jobs, and when each was last seen alive: what was left by one that is gone is given to others.
  await sql`
    create table job_workers (
      id text primary key,
      seen_at timestamptz(3) not null
    )`.execute(db);

  // The last local date for which a daily task was started, so that it is started once for each.
  await sql`
    create table job_schedules (
      task text not null,
      tenant_id text not null references tenants on delete cascade,
      last_date date not null,
      primary key (task, tenant_id)
    )`.execute(db);
}
