import { type Kysely, sql } from 'kysely';

export async function up(db: Kysely<unknown>): Promise<void> {
  // Equality in an exclusion constraint. Comes with Postgres, and may be made by whoever owns the database.
  await sql`create extension if not exists btree_gist`.execute(db);

  // A rating is the mean of what was given. Until now nobody could give any: what is there was made up as an example.
  await sql`alter table mentors drop column rating`.execute(db);
  await sql`
    alter table mentors
      add column stars bigint not null default 0,
      add column reviews integer not null default 0,
      add column rating numeric(2, 1) not null generated always as
        (case when reviews = 0 then 0 else round(stars::numeric / reviews, 1) end) stored,
      add constraint mentors_have_one_to_five_stars_a_review
        check (reviews >= 0 and stars between reviews and 5::bigint * reviews)`.execute(db);
  await sql`create index mentors_by_rating on mentors (tenant_id, rating desc, id)`.execute(db);
  await sql`create unique index mentors_by_user on mentors (tenant_id, user_id)`.execute(db);

  await sql`
    create table slots (
      tenant_id text not null references tenants on delete cascade,
      id text not null check (id ~ '^slt_[0-9a-f]{20}$'),
      mentor_id text not null,
      starts_at timestamptz(3) not null,
      ends_at timestamptz(3) not null,
      primary key (tenant_id, id),
      foreign key (tenant_id, mentor_id) references mentors on delete cascade,
      check (ends_at > starts_at),
      constraint slots_of_a_mentor_do_not_overlap
        exclude using gist (tenant_id with =, mentor_id with =, tstzrange(starts_at, ends_at) with &&)
    )`.execute(db);
  await sql`create index slots_by_mentor on slots (tenant_id, mentor_id, starts_at, id)`.execute(db);

  await sql`
    create table bookings (
      tenant_id text not null references tenants on delete cascade,
      id text not null check (id ~ '^bkg_[0-9a-f]{20}$'),
      learner_id text not null references users,
      mentor_id text not null,
      course_id text not null,
      -- Null when the mentor has taken the slot out of the schedule since. The times agreed on are here.
      slot_id text,
      starts_at timestamptz(3) not null,
      ends_at timestamptz(3) not null,
      -- Whole rupiah: the price of the course when it was booked.
      amount_idr bigint not null check (amount_idr >= 0),
      state text not null check (
        state in ('requested', 'awaiting_verification', 'rejected', 'confirmed', 'in_progress', 'finished',
          'reviewed', 'cancelled', 'expired')
      ),
      -- Until when a proof of payment is waited for.
      pay_by timestamptz(3),
      created_at timestamptz(3) not null,
      started_at timestamptz(3),
      finished_at timestamptz(3),
      cancelled_at timestamptz(3),
      primary key (tenant_id, id),
      foreign key (tenant_id, mentor_id) references mentors,
      foreign key (tenant_id, course_id) references courses,
      foreign key (tenant_id, slot_id) references slots on delete set null (slot_id),
      check (ends_at > starts_at),
      check ((pay_by is not null) = (state in ('requested', 'rejected'))),
      check ((started_at is not null) = (state in ('in_progress', 'finished', 'reviewed'))),
      check ((finished_at is not null) = (state in ('finished', 'reviewed'))),
      check ((cancelled_at is not null) = (state = 'cancelled')),
      -- Nobody is in two places at once.
      constraint bookings_of_a_mentor_do_not_overlap
        exclude using gist (tenant_id with =, mentor_id with =, tstzrange(starts_at, ends_at) with &&)
        where (state not in ('cancelled', 'expired')),
      constraint bookings_of_a_learner_do_not_overlap
        exclude using gist (tenant_id with =, learner_id with =, tstzrange(starts_at, ends_at) with &&)
        where (state not in ('cancelled', 'expired'))
    )`.execute(db);
  await sql`create index bookings_by_learner on bookings (tenant_id, learner_id, starts_at desc, id)`.execute(
    db,
  );
  await sql`create index bookings_by_mentor on bookings (tenant_id, mentor_id, starts_at desc, id)`.execute(
    db,
  );
  await sql`create index bookings_by_slot on bookings (tenant_id, slot_id) where slot_id is not null`.execute(
    db,
  );
  await sql`create index bookings_to_be_paid on bookings (tenant_id, pay_by) where pay_by is not null`.execute(
    db,
  );

  await sql`
    create table payment_proofs (
      tenant_id text not null references tenants on delete cascade,
      id text not null check (id ~ '^prf_[0-9a-f]{20}$'),
      booking_id text not null,
      -- Where the file store has it.
      file_key text not null,
      file_name text not null,
      content_type text not null,
      bytes bigint not null check (bytes > 0),
      uploaded_at timestamptz(3) not null,
      -- Null: nobody has decided yet.
      decision text check (decision in ('verified', 'rejected')),
      reason text,
      decided_by text references users on delete set null,
      decided_at timestamptz(3),
      primary key (tenant_id, id),
      foreign key (tenant_id, booking_id) references bookings on delete cascade,
      check ((decision is null) = (decided_at is null)),
      check (decision is not null or decided_by is null),
      check ((decision = 'rejected') is not true or reason is not null)
    )`.execute(db);
  // Another may follow one that was rejected, and nothing else.
  await sql`
    create unique index payment_proofs_of_a_booking on payment_proofs (tenant_id, booking_id)
    where decision is distinct from 'rejected'`.execute(db);
  await sql`create index payment_proofs_by_booking on payment_proofs (tenant_id, booking_id, uploaded_at desc)`.execute(
    db,
  );
  await sql`
    create index payment_proofs_by_decision on payment_proofs
      (tenant_id, (coalesce(decision, 'waiting')), uploaded_at, id)`.execute(db);

  await sql`
    create table reviews (
      tenant_id text not null references tenants on delete cascade,
      booking_id text not null,
      mentor_id text not null,
      rating smallint not null check (rating between 1 and 5),
      words text not null,
      created_at timestamptz(3) not null,
      primary key (tenant_id, booking_id),
      foreign key (tenant_id, booking_id) references bookings on delete cascade,
      foreign key (tenant_id, mentor_id) references mentors
    )`.execute(db);
  await sql`create index reviews_by_mentor on reviews (tenant_id, mentor_id, created_at desc, booking_id)`.execute(
    db,
  );
}
