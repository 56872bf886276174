import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // array_to_string is only "stable" because of types whose text depends on settings; text itself does not, so
  // this may be used in a generated column.
  await sql`
    create function words_of(words text[]) returns text
    language sql immutable strict parallel safe
    return array_to_string(words, ' ')`.execute(db);

  await sql`
    create table mentors (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      user_id text references users on delete set null,
      name text not null,
      headline text not null,
      subjects text[] not null,
      level text not null check (level in ('superstar', 'regular', 'novice')),
      rating numeric(2, 1) not null check (rating between 0 and 5),
      -- Milliseconds, because pages are cut by this value and JavaScript's dates hold no more.
      created_at timestamptz(3) not null default now(),
      search tsvector not null generated always as (
        setweight(to_tsvector('simple', name), 'A') ||
        setweight(to_tsvector('simple', words_of(subjects)), 'B') ||
        setweight(to_tsvector('simple', headline), 'C')
      ) stored,
      primary key (tenant_id, id)
    )`.execute(db);
  await sql`create index mentors_by_rating on mentors (tenant_id, rating desc, id)`.execute(db);
  await sql`create index mentors_search on mentors using gin (search)`.execute(db);

  await sql`
    create table courses (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      mentor_id text not null,
      title text not null,
      description text not null,
      subject text not null,
      level text not null,
      -- Whole rupiah.
      price_idr bigint not null check (price_idr >= 0),
      created_at timestamptz(3) not null default now(),
      search tsvector not null generated always as (
        setweight(to_tsvector('simple', title), 'A') ||
        setweight(to_tsvector('simple', subject || ' ' || level), 'B') ||
        setweight(to_tsvector('simple', description), 'C')
      ) stored,
      primary key (tenant_id, id),
      foreign key (tenant_id, mentor_id) references mentors on delete cascade
    )`.execute(db);
  await sql`create index courses_by_age on courses (tenant_id, created_at desc, id)`.execute(db);
  await sql`create index courses_by_mentor on courses (tenant_id, mentor_id)`.execute(db);
  await sql`create index courses_search on courses using gin (search)`.execute(db);
}
