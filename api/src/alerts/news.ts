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
  /** What was read when it was well again; null while it lasts, and when it ended for another reason. */
  readonly resolvedWith: ReadNumbers | null;
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

/** Why an alert is over: it is well; somebody said so; or what it was about is not watched any more. */
const RESOLVED_BECAUSE = [
  'well',
  'by_hand',
  'rule_changed',
  'rule_disabled',
  'rule_deleted',
  'subject_gone',
] as const;
export type ResolvedBecause = (typeof RESOLVED_BECAUSE)[number];

/** Something that people may have to be told. */
export interface AlertNews {
  /** Of the row in `alert_events`: one news, told once. */
  readonly eventId: string;
  readonly kind: Extract<AlertEventKind, 'fired' | 'repeated' | 'escalated' | 'resolved'>;
  readonly at: Date;
  /** Of `resolved` alone. */
  readonly because: ResolvedBecause | null;
  readonly alert: ToldAlert;
}

/** Tells people of alerts. */
export interface AlertTelling {
  /**
   * Decides who is told of what and by which channel, and puts it into the outbox.
   *
   * When it is called, the rows are as the news say, and `due_at` is when the alert is told again or handed on (see
   * `evaluator/due.ts`). It may bring `due_at` forward, or set one, as for the end of a silence: the alert is then news
   * again at that time, as `repeated`.
   *
   * @param db the transaction in which it became true: all of it is told, or nothing
   * @param news of one round, all tenants together: what goes to one person is put together
   */
  tell(db: Kysely<Schema>, news: readonly AlertNews[], now: Date): Promise<void>;
}
