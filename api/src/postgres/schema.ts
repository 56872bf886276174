import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { HeartbeatTables } from '../alerts/heartbeats/tables.ts';
import type { AlertTables } from '../alerts/tables.ts';
import type { AlertTellingTables } from '../alerts/telling/tables.ts';
import type { BillingTables } from '../billing/tables.ts';
import type { ChannelTables } from '../channels/tables.ts';
import type { DataExportTables } from '../data-export/tables.ts';
import type { AccountTables } from '../identity/tables.ts';
import type { InvoiceTables } from '../invoices/tables.ts';
import type { MaterialTables } from '../materials/tables.ts';
import type { PageTables } from '../pages/tables.ts';
import type { PaymentTables } from '../payments/tables.ts';
import type { PlanChangeTables } from '../plan-changes/tables.ts';
import type { ReportTables } from '../reports/tables.ts';
import type { TutoringTables } from '../tutoring/tables.ts';
import type { UptimeTables } from '../uptime/tables.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
type CreatedAt = ColumnType<Date, Date | undefined, never>;

interface TenantsTable {
  id: Once<string>;
  name: string;
  /** IANA name. */
  timezone: string;
  locale: string;
  user_ids: Generated<'plain' | 'pseudonymous'>;
  addresses: Generated<'dropped' | 'truncated'>;
  /** Whole months. */
  retention_months: Generated<number>;
  /** Whether people may register themselves. */
  registration: Generated<'open' | 'invitation'>;
  created_at: CreatedAt;
}

interface UsersTable {
  id: Once<string>;
  /** Lower case. */
  email: string;
  name: string;
  /** An argon2id hash in PHC format, or null while the person has no password. */
  password_hash: string | null;
  is_operator: Generated<boolean>;
  /** Empty while unknown. */
  phone: Generated<string>;
  bio: Generated<string>;
  /** Null: the tenant's. */
  locale: 'id' | 'en' | null;
  /** Where the photo is in the file store, and its content type; both null without one. */
  photo_key: string | null;
  photo_type: string | null;
  created_at: CreatedAt;
  search: ColumnType<string, never, never>;
}

interface MembershipsTable {
  user_id: Once<string>;
  tenant_id: Once<string>;
  role: string;
  created_at: CreatedAt;
}

/** Why a session is over before its time. */
export type SessionEnd =
  | 'logout'
  | 'reuse'
  | 'replaced'
  | 'ended'
  | 'password'
  | 'locked'
  | 'role'
  | 'second-factor';

interface SessionsTable {
  id: Once<string>;
  user_id: Once<string>;
  tenant_id: Once<string>;
  created_at: Once<Date>;
  expires_at: Date;
  revoked_at: Date | null;
  revoked_reason: SessionEnd | null;
  second_factor: Generated<boolean>;
  /** In words: "Firefox on Linux". */
  device: Once<string>;
  /** The network it was begun from: 203.0.113.0/24. */
  network: Once<string>;
  last_used_at: Date;
}

interface RefreshTokensTable {
  /** SHA-256, 32 bytes. */
  hash: Once<Buffer>;
  session_id: Once<string>;
  issued_at: Once<Date>;
  expires_at: Once<Date>;
  spent_at: Date | null;
}

interface ApiKeysTable {
  id: Once<string>;
  tenant_id: Once<string>;
  name: string;
  scopes: string[];
  events_per_second: number;
  burst: number;
  created_by: string | null;
  created_at: Once<Date>;
  last_used_at: Date | null;
  expires_at: Date | null;
  revoked_at: Date | null;
}

interface ApiKeySecretsTable {
  /** SHA-256, 32 bytes. */
  hash: Once<Buffer>;
  key_id: Once<string>;
  prefix: Once<string>;
  created_at: Once<Date>;
  valid_until: Date | null;
}

interface AuditLogTable {
  /** A `bigint`, so text when read. */
  id: GeneratedAlways<string>;
  at: GeneratedAlways<Date>;
  tenant_id: Once<string | null>;
  actor_id: Once<string | null>;
  actor_role: Once<string | null>;
  session_id: Once<string | null>;
  address: Once<string | null>;
  request_id: Once<string | null>;
  action: Once<string>;
  subject_kind: Once<string | null>;
  subject_id: Once<string | null>;
  /** A JSON object, written as text. */
  details: ColumnType<unknown, string, never>;
  search: ColumnType<string, never, never>;
}

interface SecondFactorsTable {
  user_id: Once<string>;
  sealed_secret: Buffer;
  begun_at: Date;
  confirmed_at: Date | null;
  /** Steps of 30 seconds since 1970. A `bigint`, so text when read. */
  last_step: ColumnType<string | null, bigint | null, bigint | null>;
}

interface RecoveryCodesTable {
  user_id: Once<string>;
  /** HMAC-SHA-256, 32 bytes. */
  hash: Once<Buffer>;
  spent_at: Date | null;
}

interface NotificationsTable {
  /** A `bigint`, so text when read. */
  id: GeneratedAlways<string>;
  tenant_id: Once<string>;
  user_id: Once<string>;
  kind: Once<string>;
  /** A JSON object, written as text. */
  values: ColumnType<unknown, string, never>;
  created_at: CreatedAt;
  read_at: Date | null;
}

interface JobWorkersTable {
  id: Once<string>;
  seen_at: Date;
}

interface JobSchedulesTable {
  task: Once<string>;
  tenant_id: Once<string>;
  /** `2026-11-21`. */
  last_date: string;
}

/** Every table of the application's database. */
export interface Schema
  extends AccountTables,
    AlertTables,
    AlertTellingTables,
    BillingTables,
    ChannelTables,
    DataExportTables,
    HeartbeatTables,
    InvoiceTables,
    MaterialTables,
    PageTables,
    PaymentTables,
    PlanChangeTables,
    ReportTables,
    TutoringTables,
    UptimeTables {
  tenants: TenantsTable;
  users: UsersTable;
  memberships: MembershipsTable;
  sessions: SessionsTable;
  refresh_tokens: RefreshTokensTable;
  api_keys: ApiKeysTable;
  api_key_secrets: ApiKeySecretsTable;
  audit_log: AuditLogTable;
  notifications: NotificationsTable;
  job_workers: JobWorkersTable;
  job_schedules: JobSchedulesTable;
  second_factors: SecondFactorsTable;
  recovery_codes: RecoveryCodesTable;
}
