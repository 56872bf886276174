import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table tenants
      add column registration text not null default 'invitation' check (registration in ('open', 'invitation'))`.execute(
    db,
  );
  await sql`
    alter table users
      add column phone text not null default '',
      add column bio text not null default '',
      -- Null: the tenant's.
      add column locale text check (locale in ('id', 'en')),
      add column photo_key text,
      add column photo_type text,
      add constraint users_photo_check check ((photo_key is null) = (photo_type is null))`.execute(db);

  await sql`
    alter table sessions
      drop constraint sessions_revoked_reason_check,
      add constraint sessions_revoked_reason_check check (
        revoked_reason in ('logout', 'reuse', 'replaced', 'ended', 'password', 'locked', 'role')
      ),
      add column device text not null default '',
      add column network text not null default '',
      add column last_used_at timestamptz(3)`.execute(db);
  await sql`update sessions set last_used_at = created_at`.execute(db);
  await sql`alter table sessions alter column last_used_at set not null`.execute(db);

  // Access tokens outlive their session unless every process hears of its end. Written by triggers, so that no way
  // to end one is forgotten: not a person who leaves a tenant, not a command by hand.
  await sql`
    create table ended_sessions (
      id text primary key,
      ended_at timestamptz(3) not null default clock_timestamp()
    )`.execute(db);
  await sql`create index ended_sessions_by_time on ended_sessions (ended_at)`.execute(db);
  await sql`
    create function note_ended_session() returns trigger language plpgsql as $$
    begin
      insert into ended_sessions (id) values (old.id) on conflict do nothing;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger sessions_are_revoked after update of revoked_at on sessions for each row
    when (old.revoked_at is null and new.revoked_at is not null) execute function note_ended_session()`.execute(
    db,
  );
  await sql`
    create trigger sessions_are_deleted after delete on sessions for each row
    when (old.revoked_at is null) execute function note_ended_session()`.execute(db);

  await sql`
    create table login_attempts (
      -- SHA-256 of the e-mail address as it was normalised: of somebody known, or of nobody.
      email_hash bytea primary key check (length(email_hash) = 32),
      failed_at timestamptz(3)[] not null default '{}',
      -- Attempts that wait for their judgement, and until when they are waited for.
      judging smallint not null check (judging >= 0),
      judged_by timestamptz(3) not null,
      locked_until timestamptz(3)
    )`.execute(db);

  await sql`
    create table account_locks (
      user_id text not null references users on delete cascade,
      kind text not null check (kind in ('failures', 'operator')),
      reason text not null check (reason <> ''),
      locked_by text references users on delete set null,
      locked_at timestamptz(3) not null,
      -- Null: until somebody lifts it.
      until timestamptz(3) check (until > locked_at),
      primary key (user_id, kind),
      check (kind = 'operator' or until is not null)
    )`.execute(db);

  await sql`
    create table registrations (
      token_hash bytea primary key check (length(token_hash) = 32),
      tenant_id text not null references tenants on delete cascade,
      email text not null check (email = lower(email)),
      name text not null check (name <> ''),
      password_hash text not null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    )`.execute(db);
  await sql`create index registrations_by_email on registrations (email, created_at desc)`.execute(db);
  await sql`create index registrations_by_expiry on registrations (expires_at)`.execute(db);

  await sql`
    create table password_resets (
      token_hash bytea primary key check (length(token_hash) = 32),
      user_id text not null references users on delete cascade,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null
    )`.execute(db);
  await sql`create index password_resets_by_user on password_resets (user_id, created_at desc)`.execute(db);

  await sql`
    create table invitations (
      id text primary key,
      tenant_id text not null references tenants on delete cascade,
      email text not null check (email = lower(email)),
      role text not null
        check (role in ('administrator', 'manager', 'board', 'it_staff', 'account_officer', 'mentor', 'member')),
      token_hash bytea not null unique check (length(token_hash) = 32),
      invited_by text references users on delete set null,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3) not null,
      -- A second invitation takes the place of the first.
      unique (tenant_id, email)
    )`.execute(db);
  await sql`create index invitations_by_age on invitations (tenant_id, created_at desc, id)`.execute(db);
}
