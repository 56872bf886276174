/*
 * When a lasting alert is news again.
 *
 * What always holds: an alert that somebody acknowledged is neither repeated nor handed on; one is handed on so often at
 * most; what a round missed, because nobody evaluated, is told once and not as often as it was missed.
 */
import type { Severity } from '@riwayat/alerting';

/** To the second and to the third who are told. */
const MOST_ESCALATIONS = 2;
const MS_PER_SECOND = 1_000;

/** What decides when an alert is due. */
export interface DueTerms {
  readonly severity: Severity;
  readonly firedAt: Date;
  readonly acknowledged: boolean;
  /** How often it was handed on. */
  readonly escalation: number;
  /** Of its rule, in seconds; null: it is not told again. */
  readonly repeat: number | null;
  /** Of its tenant, in seconds; null: it is not handed on. */
  readonly escalateAfter: number | null;
}

/**
 * When an alert that was told now is due again, if nothing happens before: its next repetition, or when it is handed on.
 * Null: not at all.
 */
export function nextDue(terms: DueTerms, now: Date): Date | null {
  const handedOn = escalationAt(terms);
  const repeated = repetitionAfter(terms, now);
  return handedOn === undefined || (repeated !== null && repeated < handedOn) ? repeated : handedOn;
}

/** What an alert that is due becomes; undefined: nothing, since it was acknowledged. */
export function dueKind(terms: DueTerms, now: Date): 'repeated' | 'escalated' | undefined {
  const handedOn = escalationAt(terms);
  if (terms.acknowledged) {
    return undefined;
  }
  return handedOn !== undefined && handedOn <= now ? 'escalated' : 'repeated';
}

function repetitionAfter({ acknowledged, repeat }: DueTerms, now: Date): Date | null {
  return acknowledged || repeat === null ? null : new Date(now.getTime() + repeat * MS_PER_SECOND);
}

/** What is only for information is nobody's to take on. */
function escalationAt(terms: DueTerms): Date | undefined {
  const { severity, firedAt, acknowledged, escalation, escalateAfter } = terms;
  if (acknowledged || escalateAfter === null || escalation >= MOST_ESCALATIONS || severity === 'info') {
    return undefined;
  }
  return new Date(firedAt.getTime() + (escalation + 1) * escalateAfter * MS_PER_SECOND);
}
