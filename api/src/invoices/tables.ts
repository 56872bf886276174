import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { InvoiceState } from './invoice-state.ts';
import type { Account, JournalKind } from './ledger.ts';
import type { LineKind } from './line.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** Whole rupiah. A `bigint`, so text when read. */
type Amount = ColumnType<string, bigint | undefined, bigint>;
/** `YYYY-MM-DD`: the driver gives dates as text. */
type Day = string;
/** JSON, written as text. */
type Json = ColumnType<unknown, string, never>;

interface InvoiceNumbersTable {
  /** `INV-2026`, `CN-2026`. */
  series: Once<string>;
  last: number;
}

export interface InvoicesTable {
  id: Once<string>;
  tenant_id: Once<string>;
  kind: Once<'monthly' | 'credit-note'>;
  /** Of a credit note: the invoice. */
  refers_to: Once<string | null>;
  /** `YYYY-MM`. */
  period: Once<string>;
  state: InvoiceState;
  /** Null until it is issued. */
  number: string | null;
  /** Of a credit note null. To the second. */
  cutoff: Once<Date | null>;
  drafted_at: Date | null;
  /** `numeric`, so text. */
  exact: string | null;
  /** Null while there are no lines. A `bigint`, so text when read. */
  total: ColumnType<string | null, bigint | null | undefined, bigint>;
  late_fees: Amount;
  credited: Amount;
  paid: Amount;
  open: GeneratedAlways<string>;
  /** What was given up, less what was paid all the same. */
  written_off: GeneratedAlways<string>;
  /** Of one that was given up: whether its tenant stays suspended. */
  keeps_suspended: Generated<boolean>;
  /** Whether its tenant's keys are refused for it. */
  suspends: GeneratedAlways<boolean>;
  issued_on: Day | null;
  due_on: Day | null;
  /** The last day on which paying costs nothing more. */
  grace_until: Day | null;
  suspend_on: Day | null;
  /** When something happens by itself: a reminder, a fee, the suspension. */
  next_step_on: Day | null;
  issued_at: Date | null;
  /** When it came to its end: paid, void, credited or written off. */
  settled_at: Date | null;
  /** Why there is this credit note, or why it is void or was written off. */
  reason: string | null;
  created_at: Once<Date>;
}

export interface InvoiceLinesTable {
  invoice_id: Once<string>;
  /** From 1. */
  position: Once<number>;
  kind: Once<LineKind>;
  period: Once<string>;
  component: Once<string | null>;
  name: Json;
  plan_key: Once<string | null>;
  plan_version: Once<number | null>;
  discount: Once<string | null>;
  measured: ColumnType<unknown, string | null, never>;
  calculation: Json;
  share_days: Once<number>;
  share_of: Once<number>;
  /** `numeric`, so text. */
  exact: Once<string>;
  /** Whole rupiah. */
  amount: ColumnType<string, bigint, never>;
  credits: Once<number | null>;
}

interface InvoiceUsageTable {
  invoice_id: Once<string>;
  tenant_id: Once<string>;
  period: Once<string>;
  treatment: Once<'billed' | 'adjusted' | 'waived'>;
  usage: Json;
  contract: Json;
}

interface LateFeesTable {
  invoice_id: Once<string>;
  day: Once<Day>;
  amount: ColumnType<string, bigint, never>;
  reversed_at: Date | null;
}

interface LedgerJournalsTable {
  /** A `bigint`, so text when read. */
  id: GeneratedAlways<string>;
  tenant_id: Once<string>;
  kind: Once<JournalKind>;
  cause: Once<string>;
  invoice_id: Once<string | null>;
  happened_at: Once<Date>;
  created_at: Generated<Date>;
}

interface LedgerEntriesTable {
  journal_id: Once<string>;
  tenant_id: Once<string>;
  account: Once<Account>;
  /** A debit above 0, a credit below. */
  amount: ColumnType<string, bigint, never>;
}

export interface InvoiceTables {
  invoice_numbers: InvoiceNumbersTable;
  invoices: InvoicesTable;
  invoice_lines: InvoiceLinesTable;
  invoice_usage: InvoiceUsageTable;
  late_fees: LateFeesTable;
  ledger_journals: LedgerJournalsTable;
  ledger_entries: LedgerEntriesTable;
}
