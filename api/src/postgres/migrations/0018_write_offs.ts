import { type Kysely, sql } from 'kysely';

/** Invoices that are given up: out of what is owed, into a loss. They can still be paid, and still suspend. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await amounts(db);
  await states(db);
  await books(db);
}

async function amounts(db: Kysely<unknown>): Promise<void> {
  // The checks on it go with it.
  await sql`alter table invoices drop column open`.execute(db);
  await sql`
    alter table invoices
      -- What is still to be paid.
      add column open bigint not null generated always as (
        case when kind = 'credit-note' or state in ('draft', 'void', 'written-off') then 0
          else greatest(total, 0) + late_fees - credited - paid end
      ) stored check (open >= 0),
      -- The same of what was given up: less what was paid all the same.
      add column written_off bigint not null generated always as (
        case when state = 'written-off' then total + late_fees - credited - paid else 0 end
      ) stored check (written_off >= 0),
      -- Of one that was given up: whether its tenant stays suspended until it is paid, or somebody lifts that.
      add column keeps_suspended boolean not null default false
        check (not keeps_suspended or state in ('written-off', 'paid', 'credited')),
      add column suspends boolean not null generated always as (
        state = 'suspended' or (state = 'written-off' and keeps_suspended)
      ) stored,
      add constraint invoices_open_while_unpaid
        check (open = 0 or state in ('issued', 'late', 'suspended')),
      add constraint invoices_written_off_until_paid
        check ((state = 'written-off') = (written_off > 0))`.execute(db);
  await sql`create index invoices_that_suspend on invoices (tenant_id) where suspends`.execute(db);
}

async function states(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table invoices
      drop constraint invoices_state_check,
      add constraint invoices_state_check check (
        state in ('draft', 'issued', 'late', 'suspended', 'paid', 'void', 'credited', 'written-off')),
      -- When it came to its end.
      drop constraint invoices_check7,
      add constraint invoices_settled_at_its_end
        check ((settled_at is not null) = (state in ('paid', 'void', 'credited', 'written-off')))`.execute(
    db,
  );
  await sql`
    create or replace function invoices_stay_as_issued() returns trigger language plpgsql as $$
    begin
      if (new.tenant_id, new.kind, new.period) is distinct from (old.tenant_id, old.kind, old.period)
        or new.refers_to is distinct from old.refers_to
        or old.drafted_at is not null
          and (new.total, new.exact, new.drafted_at) is distinct from (old.total, old.exact, old.drafted_at)
        or old.number is not null and (
          (new.number, new.issued_on, new.issued_at) is distinct from (old.number, old.issued_on, old.issued_at)
          or (new.due_on, new.grace_until, new.suspend_on)
            is distinct from (old.due_on, old.grace_until, old.suspend_on)
          or new.state = 'draft')
        or old.state in ('void', 'credited') and new.state <> old.state
        or old.state = 'written-off'
          and (new.state not in ('written-off', 'paid', 'credited') or new.late_fees > old.late_fees)
      then
        raise exception 'the invoice % is not changed any more', old.id
          using errcode = 'restrict_violation', constraint = 'invoices_stay_as_issued';
      end if;
      return new;
    end $$`.execute(db);
}

async function books(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table ledger_journals
      drop constraint ledger_journals_kind_check,
      add constraint ledger_journals_kind_check check (kind in (
        'invoice', 'late-fee', 'late-fee-reversal', 'payment', 'credit-used', 'credit-note', 'void', 'write-off'))`.execute(
    db,
  );
  await sql`
    alter table ledger_entries
      drop constraint ledger_entries_account_check,
      add constraint ledger_entries_account_check check (account in (
        'receivable', 'revenue', 'late-fees', 'cash', 'credit-balance', 'bad-debt'))`.execute(db);
}
