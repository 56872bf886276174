import type { ColumnType } from 'kysely';
import type { PlanChangeState } from './plan-change-state.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** Not known when a row is made. */
type Later<T> = ColumnType<T | null, never, T>;
/** `YYYY-MM-DD`: the driver gives dates as text. */
type Day = string;

interface PlanChangesTable {
  id: Once<string>;
  tenant_id: Once<string>;
  from_plan: Once<string>;
  to_plan: Once<string>;
  direction: Once<'upgrade' | 'downgrade'>;
  state: PlanChangeState;
  reason: Once<string>;
  earliest_on: Once<Day>;
  wanted_from: Once<Day>;
  effective_from: Later<Day>;
  requested_by: Once<string | null>;
  requested_at: Once<Date>;
  exported_at: Later<Date>;
  decision_reason: Later<string>;
  decided_at: Later<Date>;
  effective_at: Later<Date>;
}

export interface PlanChangeTables {
  plan_changes: PlanChangesTable;
}
