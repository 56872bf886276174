/*
 * The books of each tenant, in double entry.
 *
 * What always holds: the entries of a journal add up to 0; a cause is booked once; what was booked is never changed.
 * Postgres holds to each of these whatever the code does. A debit is above 0, a credit below.
 */
import type { Rupiah } from '@riwayat/billing';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/**
 * `receivable`: what the tenant owes. `credit-balance`: what was paid beyond what was owed. `bad-debt`: the loss of what was
 * given up, less what was paid all the same.
 */
export const ACCOUNTS = ['receivable', 'revenue', 'late-fees', 'cash', 'credit-balance', 'bad-debt'] as const;
export type Account = (typeof ACCOUNTS)[number];

export const JOURNAL_KINDS = [
  'invoice',
  'late-fee',
  'late-fee-reversal',
  'payment',
  'credit-used',
  'credit-note',
  'void',
  'write-off',
] as const;
export type JournalKind = (typeof JOURNAL_KINDS)[number];

/** One thing that happened, and what it did to each account. */
export interface Journal {
  readonly tenantId: string;
  readonly kind: JournalKind;
  /** Names it for ever: `payment:pay_…`. */
  readonly cause: string;
  readonly invoiceId: string;
  readonly happenedAt: Date;
  /** Accounts that nothing happens to may be left out or be 0. */
  readonly entries: Readonly<Partial<Record<Account, Rupiah>>>;
}

/**
 * Books journals, however many, in one statement.
 *
 * @param db the transaction of what is booked, which holds the tenants' accounts
 * @throws an error of Postgres when a cause is booked already, or a journal does not add up to 0
 */
export async function book(db: Kysely<Schema>, journals: readonly Journal[]): Promise<void> {
  if (journals.length === 0) {
    return;
  }
  const heads = journals.map(({ tenantId, kind, cause, invoiceId, happenedAt }) => ({
    tenant_id: tenantId,
    kind,
    cause,
    invoice_id: invoiceId,
    happened_at: happenedAt.toISOString(),
  }));
  const entries = journals.flatMap(({ tenantId, cause, entries }) =>
    ACCOUNTS.flatMap((account) => {
      const amount = entries[account] ?? 0n;
      return amount === 0n ? [] : [{ tenant_id: tenantId, cause, account, amount: amount.toString() }];
    }),
  );
  await sql`
    with booked as (
      insert into ledger_journals (tenant_id, kind, cause, invoice_id, happened_at)
      select tenant_id, kind, cause, invoice_id, happened_at
      from jsonb_to_recordset(${JSON.stringify(heads)}::jsonb)
        as head(tenant_id text, kind text, cause text, invoice_id text, happened_at timestamptz)
      returning id, tenant_id, cause
    )
    insert into ledger_entries (journal_id, tenant_id, account, amount)
    select booked.id, entry.tenant_id, entry.account, entry.amount
    from jsonb_to_recordset(${JSON.stringify(entries)}::jsonb)
      as entry(tenant_id text, cause text, account text, amount bigint)
    join booked using (tenant_id, cause)`.execute(db);
}

/**
 * Keeps everybody else from changing what tenants owe until the transaction ends. Whatever books takes this first, so
 * that each sees what the one before has left.
 *
 * @param db a transaction
 */
export async function holdAccounts(db: Kysely<Schema>, tenantIds: readonly string[]): Promise<void> {
  await db
    .selectFrom('tenants')
    .where('id', 'in', [...tenantIds])
    .orderBy('id')
    .forNoKeyUpdate()
    .select('id')
    .execute();
}

/** What tenants have in credit, whole rupiah, by tenant; one that has nothing is absent. */
export async function creditOf(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
): Promise<Map<string, Rupiah>> {
  const rows = await db
    .selectFrom('ledger_entries')
    .where('tenant_id', 'in', [...tenantIds])
    .where('account', '=', 'credit-balance')
    .groupBy('tenant_id')
    .select(({ fn }) => ['tenant_id', fn.sum<string>('amount').as('balance')])
    .execute();
  return new Map(
    rows.flatMap(({ tenant_id, balance }) => (balance === '0' ? [] : [[tenant_id, -BigInt(balance)]])),
  );
}

/** The balance of each account of a tenant: a debit above 0. */
export async function balancesOf(db: Kysely<Schema>, tenantId: TenantId): Promise<Record<Account, Rupiah>> {
  const rows = await db
    .selectFrom('ledger_entries')
    .where('tenant_id', '=', tenantId)
    .groupBy('account')
    .select(({ fn }) => ['account', fn.sum<string>('amount').as('balance')])
    .execute();
  const of = (account: Account): Rupiah =>
    BigInt(rows.find((row) => row.account === account)?.balance ?? '0');
  return {
    receivable: of('receivable'),
    revenue: of('revenue'),
    'late-fees': of('late-fees'),
    cash: of('cash'),
    'credit-balance': of('credit-balance'),
    'bad-debt': of('bad-debt'),
  };
}
