import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import type { Schema } from '../postgres/schema.ts';
import type { AlertEventKind, StoredRule } from './tables.ts';

/** An alert as people are told of it: with the numbers and the version of the rule that it fired on. */
export interface ToldAlert {
  readonly id: string;
  readonly tenantId: TenantId;
  readonly rule: StoredRule;
  /** The tenant's id, an instance's name, or empty for the platform as a whole. */
  readonly subject: string;
  readonly since: Date;
  readonly firedAt: Date;
  readonly firedWith: ReadNumbers;
  readonly resolvedAt: Date | null;
  readonly acknowledgedAt: Date | null;
  /** How often it was handed on. */
  readonly escalation: number;
}

/** What was read, frozen. */
export interface ReadNumbers {
  readonly value: number | null;
  /** What it was compared with, or the shorter window of a burn rate. */
  readonly other: number | null;
}

/** Something that people may have to be told. */
export interface AlertNews {
  /** Of the row in `alert_events`: one news, told once. */
  readonly eventId: string;
  readonly kind: Extract<AlertEventKind, 'fired' | 'repeated' | 'escalated' | 'resolved'>;
  readonly at: Date;
  readonly alert: ToldAlert;
}

/** Tells people of alerts. */
export interface AlertTelling {
  /**
   * Decides who is told of what and by which channel, and puts it into the outbox.
   *
   * @param db the transaction in which it became true: all of it is told, or nothing
   * @param news of one round, all tenants together: what goes to one person is put together
   */
  tell(db: Kysely<Schema>, news: readonly AlertNews[], now: Date): Promise<void>;
}
