import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // When jobs that run outside of the application last said that they went well.
  await sql`
    create table heartbeats (
      name text primary key check (name <> ''),
      last_at timestamptz(3) not null
    )`.execute(db);
}
