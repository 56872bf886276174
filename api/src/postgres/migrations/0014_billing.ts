import { type Kysely, sql } from 'kysely';

/** Plans as data, and what each tenant has agreed to. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // A version that was a price once stays as it was: bills are computed from it again.
  await sql`
    create table plan_versions (
      key text not null check (key ~ '^[a-z][a-z0-9-]*$'),
      version integer not null check (version >= 1),
      effective_from date not null,
      definition json not null,
      created_by text,
      created_at timestamptz(3) not null default now(),
      primary key (key, version)
    )`.execute(db);
  await sql`
    create table contracts (
      tenant_id text primary key references tenants (id) on delete cascade,
      started_on date not null,
      ended_on date check (ended_on >= started_on),
      -- Whole rupiah a month; null: none was set.
      budget_idr bigint check (budget_idr > 0),
      late_events text not null default 'adjust' check (late_events in ('adjust', 'waive')),
      created_at timestamptz(3) not null default now()
    )`.execute(db);
  await sql`
    create table contract_terms (
      tenant_id text not null references contracts (tenant_id) on delete cascade,
      from_day date not null,
      plan_key text not null,
      -- Null: the version in effect on each day.
      plan_version integer,
      primary key (tenant_id, from_day)
    )`.execute(db);
  await sql`
    create table contract_discounts (
      id text primary key,
      tenant_id text not null references contracts (tenant_id) on delete cascade,
      kind text not null
        check (kind in ('early-adopter', 'volume', 'non-profit', 'women', 'rural', 'referral', 'prepaid')),
      from_day date not null,
      until_day date check (until_day >= from_day),
      referred integer check (referred >= 1),
      years integer check (years between 1 and 3),
      created_at timestamptz(3) not null default now(),
      check ((kind = 'referral') = (referred is not null)),
      check ((kind = 'prepaid') = (years is not null))
    )`.execute(db);
  await sql`create index contract_discounts_by_tenant on contract_discounts (tenant_id)`.execute(db);
}
