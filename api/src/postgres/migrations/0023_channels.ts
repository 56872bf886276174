import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table outbox
      add column user_id text references users on delete set null,
      add column subject text,
      add column dedupe_key text check (dedupe_key <> ''),
      add column expires_at timestamptz(3),
      add column provider_id text,
      add column receipt text check (receipt in ('delivered', 'read', 'failed')),
      add column receipt_at timestamptz(3),
      add check (channel in ('mail', 'push', 'whatsapp', 'sms', 'webhook')),
      add check ((receipt is null) = (receipt_at is null))`.execute(db);
  // One news reaches one recipient by one channel once, however often it is handed on.
  await sql`
    create unique index outbox_once on outbox (dedupe_key, channel, recipient) where dedupe_key is not null`.execute(
    db,
  );
  await sql`create index outbox_by_tenant on outbox (tenant_id, id desc)`.execute(db);
  await sql`create index outbox_by_user on outbox (user_id) where user_id is not null`.execute(db);
  await sql`
    create index outbox_by_provider on outbox (channel, provider_id) where provider_id is not null`.execute(
    db,
  );

  await sql`
    create table push_keys (
      one boolean primary key default true check (one),
      public_key bytea not null check (length(public_key) = 65),
      sealed_private_key bytea not null,
      created_at timestamptz(3) not null
    )`.execute(db);

  await sql`
    create table push_subscriptions (
      id text primary key,
      user_id text not null references users on delete cascade,
      endpoint text not null unique check (endpoint like 'https://%'),
      p256dh text not null,
      auth text not null,
      device text not null,
      created_at timestamptz(3) not null,
      last_sent_at timestamptz(3)
    )`.execute(db);
  await sql`create index push_subscriptions_by_user on push_subscriptions (user_id)`.execute(db);

  await sql`
    create table phones (
      user_id text primary key references users on delete cascade,
      number text not null check (number ~ '^\\+[1-9][0-9]{6,14}$'),
      verified_at timestamptz(3),
      code_hash bytea check (length(code_hash) = 32),
      code_expires_at timestamptz(3),
      wrong_codes integer not null default 0 check (wrong_codes >= 0),
      updated_at timestamptz(3) not null,
      check ((code_hash is null) = (code_expires_at is null))
    )`.execute(db);

  await sql`
    create table webhooks (
      id text primary key,
      tenant_id text not null references tenants on delete cascade,
      url text not null,
      description text not null,
      event_types text[] not null check (cardinality(event_types) > 0),
      enabled boolean not null default true,
      disabled_because text check (disabled_because in ('failing', 'gone')),
      failing_since timestamptz(3),
      last_failure_at timestamptz(3),
      last_failure text,
      last_success_at timestamptz(3),
      created_by text references users on delete set null,
      created_at timestamptz(3) not null,
      check (disabled_because is null or not enabled)
    )`.execute(db);
  await sql`create index webhooks_by_tenant on webhooks (tenant_id, created_at)`.execute(db);

  await sql`
    create table webhook_secrets (
      id bigint primary key generated always as identity,
      webhook_id text not null references webhooks on delete cascade,
      sealed bytea not null,
      created_at timestamptz(3) not null,
      -- Null: the newest.
      valid_until timestamptz(3)
    )`.execute(db);
  await sql`
    create unique index webhook_secrets_newest on webhook_secrets (webhook_id) where valid_until is null`.execute(
    db,
  );
  await sql`create index webhook_secrets_by_webhook on webhook_secrets (webhook_id)`.execute(db);
}
