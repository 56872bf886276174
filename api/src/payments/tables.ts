import type { ColumnType, Generated } from 'kysely';
import type { Method, PaymentState } from './payment-state.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** Whole rupiah, set once. A `bigint`, so text when read. */
type AmountOnce = ColumnType<string, bigint, never>;
/** `YYYY-MM-DD`: the driver gives dates as text. */
type Day = string;

interface InvoicePaymentsTable {
  id: Once<string>;
  tenant_id: Once<string>;
  invoice_id: Once<string>;
  method: Once<Method>;
  channel: Once<string | null>;
  amount_idr: AmountOnce;
  state: PaymentState;
  provider: Once<string | null>;
  provider_id: string | null;
  /** JSON, written as text. */
  instructions: ColumnType<unknown, string | null, string>;
  debited_on: Once<Day | null>;
  created_by: Once<string | null>;
  created_at: Once<Date>;
  expires_at: Once<Date | null>;
  receipt_id: string | null;
  received_idr: ColumnType<string | null, bigint | null, bigint>;
  paid_at: Date | null;
  ended_at: Date | null;
}

interface InvoicePaymentProofsTable {
  id: Once<string>;
  tenant_id: Once<string>;
  payment_id: Once<string>;
  stated_idr: AmountOnce;
  stated_on: Once<Day>;
  file_key: Once<string>;
  file_name: Once<string>;
  content_type: Once<string>;
  bytes: ColumnType<string, bigint, never>;
  uploaded_by: Once<string>;
  uploaded_at: Once<Date>;
  decision: 'verified' | 'rejected' | null;
  reason: string | null;
  decided_by: string | null;
  decided_at: Date | null;
}

/** What became of an event; `held`: somebody must look at it. */
export type EventOutcome = 'settled' | 'closed' | 'known' | 'held';

interface PaymentEventsTable {
  id: Once<string>;
  provider: Once<string>;
  event_id: Once<string>;
  reference: Once<string | null>;
  payment_id: string | null;
  tenant_id: string | null;
  receipt_id: Once<string | null>;
  received_idr: ColumnType<string | null, bigint | null, never>;
  paid_at: Once<Date | null>;
  body: Once<string>;
  received_at: Once<Date>;
  outcome: EventOutcome;
  problem: 'unknown-payment' | 'wrong-amount' | 'paid-again' | 'unreadable' | null;
  resolution: 'booked' | 'dismissed' | null;
  note: string | null;
  resolved_by: string | null;
  resolved_at: Date | null;
}

interface PaymentPreferencesTable {
  tenant_id: Once<string>;
  method: Method | null;
  channel: string | null;
  card_provider: string | null;
  card_token: string | null;
  card_label: string | null;
  auto_debit: Generated<boolean>;
  changed_at: Date;
}

export interface PaymentTables {
  invoice_payments: InvoicePaymentsTable;
  invoice_payment_proofs: InvoicePaymentProofsTable;
  payment_events: PaymentEventsTable;
  payment_preferences: PaymentPreferencesTable;
}
