import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table api_keys (
      id text primary key check (id ~ '^key_[0-9a-f]{16}$'),
      tenant_id text not null references tenants on delete cascade,
      name text not null check (name <> ''),
      scopes text[] not null
        check (cardinality(scopes) > 0 and scopes <@ array['ingest:requests', 'ingest:events', 'ingest:traces']),
      events_per_second integer not null check (events_per_second > 0),
      burst integer not null check (burst > 0),
      -- Null: made from the command line, or by somebody who is gone.
      created_by text references users on delete set null,
      created_at timestamptz(3) not null default now(),
      last_used_at timestamptz(3),
      expires_at timestamptz(3),
      revoked_at timestamptz(3)
    )`.execute(db);
  await sql`create index api_keys_by_tenant on api_keys (tenant_id, created_at desc, id)`.execute(db);

  await sql`
    create table api_key_secrets (
      -- SHA-256 of the whole key: what is stored here opens nothing.
      hash bytea primary key check (length(hash) = 32),
      key_id text not null references api_keys on delete cascade,
      -- The beginning of the key, for people to tell keys apart by.
      prefix text not null,
      created_at timestamptz(3) not null,
      -- Null: for as long as the key is; set when a newer secret takes its place.
      valid_until timestamptz(3)
    )`.execute(db);
  await sql`create index api_key_secrets_by_key on api_key_secrets (key_id, created_at desc)`.execute(db);

  await sql`
    alter table tenants
      add column user_ids text not null default 'plain' check (user_ids in ('plain', 'pseudonymous')),
      add column addresses text not null default 'dropped' check (addresses in ('dropped', 'truncated')),
      add column retention_months smallint not null default 13 check (retention_months between 1 and 120)`.execute(
    db,
  );
}
