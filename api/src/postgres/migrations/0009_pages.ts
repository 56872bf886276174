import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table pages (
      id bigint primary key generated always as identity,
      tenant_id text not null references tenants on delete cascade,
      slug text not null check (slug ~ '^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$'),
      latest_version integer not null check (latest_version >= 1),
      -- Null: nobody but its editors sees it.
      published_version integer check (published_version between 1 and latest_version),
      published_at timestamptz(3),
      created_at timestamptz(3) not null,
      updated_at timestamptz(3) not null,
      unique (tenant_id, slug),
      check ((published_version is null) = (published_at is null))
    )`.execute(db);
  await sql`create index pages_by_change on pages (tenant_id, updated_at desc, slug)`.execute(db);
  await sql`
    create table page_versions (
      page_id bigint not null references pages on delete cascade,
      version integer not null check (version >= 1),
      document jsonb not null,
      created_at timestamptz(3) not null,
      -- Null: the system itself, or somebody who is gone.
      created_by text references users on delete set null,
      -- The version that was rolled back to.
      restored_from integer check (restored_from between 1 and version - 1),
      primary key (page_id, version)
    )`.execute(db);
  // A page and its versions are of each other: whoever writes both does so in one transaction.
  await sql`
    alter table pages
      add foreign key (id, latest_version) references page_versions (page_id, version) deferrable initially deferred,
      add foreign key (id, published_version) references page_versions (page_id, version) deferrable initially deferred`.execute(
    db,
  );
}
