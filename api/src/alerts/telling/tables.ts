import type { Severity } from '@riwayat/alerting';
import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { AlertNews } from '../news.ts';
import type { TellingChannel } from './channels.ts';
import type { Topic } from './topics.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;

interface AlertRoutingsTable {
  tenant_id: Once<string>;
  version: number;
  updated_at: Date;
}

interface AlertRoutesTable {
  tenant_id: Once<string>;
  position: Once<number>;
  level: Once<number>;
  role: Once<string | null>;
  user_id: Once<string | null>;
  /** None: whatever it is about. */
  topics: Once<Topic[]>;
  least: Once<Severity>;
  channels: Once<string[]>;
}

/** Why somebody is not told yet. */
export type HeldBecause = 'quiet' | 'silence' | 'grouping';

interface AlertTellingsTable {
  id: GeneratedAlways<string>;
  event_id: Once<string>;
  alert_id: Once<string>;
  /** Of the recipient, which for operators is not that of the alert. */
  tenant_id: Once<string>;
  /** Null: applications of the tenant, by its webhooks. */
  user_id: Once<string | null>;
  channel: Once<TellingChannel>;
  kind: Once<AlertNews['kind']>;
  /** `dropped`: it was over before it could be told. `unreached`: there was no device, number or endpoint. */
  state: Generated<'waiting' | 'told' | 'dropped' | 'unreached'>;
  due_at: Date;
  held_because: HeldBecause | null;
  told_at: Date | null;
  /** Of the first event that it was put together with: the message they were told by. */
  told_with: string | null;
}

interface NotificationPreferencesTable {
  user_id: Once<string>;
  channels_off: string[];
  updated_at: Date;
}

/** Who is told of alerts, and what they were told. */
export interface AlertTellingTables {
  alert_routings: AlertRoutingsTable;
  alert_routes: AlertRoutesTable;
  alert_tellings: AlertTellingsTable;
  notification_preferences: NotificationPreferencesTable;
}
