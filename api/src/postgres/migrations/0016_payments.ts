import { type Kysely, sql } from 'kysely';

/** How invoices are paid: what was begun, what was proved, what the payment provider told. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`alter table invoices add constraint invoices_of_tenants unique (id, tenant_id)`.execute(db);
  await payments(db);
  await proofs(db);
  await events(db);
  await sql`
    create table payment_preferences (
      tenant_id text primary key references tenants (id),
      method text,
      channel text,
      -- The provider's name for a card that it keeps. No number of a card is ever here.
      card_provider text,
      card_token text,
      card_label text,
      auto_debit boolean not null default false,
      changed_at timestamptz(3) not null,
      check (method is not null or channel is null),
      check ((card_token is null) = (card_label is null) and (card_token is null) = (card_provider is null)),
      check (not auto_debit or card_token is not null)
    )`.execute(db);
}

async function payments(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table invoice_payments (
      id text primary key check (id ~ '^pay_[0-9a-f]{20}$'),
      tenant_id text not null,
      invoice_id text not null,
      method text not null
        check (method in ('bank-transfer', 'qris-static', 'virtual-account', 'e-wallet', 'card', 'qris')),
      -- The bank or the wallet.
      channel text,
      -- Whole rupiah that are to be paid.
      amount_idr bigint not null check (amount_idr > 0),
      state text not null check (state in (
        'starting', 'pending', 'awaiting_verification', 'rejected', 'paid', 'cancelled', 'expired', 'failed')),
      -- Null: no provider takes the money, and somebody verifies that it came.
      provider text,
      provider_id text,
      instructions json,
      -- The local day of a debit without anybody there.
      debited_on date,
      created_by text,
      created_at timestamptz(3) not null,
      expires_at timestamptz(3),
      -- Of the money: the provider's name for it, how much came, and when.
      receipt_id text,
      received_idr bigint check (received_idr > 0),
      paid_at timestamptz(3),
      ended_at timestamptz(3),
      unique (id, tenant_id),
      unique (provider, provider_id),
      unique (provider, receipt_id),
      foreign key (invoice_id, tenant_id) references invoices (id, tenant_id),
      check ((provider is null) = (method in ('bank-transfer', 'qris-static'))),
      check ((provider is null) = (expires_at is null)),
      check (provider is not null or (provider_id is null and receipt_id is null)),
      check ((state = 'paid') = (received_idr is not null)),
      check ((state = 'paid') = (paid_at is not null)),
      check ((state in ('paid', 'cancelled', 'expired', 'failed')) = (ended_at is not null)),
      check (state not in ('awaiting_verification', 'rejected') or provider is null),
      check (debited_on is null or method = 'card')
    )`.execute(db);
  await sql`create index invoice_payments_by_tenant on invoice_payments (tenant_id, created_at desc, id)`.execute(
    db,
  );
  await sql`create index invoice_payments_by_invoice on invoice_payments (invoice_id)`.execute(db);
  await sql`
    create unique index invoice_payments_one_debit_a_day on invoice_payments (invoice_id, debited_on)
      where debited_on is not null`.execute(db);
  await sql`
    create function invoice_payments_stay_paid() returns trigger language plpgsql as $$
    begin
      if old.state = 'paid' or (new.tenant_id, new.invoice_id, new.method, new.amount_idr, new.created_at)
        is distinct from (old.tenant_id, old.invoice_id, old.method, old.amount_idr, old.created_at)
      then
        raise exception 'the payment % is not changed any more', old.id
          using errcode = 'restrict_violation', constraint = 'invoice_payments_stay_paid';
      end if;
      return new;
    end $$`.execute(db);
  await sql`
    create trigger invoice_payments_stay_paid before update on invoice_payments
      for each row execute function invoice_payments_stay_paid()`.execute(db);
}

async function proofs(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table invoice_payment_proofs (
      id text primary key check (id ~ '^prf_[0-9a-f]{20}$'),
      tenant_id text not null,
      payment_id text not null,
      -- What the tenant says, until somebody has looked.
      stated_idr bigint not null check (stated_idr > 0),
      stated_on date not null,
      file_key text not null unique,
      file_name text not null,
      content_type text not null,
      bytes bigint not null check (bytes > 0),
      uploaded_by text not null,
      uploaded_at timestamptz(3) not null,
      decision text check (decision in ('verified', 'rejected')),
      reason text,
      decided_by text,
      decided_at timestamptz(3),
      foreign key (payment_id, tenant_id) references invoice_payments (id, tenant_id),
      check ((decision is null) = (decided_at is null)),
      check ((decision is null) = (decided_by is null)),
      check ((decision is not distinct from 'rejected') = (reason is not null))
    )`.execute(db);
  await sql`
    create unique index invoice_payment_proofs_one_waits on invoice_payment_proofs (payment_id)
      where decision is null`.execute(db);
  await sql`
    create index invoice_payment_proofs_by_payment on invoice_payment_proofs (payment_id, uploaded_at)`.execute(
    db,
  );
}

async function events(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table payment_events (
      id text primary key check (id ~ '^pev_[0-9a-f]{20}$'),
      provider text not null,
      event_id text not null,
      -- What it is about, as the provider says; and the payment, when there is one.
      reference text,
      payment_id text,
      tenant_id text,
      receipt_id text,
      received_idr bigint check (received_idr > 0),
      paid_at timestamptz(3),
      -- As it came.
      body text not null,
      received_at timestamptz(3) not null,
      outcome text not null check (outcome in ('settled', 'closed', 'known', 'held')),
      problem text check (problem in ('unknown-payment', 'wrong-amount', 'paid-again', 'unreadable')),
      resolution text check (resolution in ('booked', 'dismissed')),
      note text,
      resolved_by text,
      resolved_at timestamptz(3),
      unique (provider, event_id),
      foreign key (payment_id, tenant_id) references invoice_payments (id, tenant_id),
      check ((outcome = 'held') = (problem is not null)),
      check ((receipt_id is null) = (received_idr is null) and (receipt_id is null) = (paid_at is null)),
      check (resolution is null or outcome = 'held'),
      check (resolution is distinct from 'booked' or receipt_id is not null),
      check ((resolution is null) = (resolved_at is null)),
      check ((resolution is null) = (resolved_by is null)),
      check ((resolution is null) = (note is null))
    )`.execute(db);
  // The same money is booked once, however it became known.
  await sql`
    create unique index payment_events_money_once on payment_events (provider, receipt_id)
      where outcome = 'settled' or resolution = 'booked'`.execute(db);
  await sql`
    create index payment_events_by_receipt on payment_events (provider, receipt_id)`.execute(db);
  await sql`
    create index payment_events_newest on payment_events (received_at desc, id)`.execute(db);
  await sql`
    create index payment_events_held on payment_events (received_at, id)
      where outcome = 'held' and resolution is null`.execute(db);
}
