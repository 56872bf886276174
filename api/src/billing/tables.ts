import type { GrantedDiscount } from '@riwayat/billing';
import type { ColumnType, Generated } from 'kysely';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
type CreatedAt = ColumnType<Date, Date | undefined, never>;
/** `YYYY-MM-DD`: the driver gives dates as text. */
type Day = string;

interface PlanVersionsTable {
  key: Once<string>;
  version: Once<number>;
  effective_from: Once<Day>;
  /** A plan as `planSchema` takes it; JSON, written as text. */
  definition: ColumnType<unknown, string, never>;
  created_by: Once<string | null>;
  created_at: CreatedAt;
}

interface ContractsTable {
  tenant_id: Once<string>;
  started_on: Once<Day>;
  ended_on: Day | null;
  /** Whole rupiah a month. A `bigint`, so text when read. */
  budget_idr: ColumnType<string | null, bigint | null | undefined, bigint | null>;
  /** What becomes of usage that is known only after its month was billed: a line on the next invoice, or nothing. */
  late_events: Generated<'adjust' | 'waive'>;
  created_at: CreatedAt;
}

interface ContractTermsTable {
  tenant_id: Once<string>;
  from_day: Once<Day>;
  plan_key: string;
  plan_version: number | null;
}

interface ContractDiscountsTable {
  id: Once<string>;
  tenant_id: Once<string>;
  kind: Once<GrantedDiscount['kind']>;
  from_day: Once<Day>;
  until_day: Day | null;
  referred: Once<number | null>;
  years: Once<number | null>;
  created_at: CreatedAt;
}

export interface BillingTables {
  plan_versions: PlanVersionsTable;
  contracts: ContractsTable;
  contract_terms: ContractTermsTable;
  contract_discounts: ContractDiscountsTable;
}
