import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table materials (
      tenant_id text not null references tenants on delete cascade,
      id text not null,
      title text not null check (title <> ''),
      description text not null,
      -- Where the file is; two materials never share one, so that either can be deleted with its own.
      file_key text not null unique,
      file_name text not null,
      content_type text not null,
      bytes bigint not null check (bytes > 0),
      sha256 text not null check (sha256 ~ '^[0-9a-f]{64}$'),
      -- Null: by somebody who is gone.
      published_by text references users on delete set null,
      -- Milliseconds, because pages are cut by this value and JavaScript's dates hold no more.
      created_at timestamptz(3) not null default now(),
      -- When the learners were told: once.
      announced_at timestamptz(3),
      search tsvector not null generated always as (
        setweight(to_tsvector('simple', title), 'A') ||
        setweight(to_tsvector('simple', description), 'B')
      ) stored,
      primary key (tenant_id, id)
    )`.execute(db);
  await sql`create index materials_by_age on materials (tenant_id, created_at desc, id)`.execute(db);
  await sql`create index materials_by_publisher on materials (tenant_id, published_by)`.execute(db);
  await sql`create index materials_search on materials using gin (search)`.execute(db);

  // A row for each person and material: no row that everybody's downloads wait for.
  await sql`
    create table material_downloads (
      tenant_id text not null,
      material_id text not null,
      user_id text not null references users on delete cascade,
      downloads bigint not null default 1 check (downloads > 0),
      last_at timestamptz(3) not null,
      primary key (tenant_id, material_id, user_id),
      foreign key (tenant_id, material_id) references materials on delete cascade
    )`.execute(db);
}
