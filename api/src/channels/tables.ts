import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Channel } from './channel.ts';

/** Set when a row is made, never changed. */
type Once<T> = ColumnType<T, T, never>;
type OnceIfAny<T> = ColumnType<T | null, T | null | undefined, never>;

/** What the provider told of a message after it had taken it. */
export const RECEIPTS = ['delivered', 'read', 'failed'] as const;
export type Receipt = (typeof RECEIPTS)[number];

interface OutboxTable {
  /** A `bigint`, so text when read. */
  id: GeneratedAlways<string>;
  tenant_id: Once<string>;
  channel: Once<Channel>;
  /** An e-mail address, a telephone number, or the id of a push subscription or of a webhook. */
  recipient: Once<string>;
  /** Whom it is for, where that is a person. */
  user_id: ColumnType<string | null, string | null | undefined, never>;
  locale: Once<string>;
  template: Once<string>;
  /** What it is about, for the log: never a secret. */
  subject: OnceIfAny<string>;
  /** A JSON object, written as text. */
  values: ColumnType<unknown, string, string>;
  dedupe_key: OnceIfAny<string>;
  /** Later, it is of no use any more. */
  expires_at: OnceIfAny<Date>;
  state: Generated<'queued' | 'sent' | 'failed' | 'kept'>;
  attempts: Generated<number>;
  claimed_until: Date | null;
  last_error: string | null;
  created_at: ColumnType<Date, Date | undefined, never>;
  sent_at: Date | null;
  /** What the provider calls it. */
  provider_id: string | null;
  receipt: Receipt | null;
  receipt_at: Date | null;
}

interface PushKeysTable {
  one: Generated<boolean>;
  /** The uncompressed point of P-256, 65 bytes. */
  public_key: Once<Buffer>;
  sealed_private_key: Once<Buffer>;
  created_at: Once<Date>;
}

interface PushSubscriptionsTable {
  id: Once<string>;
  user_id: Once<string>;
  endpoint: Once<string>;
  p256dh: string;
  auth: string;
  /** In words: "Firefox on Linux". */
  device: string;
  created_at: Once<Date>;
  last_sent_at: Date | null;
}

interface PhonesTable {
  user_id: Once<string>;
  /** E.164: `+628123456789`. */
  number: string;
  verified_at: Date | null;
  /** HMAC-SHA-256, 32 bytes; null when no code is out. */
  code_hash: Buffer | null;
  code_expires_at: Date | null;
  wrong_codes: Generated<number>;
  updated_at: Date;
}

interface WebhooksTable {
  id: Once<string>;
  tenant_id: Once<string>;
  url: string;
  description: string;
  event_types: string[];
  enabled: Generated<boolean>;
  /** Why it was disabled, when not by a person. */
  disabled_because: 'failing' | 'gone' | null;
  /** The first failure after the last success. */
  failing_since: Date | null;
  last_failure_at: Date | null;
  last_failure: string | null;
  last_success_at: Date | null;
  created_by: Once<string | null>;
  created_at: Once<Date>;
}

interface WebhookSecretsTable {
  id: GeneratedAlways<string>;
  webhook_id: Once<string>;
  sealed: Once<Buffer>;
  created_at: Once<Date>;
  valid_until: Date | null;
}

/** What goes out, and where to. */
export interface ChannelTables {
  outbox: OutboxTable;
  push_keys: PushKeysTable;
  push_subscriptions: PushSubscriptionsTable;
  phones: PhonesTable;
  webhooks: WebhooksTable;
  webhook_secrets: WebhookSecretsTable;
}
