import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table second_factors (
      user_id text primary key references users on delete cascade,
      -- Sealed: without the application's secret it makes no codes.
      sealed_secret bytea not null,
      begun_at timestamptz(3) not null,
      -- Null: begun, and good for nothing until a first code shows that the authenticator has it.
      confirmed_at timestamptz(3),
      -- The last step of time whose code was taken. It and those before it are not taken again.
      last_step bigint,
      check ((confirmed_at is null) = (last_step is null))
    )`.execute(db);

  await sql`
    create table recovery_codes (
      user_id text not null references second_factors on delete cascade,
      -- A keyed hash: without the application's secret it cannot even be guessed at.
      hash bytea not null check (length(hash) = 32),
      spent_at timestamptz(3),
      primary key (user_id, hash)
    )`.execute(db);

  await sql`
    alter table sessions
      -- Whether somebody proved a second factor in it.
      add column second_factor boolean not null default false,
      drop constraint sessions_revoked_reason_check,
      add constraint sessions_revoked_reason_check check (
        revoked_reason in (
          'logout', 'reuse', 'replaced', 'ended', 'password', 'locked', 'role', 'second-factor'
        )
      )`.execute(db);
}
