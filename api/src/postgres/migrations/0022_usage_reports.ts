import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Who gets none; everybody else who is to, does. Gone with the membership.
  await sql`
    create table report_opt_outs (
      tenant_id text not null,
      user_id text not null,
      kind text not null check (kind in ('daily', 'weekly')),
      primary key (tenant_id, user_id, kind),
      foreign key (user_id, tenant_id) references memberships (user_id, tenant_id) on delete cascade
    )`.execute(db);
  await sql`
    create table reports_sent (
      tenant_id text not null references tenants on delete cascade,
      kind text not null check (kind in ('daily', 'weekly')),
      last_day date not null,
      primary key (tenant_id, kind)
    )`.execute(db);
}
