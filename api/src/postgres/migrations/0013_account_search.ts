import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // The parts of an address are words of their own: text search would take all of it for one.
  await sql`
    alter table users add column search tsvector not null generated always as (
      to_tsvector('simple', name || ' ' || translate(email, '.@_+-', '     ') || ' ' || translate(id, '_-', '  '))
    ) stored`.execute(db);
  await sql`create index users_search on users using gin (search)`.execute(db);
  await sql`create index users_by_age on users (created_at desc, id)`.execute(db);
}
