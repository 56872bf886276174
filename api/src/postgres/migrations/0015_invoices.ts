import { type Kysely, sql } from 'kysely';

/** Invoices, and the books: what each tenant owes, and why. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await invoices(db);
  await invoiceLines(db);
  await books(db);
}

async function invoices(db: Kysely<unknown>): Promise<void> {
  // A row that is locked while a number is drawn, and no sequence: what is rolled back leaves no gap.
  await sql`
    create table invoice_numbers (
      series text primary key check (series ~ '^(INV|CN)-[0-9]{4}$'),
      last integer not null check (last >= 1)
    )`.execute(db);
  await sql`
    create table invoices (
      id text primary key check (id ~ '^inv_[0-9a-f]{20}$'),
      tenant_id text not null references tenants (id),
      kind text not null check (kind in ('monthly', 'credit-note')),
      refers_to text references invoices (id),
      period text not null check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
      state text not null
        check (state in ('draft', 'issued', 'late', 'suspended', 'paid', 'void', 'credited')),
      number text unique,
      -- What was stored later is not in it, so that it can be computed again.
      cutoff timestamptz(0),
      drafted_at timestamptz(3),
      exact numeric(38, 12),
      -- Whole rupiah, all of these; a credit note's total is below 0.
      total bigint,
      late_fees bigint not null default 0 check (late_fees >= 0),
      credited bigint not null default 0 check (credited >= 0 and (credited = 0 or credited <= total)),
      paid bigint not null default 0 check (paid >= 0),
      open bigint not null generated always as (
        case when kind = 'credit-note' or state in ('draft', 'void') then 0
          else greatest(total, 0) + late_fees - credited - paid end
      ) stored check (open >= 0),
      -- Days of the tenant's calendar.
      issued_on date,
      due_on date,
      grace_until date,
      suspend_on date,
      next_step_on date,
      issued_at timestamptz(3),
      settled_at timestamptz(3),
      reason text,
      created_at timestamptz(3) not null,
      check ((kind = 'credit-note') = (refers_to is not null)),
      check (kind = 'credit-note' or cutoff is not null),
      check (state = 'draft' or drafted_at is not null),
      check ((drafted_at is not null) = (total is not null) and (total is not null) = (exact is not null)),
      -- A draft that turned out to hold nothing is void without ever having been issued.
      check ((number is null) = (issued_on is null) and (issued_on is null) = (issued_at is null)),
      check (case state when 'draft' then number is null when 'void' then true else number is not null end),
      check ((settled_at is not null) = (state in ('paid', 'void', 'credited'))),
      check (open = 0 or state in ('issued', 'late', 'suspended')),
      check (state <> 'void' or (paid = 0 and credited = 0 and late_fees = 0)),
      check (next_step_on is null or state in ('issued', 'late')),
      check (kind = 'monthly' or state in ('draft', 'issued')),
      check (due_on >= issued_on and grace_until >= due_on and suspend_on > grace_until)
    )`.execute(db);
  await sql`
    create unique index invoices_one_a_month on invoices (tenant_id, period)
      where kind = 'monthly' and state <> 'void'`.execute(db);
  await sql`create index invoices_by_tenant on invoices (tenant_id, created_at desc, id)`.execute(db);
  await sql`create index invoices_newest on invoices (created_at desc, id)`.execute(db);
  await sql`create index invoices_referring on invoices (refers_to) where refers_to is not null`.execute(db);
  await sql`create index invoices_with_steps on invoices (tenant_id, next_step_on) where next_step_on is not null`.execute(
    db,
  );
  await sql`create index invoices_unpaid on invoices (tenant_id) where state in ('issued', 'late', 'suspended')`.execute(
    db,
  );
  await sql`
    create function invoices_stay_as_issued() returns trigger language plpgsql as $$
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
      then
        raise exception 'the invoice % is not changed any more', old.id
          using errcode = 'restrict_violation', constraint = 'invoices_stay_as_issued';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger invoices_stay_as_issued before update on invoices
      for each row execute function invoices_stay_as_issued()`.execute(db);
  await refuse(db, 'invoices', 'delete');
}

async function invoiceLines(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table invoice_lines (
      invoice_id text not null references invoices (id),
      position integer not null check (position >= 1),
      kind text not null check (kind in (
        'charge', 'cache-modifier', 'minimum', 'cap', 'discount', 'adjustment', 'waived')),
      -- The month in which it was used: an adjustment's is before the invoice's.
      period text not null check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
      component text,
      name json not null,
      plan_key text,
      plan_version integer,
      discount text,
      measured json,
      calculation json not null,
      share_days integer not null check (share_days between 0 and share_of),
      share_of integer not null check (share_of between 1 and 31),
      exact numeric(38, 12) not null,
      -- Whole rupiah; the lines of an invoice add up to its total.
      amount bigint not null,
      -- Of a credit note: the line of the invoice that it takes back.
      credits integer,
      primary key (invoice_id, position),
      check ((plan_key is null) = (plan_version is null)),
      check (kind <> 'waived' or (amount = 0 and exact = 0))
    )`.execute(db);
  await sql`
    create function invoice_lines_belong_to_drafts() returns trigger language plpgsql as $$
    begin
      if exists (select from added join invoices on invoices.id = added.invoice_id
        where invoices.drafted_at is not null)
      then
        raise exception 'lines are added to drafts alone'
          using errcode = 'restrict_violation', constraint = 'invoice_lines_belong_to_drafts';
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create trigger invoice_lines_belong_to_drafts after insert on invoice_lines
      referencing new table as added for each statement execute function invoice_lines_belong_to_drafts()`.execute(
    db,
  );
  await refuse(db, 'invoice_lines', 'update', 'delete');
  // What was metered for an invoice, of its own month and of those before in which something came late.
  await sql`
    create table invoice_usage (
      invoice_id text not null references invoices (id),
      tenant_id text not null,
      period text not null check (period ~ '^[0-9]{4}-(0[1-9]|1[0-2])$'),
      treatment text not null check (treatment in ('billed', 'adjusted', 'waived')),
      usage json not null,
      -- As it was, with every plan's version.
      contract json not null,
      primary key (invoice_id, period)
    )`.execute(db);
  await sql`create index invoice_usage_by_period on invoice_usage (tenant_id, period)`.execute(db);
  await refuse(db, 'invoice_usage', 'update', 'delete');
  await sql`
    create table late_fees (
      invoice_id text not null references invoices (id),
      -- Of the tenant's calendar: one fee a day.
      day date not null,
      amount bigint not null check (amount > 0),
      -- When it was taken back: the payment had been made before that day.
      reversed_at timestamptz(3),
      primary key (invoice_id, day)
    )`.execute(db);
}

/** Double entry. What was booked stays; a mistake is booked back. */
async function books(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table ledger_journals (
      id bigint generated always as identity primary key,
      tenant_id text not null references tenants (id),
      kind text not null check (kind in (
        'invoice', 'late-fee', 'late-fee-reversal', 'payment', 'credit-used', 'credit-note', 'void')),
      -- What it was booked for: booked once.
      cause text not null,
      invoice_id text references invoices (id),
      happened_at timestamptz(3) not null,
      created_at timestamptz(3) not null default now(),
      unique (tenant_id, cause),
      unique (id, tenant_id)
    )`.execute(db);
  await sql`create index ledger_journals_by_tenant on ledger_journals (tenant_id, id desc)`.execute(db);
  await sql`create index ledger_journals_by_invoice on ledger_journals (invoice_id)`.execute(db);
  await sql`
    create table ledger_entries (
      journal_id bigint not null,
      tenant_id text not null,
      account text not null check (account in (
        'receivable', 'revenue', 'late-fees', 'cash', 'credit-balance')),
      -- Whole rupiah: a debit above 0, a credit below.
      amount bigint not null check (amount <> 0),
      primary key (journal_id, account),
      foreign key (journal_id, tenant_id) references ledger_journals (id, tenant_id)
    )`.execute(db);
  await sql`
    create index ledger_entries_by_account on ledger_entries (tenant_id, account) include (amount)`.execute(
    db,
  );
  await sql`
    create function ledger_journals_balance() returns trigger language plpgsql as $$
    declare
      off numeric;
    begin
      select sum(amount) into off from ledger_entries where journal_id = new.journal_id;
      if off <> 0 then
        raise exception 'the journal % is out of balance by %', new.journal_id, off
          using errcode = 'check_violation', constraint = 'ledger_journals_balance';
      end if;
      return null;
    end $$`.execute(db);
  await sql`
    create constraint trigger ledger_journals_balance after insert on ledger_entries
      deferrable initially deferred for each row execute function ledger_journals_balance()`.execute(db);
  await refuse(db, 'ledger_journals', 'update', 'delete');
  await refuse(db, 'ledger_entries', 'update', 'delete');
}

/** Keeps anybody from doing something to rows of a table, whatever the code says. */
async function refuse(
  db: Kysely<unknown>,
  table: string,
  ...acts: readonly ('update' | 'delete')[]
): Promise<void> {
  await sql`
    create or replace function refuse_to_change() returns trigger language plpgsql as $$
    begin
      raise exception 'rows of % stay as they are', tg_table_name
        using errcode = 'restrict_violation', constraint = tg_name;
    end $$`.execute(db);
  await sql`
    create trigger ${sql.id(`${table}_stay`)} before ${sql.raw(acts.join(' or '))} or truncate on ${sql.table(table)}
      for each statement execute function refuse_to_change()`.execute(db);
}
