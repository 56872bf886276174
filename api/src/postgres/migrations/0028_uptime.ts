import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // A row for an hour and a view, whatever the number of instances: 13 months are some 19,000.
  await sql`
    create table uptime_hours (
      hour timestamptz(0) not null check (date_trunc('hour', hour, 'UTC') = hour),
      view text not null check (view in ('inside', 'outside')),
      -- A bit for each minute; that of the first is the lowest.
      probed bigint not null check (probed >= 0 and probed < (1::bigint << 60)),
      answered bigint not null check (answered >= 0 and answered & ~probed = 0),
      primary key (view, hour)
    )`.execute(db);
}
