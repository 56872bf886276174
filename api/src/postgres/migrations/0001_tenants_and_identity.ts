import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table tenants (
      id text primary key check (id ~ '^[a-z0-9][a-z0-9-]{0,61}[a-z0-9]$'),
      name text not null check (name <> ''),
      timezone text not null,
      locale text not null check (locale in ('id', 'en')),
      created_at timestamptz not null default now()
    )`.execute(db);

  await sql`
    create table users (
      id text primary key,
      -- Lower-cased before it is stored: two spellings are one person.
      email text not null unique check (email = lower(email)),
      name text not null,
      -- Null: nobody can log in as this person yet.
      password_hash text,
      is_operator boolean not null default false,
      created_at timestamptz not null default now()
    )`.execute(db);

  await sql`
    create table memberships (
      user_id text not null references users on delete cascade,
      tenant_id text not null references tenants on delete cascade,
      role text not null
        check (role in ('administrator', 'manager', 'board', 'it_staff', 'account_officer', 'member')),
      created_at timestamptz not null default now(),
      primary key (user_id, tenant_id)
    )`.execute(db);
  await sql`create index memberships_by_tenant on memberships (tenant_id, user_id)`.execute(db);

  await sql`
    create table sessions (
      id text primary key,
      user_id text not null,
      tenant_id text not null,
      created_at timestamptz not null,
      expires_at timestamptz not null,
      revoked_at timestamptz,
      revoked_reason text check (revoked_reason in ('logout', 'reuse')),
      check ((revoked_at is null) = (revoked_reason is null)),
      -- A person who leaves a tenant leaves its sessions with it.
      foreign key (user_id, tenant_id) references memberships on delete cascade
    )`.execute(db);
  await sql`create index sessions_by_user on sessions (user_id, expires_at)`.execute(db);

  await sql`
    create table refresh_tokens (
      -- SHA-256 of the token: what is stored here opens nothing.
      hash bytea primary key check (length(hash) = 32),
      session_id text not null references sessions on delete cascade,
      issued_at timestamptz not null,
      expires_at timestamptz not null,
      spent_at timestamptz
    )`.execute(db);
  await sql`create index refresh_tokens_by_session on refresh_tokens (session_id, expires_at)`.execute(db);
}
