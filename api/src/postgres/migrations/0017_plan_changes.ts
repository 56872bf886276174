import { type Kysely, sql } from 'kysely';

/** Wishes for another plan, and the copies of a tenant's data that are made before a smaller one. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table data_exports (
      id text primary key check (id ~ '^exp_[0-9a-f]{20}$'),
      tenant_id text not null references tenants (id) on delete cascade,
      state text not null check (state in ('pending', 'ready', 'failed', 'expired')),
      requested_by text,
      requested_at timestamptz(3) not null,
      finished_at timestamptz(3),
      file_key text unique,
      bytes bigint check (bytes > 0),
      records bigint check (records >= 0),
      sha256 text,
      check ((finished_at is null) = (state = 'pending')),
      check ((state = 'ready') = (file_key is not null)),
      check (file_key is null or (bytes is not null and records is not null and sha256 is not null))
    )`.execute(db);
  await sql`
    create unique index data_exports_one_pending on data_exports (tenant_id) where state = 'pending'`.execute(
    db,
  );
  await sql`create index data_exports_by_tenant on data_exports (tenant_id, requested_at desc, id)`.execute(
    db,
  );
  await sql`
    create table plan_changes (
      id text primary key check (id ~ '^pch_[0-9a-f]{20}$'),
      tenant_id text not null references contracts (tenant_id) on delete cascade,
      from_plan text not null,
      to_plan text not null check (to_plan <> from_plan),
      direction text not null check (direction in ('upgrade', 'downgrade')),
      state text not null
        check (state in ('requested', 'in_review', 'approved', 'rejected', 'withdrawn', 'revoked', 'effective')),
      reason text not null,
      -- Days of the tenant's calendar: the first that may be, the one asked for, and the one that it became.
      earliest_on date not null,
      wanted_from date not null check (wanted_from >= earliest_on),
      effective_from date check (effective_from >= wanted_from),
      requested_by text,
      requested_at timestamptz(3) not null,
      -- When a copy of the tenant's data was there to be downloaded.
      exported_at timestamptz(3),
      decision_reason text,
      decided_at timestamptz(3),
      effective_at timestamptz(3),
      check ((effective_from is not null) = (state in ('approved', 'revoked', 'effective'))),
      check ((effective_at is not null) = (state = 'effective')),
      check ((decision_reason is not null) = (state in ('rejected', 'revoked'))),
      check (direction = 'upgrade' or state not in ('approved', 'effective') or exported_at is not null)
    )`.execute(db);
  await sql`
    create unique index plan_changes_one_open on plan_changes (tenant_id)
      where state in ('requested', 'in_review', 'approved')`.execute(db);
  await sql`create index plan_changes_by_tenant on plan_changes (tenant_id, requested_at desc, id)`.execute(
    db,
  );
  await sql`create index plan_changes_newest on plan_changes (requested_at desc, id)`.execute(db);
  await sql`
    create function plan_changes_end() returns trigger language plpgsql as $$
    begin
      if old.state in ('rejected', 'withdrawn', 'revoked', 'effective') then
        raise exception 'the plan change % is over', old.id
          using errcode = 'restrict_violation', constraint = 'plan_changes_end';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger plan_changes_end before update on plan_changes
      for each row execute function plan_changes_end()`.execute(db);
}
