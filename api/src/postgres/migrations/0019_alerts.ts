import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create sequence alert_revisions`.execute(db);
  await sql`
    create table alert_rules (
      id text primary key,
      -- Rules of the platform belong to the tenant that operators are people of.
      tenant_id text not null references tenants on delete cascade,
      -- Which of the rules that everybody gets; null: somebody made it.
      default_key text check (default_key <> ''),
      name text not null check (name <> ''),
      version integer not null default 1 check (version > 0),
      rule jsonb not null,
      enabled boolean not null default true,
      -- Somebody changed what everybody gets: what everybody gets from now on leaves it alone.
      customised boolean not null default false check (not customised or default_key is not null),
      created_at timestamptz(3) not null default now(),
      updated_at timestamptz(3) not null default now(),
      deleted_at timestamptz(3),
      -- Grows with every change, so that an evaluator reads no more than what changed.
      revision bigint not null,
      unique (id, tenant_id)
    )`.execute(db);
  await sql`
    create unique index alert_rules_of_defaults on alert_rules (tenant_id, default_key)
      where default_key is not null`.execute(db);
  await sql`create index alert_rules_by_revision on alert_rules (revision)`.execute(db);
  await sql`
    create function alert_rule_revised() returns trigger language plpgsql as $$
    begin
      -- One after another: a revision that is seen has none before it that is still to come.
      perform pg_advisory_xact_lock(hashtext('alert_rules.revision'));
      new.revision := nextval('alert_revisions');
      return new;
    end $$`.execute(db);
  await sql`
    create trigger alert_rules_revision before insert or update on alert_rules
      for each row execute function alert_rule_revised()`.execute(db);

  await sql`
    create table alert_rule_versions (
      rule_id text not null references alert_rules on delete cascade,
      version integer not null check (version > 0),
      name text not null,
      rule jsonb not null,
      changed_by text references users on delete set null,
      changed_at timestamptz(3) not null default now(),
      primary key (rule_id, version)
    )`.execute(db);

  // Where each rule stands with each subject, as the evaluator left it.
  await sql`
    create table alert_states (
      rule_id text not null references alert_rules on delete cascade,
      subject text not null,
      rule_version integer not null,
      state jsonb not null,
      primary key (rule_id, subject)
    )`.execute(db);

  await sql`
    create table alerts (
      id text primary key,
      tenant_id text not null references tenants on delete cascade,
      rule_id text not null,
      rule_version integer not null,
      subject text not null,
      severity text not null check (severity in ('info', 'warning', 'critical', 'emergency')),
      -- Since when the condition had held.
      since timestamptz(3) not null,
      fired_at timestamptz(3) not null,
      -- What was read when it fired: {"value", "other"}.
      fired_with jsonb not null,
      resolved_at timestamptz(3),
      resolved_with jsonb,
      -- Null: it was over by itself.
      resolved_by text references users on delete set null,
      acknowledged_at timestamptz(3),
      acknowledged_by text references users on delete set null,
      -- How often it was handed on because nobody had acknowledged it.
      escalation integer not null default 0 check (escalation >= 0),
      -- When it is told again or handed on, unless something happens before; null: not at all.
      due_at timestamptz(3),
      foreign key (rule_id, tenant_id) references alert_rules (id, tenant_id) on delete cascade,
      foreign key (rule_id, rule_version) references alert_rule_versions (rule_id, version) on delete cascade,
      unique (id, tenant_id),
      check (since <= fired_at),
      check (resolved_at is null or resolved_at >= fired_at),
      check (resolved_at is null or due_at is null)
    )`.execute(db);
  // Never two that last, of one rule and subject.
  await sql`create unique index alerts_lasting on alerts (rule_id, subject) where resolved_at is null`.execute(
    db,
  );
  await sql`create index alerts_by_tenant on alerts (tenant_id, fired_at desc, id desc)`.execute(db);
  await sql`create index alerts_due on alerts (due_at) where due_at is not null`.execute(db);

  // What became of an alert, in order: also what people are told of.
  await sql`
    create table alert_events (
      id bigint primary key generated always as identity,
      alert_id text not null,
      tenant_id text not null,
      kind text not null check (kind in ('fired', 'repeated', 'escalated', 'resolved', 'acknowledged', 'commented', 'snoozed')),
      at timestamptz(3) not null,
      by_user text references users on delete set null,
      text text,
      details jsonb not null default '{}',
      foreign key (alert_id, tenant_id) references alerts (id, tenant_id) on delete cascade
    )`.execute(db);
  await sql`create index alert_events_by_alert on alert_events (alert_id, id)`.execute(db);
  await sql`
    create unique index alert_events_once on alert_events (alert_id, kind)
      where kind in ('fired', 'resolved', 'acknowledged')`.execute(db);

  await sql`
    create table alert_silences (
      id text primary key,
      tenant_id text not null references tenants on delete cascade,
      kind text not null check (kind in ('mute', 'snooze', 'maintenance')),
      -- What is silent: one rule, one alert, or all of the tenant's.
      rule_id text,
      alert_id text,
      starts_at timestamptz(3) not null,
      -- Null: until somebody ends it.
      ends_at timestamptz(3),
      reason text not null default '',
      created_by text references users on delete set null,
      created_at timestamptz(3) not null default now(),
      foreign key (rule_id, tenant_id) references alert_rules (id, tenant_id) on delete cascade,
      foreign key (alert_id, tenant_id) references alerts (id, tenant_id) on delete cascade,
      check (ends_at is null or ends_at >= starts_at),
      check ((kind = 'snooze') = (alert_id is not null)),
      check (kind <> 'maintenance' or ends_at is not null)
    )`.execute(db);
  await sql`create index alert_silences_by_tenant on alert_silences (tenant_id, ends_at)`.execute(db);

  await sql`
    create table alert_settings (
      tenant_id text primary key references tenants on delete cascade,
      -- In the tenant's zone; may go over midnight. Both null: none.
      quiet_from time,
      quiet_until time,
      -- The least severity that people are told of in quiet hours as well.
      quiet_least text not null default 'critical' check (quiet_least in ('info', 'warning', 'critical', 'emergency')),
      -- Seconds after which an alert that nobody has acknowledged is handed on; null: never.
      escalate_after integer default 900 check (escalate_after > 0),
      daily_report boolean not null default false,
      weekly_report boolean not null default true,
      updated_at timestamptz(3) not null default now(),
      check ((quiet_from is null) = (quiet_until is null))
    )`.execute(db);

  // Who evaluates. Whoever writes holds the row: one that was taken over finds another epoch, and writes nothing.
  await sql`
    create table alert_evaluator (
      one boolean primary key default true check (one),
      holder text not null,
      epoch bigint not null,
      expires_at timestamptz(3) not null,
      round_at timestamptz(3)
    )`.execute(db);
}
