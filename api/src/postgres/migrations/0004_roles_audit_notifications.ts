import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Those who run the platform are people of a tenant of their own: they have sessions like everybody, and no tenant's data.
  await sql`
    insert into tenants (id, name, timezone, locale) values ('platform', 'Riwayat', 'UTC', 'en')
    on conflict (id) do nothing`.execute(db);
  await sql`alter table memberships drop constraint memberships_role_check`.execute(db);
  await sql`
    alter table memberships
      add constraint memberships_role_check check (
        role in ('administrator', 'manager', 'board', 'it_staff', 'account_officer', 'mentor', 'member', 'operator')
      ),
      add constraint operators_are_of_the_platform check ((role = 'operator') = (tenant_id = 'platform'))`.execute(
    db,
  );

  // No foreign keys: what happened stays written when those it happened to are gone.
  await sql`
    create table audit_log (
      id bigint primary key generated always as identity,
      at timestamptz(3) not null default clock_timestamp(),
      -- Null: of the platform, not of one tenant.
      tenant_id text,
      -- Null: nobody was logged in, or the system itself.
      actor_id text,
      actor_role text,
      session_id text,
      address text,
      request_id text,
      action text not null,
      subject_kind text,
      subject_id text,
      details jsonb not null default '{}',
      check ((subject_kind is null) = (subject_id is null))
    )`.execute(db);
  await sql`create index audit_log_by_tenant on audit_log (tenant_id, id desc)`.execute(db);
  await sql`create index audit_log_by_subject on audit_log (subject_id, id desc) where subject_id is not null`.execute(
    db,
  );
  await sql`create index audit_log_by_actor on audit_log (actor_id, id desc) where actor_id is not null`.execute(
    db,
  );
  await sql`
    create function audit_log_is_only_added_to() returns trigger language plpgsql as $$
    begin
      raise exception 'audit_log is only added to';
    end $$`.execute(db);
  await sql`
    create trigger audit_log_is_only_added_to before update or delete or truncate on audit_log
    for each statement execute function audit_log_is_only_added_to()`.execute(db);

  await sql`
    create table notifications (
      id bigint primary key generated always as identity,
      tenant_id text not null references tenants on delete cascade,
      user_id text not null references users on delete cascade,
      kind text not null,
      values jsonb not null,
      created_at timestamptz(3) not null default now(),
      read_at timestamptz(3)
    )`.execute(db);
  await sql`create index notifications_by_user on notifications (tenant_id, user_id, id desc)`.execute(db);
}
