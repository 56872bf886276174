import type { Rule, Severity } from '@riwayat/alerting';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
/** Set when a row is made, taken out when the person is erased whose it is. */
type Personal<T, Erased = null> = ColumnType<T, T, Erased>;
/** JSON, written as text. */
type Json<T> = ColumnType<T, string, string>;
type JsonOnce<T> = ColumnType<T, string, never>;

interface AlertRulesTable {
  id: Once<string>;
  tenant_id: Once<string>;
  default_key: Once<string | null>;
  name: string;
  version: Generated<number>;
  rule: Json<unknown>;
  enabled: Generated<boolean>;
  customised: Generated<boolean>;
  created_at: Once<Date>;
  updated_at: Date;
  deleted_at: Date | null;
  /** A `bigint`, so text when read. */
  revision: GeneratedAlways<string>;
}

interface AlertRuleVersionsTable {
  rule_id: Once<string>;
  version: Once<number>;
  name: Once<string>;
  rule: JsonOnce<unknown>;
  changed_by: Personal<string | null>;
  changed_at: Once<Date>;
}

interface AlertStatesTable {
  rule_id: Once<string>;
  subject: Once<string>;
  rule_version: number;
  state: Json<unknown>;
}

interface AlertsTable {
  id: Once<string>;
  tenant_id: Once<string>;
  rule_id: Once<string>;
  rule_version: Once<number>;
  subject: Once<string>;
  severity: Once<Severity>;
  since: Once<Date>;
  fired_at: Once<Date>;
  fired_with: JsonOnce<unknown>;
  resolved_at: Date | null;
  resolved_with: ColumnType<unknown, string | null, string | null>;
  resolved_by: string | null;
  acknowledged_at: Date | null;
  acknowledged_by: string | null;
  escalation: Generated<number>;
  due_at: Date | null;
}

/** What can become of an alert. */
export type AlertEventKind =
  | 'fired'
  | 'repeated'
  | 'escalated'
  | 'resolved'
  | 'acknowledged'
  | 'commented'
  | 'snoozed';

interface AlertEventsTable {
  id: GeneratedAlways<string>;
  alert_id: Once<string>;
  tenant_id: Once<string>;
  kind: Once<AlertEventKind>;
  at: Once<Date>;
  by_user: Personal<string | null>;
  text: Personal<string | null>;
  details: JsonOnce<unknown>;
}

interface AlertSilencesTable {
  id: Once<string>;
  tenant_id: Once<string>;
  kind: Once<'mute' | 'snooze' | 'maintenance'>;
  rule_id: Once<string | null>;
  alert_id: Once<string | null>;
  starts_at: Once<Date>;
  ends_at: Date | null;
  reason: Personal<string, ''>;
  created_by: Personal<string | null>;
  created_at: Once<Date>;
}

interface AlertSettingsTable {
  tenant_id: Once<string>;
  /** `HH:MM:SS`. */
  quiet_from: string | null;
  quiet_until: string | null;
  quiet_least: Generated<Severity>;
  escalate_after: ColumnType<number | null, number | null | undefined, number | null>;
  daily_report: Generated<boolean>;
  weekly_report: Generated<boolean>;
  updated_at: Date;
}

interface AlertEvaluatorTable {
  one: Generated<boolean>;
  holder: string;
  /** A `bigint`, so text when read. */
  epoch: ColumnType<string, string | number | bigint, string | number | bigint>;
  expires_at: Date;
  round_at: Date | null;
}

/** Rules, what became of them, and who is told. */
export interface AlertTables {
  alert_rules: AlertRulesTable;
  alert_rule_versions: AlertRuleVersionsTable;
  alert_states: AlertStatesTable;
  alerts: AlertsTable;
  alert_events: AlertEventsTable;
  alert_silences: AlertSilencesTable;
  alert_settings: AlertSettingsTable;
  alert_evaluator: AlertEvaluatorTable;
}

/** A rule as it is stored. */
export interface StoredRule {
  readonly id: string;
  readonly tenantId: string;
  readonly name: string;
  readonly defaultKey: string | null;
  readonly version: number;
  readonly enabled: boolean;
  readonly rule: Rule;
}
