import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // That a tenant has decided who is told of what. Without a row, the defaults hold.
  await sql`
    create table alert_routings (
      tenant_id text primary key references tenants on delete cascade,
      version integer not null check (version > 0),
      updated_at timestamptz(3) not null
    )`.execute(db);
  await sql`
    create table alert_routes (
      tenant_id text not null references alert_routings on delete cascade,
      position integer not null,
      -- 1: told at once; 2 and 3: when nobody has acknowledged it.
      level integer not null check (level between 1 and 3),
      role text check (role <> ''),
      user_id text,
      topics text[] not null,
      least text not null check (least in ('info', 'warning', 'critical', 'emergency')),
      channels text[] not null check (channels <@ array['mail', 'push', 'whatsapp', 'sms'] and cardinality(channels) > 0),
      primary key (tenant_id, position),
      foreign key (user_id, tenant_id) references memberships (user_id, tenant_id) on delete cascade,
      check ((role is null) <> (user_id is null))
    )`.execute(db);
  await sql`create index alert_routes_by_user on alert_routes (user_id) where user_id is not null`.execute(
    db,
  );

  // One row for each news, person and channel: told once, and not forgotten before.
  await sql`
    create table alert_tellings (
      id bigint primary key generated always as identity,
      event_id bigint not null references alert_events on delete cascade,
      alert_id text not null references alerts on delete cascade,
      -- Of the recipient: operators are told of alerts of others.
      tenant_id text not null references tenants on delete cascade,
      -- Null: the webhooks of the tenant.
      user_id text references users on delete cascade,
      channel text not null check (channel in ('in_app', 'mail', 'push', 'whatsapp', 'sms', 'webhook')),
      kind text not null check (kind in ('fired', 'repeated', 'escalated', 'resolved')),
      state text not null default 'waiting' check (state in ('waiting', 'told', 'dropped', 'unreached')),
      -- When it is looked at again, while it waits.
      due_at timestamptz(3) not null,
      held_because text check (held_because in ('quiet', 'silence', 'grouping')),
      told_at timestamptz(3),
      told_with bigint,
      unique nulls not distinct (event_id, user_id, channel),
      check ((user_id is null) = (channel = 'webhook')),
      check ((state = 'told') = (told_at is not null))
    )`.execute(db);
  await sql`create index alert_tellings_waiting on alert_tellings (due_at) where state = 'waiting'`.execute(
    db,
  );
  await sql`create index alert_tellings_by_alert on alert_tellings (alert_id)`.execute(db);
  await sql`
    create index alert_tellings_by_user on alert_tellings (user_id, channel, told_at desc) where user_id is not null`.execute(
    db,
  );

  await sql`
    create table notification_preferences (
      user_id text primary key references users on delete cascade,
      channels_off text[] not null check (channels_off <@ array['mail', 'push', 'whatsapp', 'sms']),
      updated_at timestamptz(3) not null
    )`.execute(db);

  // Whoever has somebody's inbox open is told of a change as it is committed: "tenant user ids…".
  await sql`
    create function notifications_changed() returns trigger language plpgsql as $$
    begin
      perform pg_notify('notifications', tenant_id || ' ' || user_id || ' ' || string_agg(id::text, ','))
        from (select *, row_number() over (partition by tenant_id, user_id order by id) / 100 as part from changed) as all_of_them
        group by tenant_id, user_id, part;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger notifications_added after insert on notifications
      referencing new table as changed
      for each statement execute function notifications_changed()`.execute(db);
  await sql`
    create trigger notifications_read after update on notifications
      referencing new table as changed
      for each statement execute function notifications_changed()`.execute(db);
}
