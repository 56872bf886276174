import { type AlertState, INITIAL_STATE, step, type Transition } from '@riwayat/alerting';
import type { ResolvedBecause } from '../news.ts';
import { essence, type RuleBook, type WatchedRule, type WatchedSubject } from './rule-book.ts';
import type { RuleReading } from './signal-readings.ts';

/** A subject that no reader knows for this long is gone: an instance that was removed. */
const GONE_AFTER_MS = 120_000;

/** Something that has to be written. */
export interface Change {
  readonly rule: WatchedRule;
  readonly subject: string;
  /** What the row says after it; undefined: there is none. */
  readonly state: AlertState | undefined;
  readonly transitions: readonly Transition[];
  /** Set when it is not watched any longer. */
  readonly ending: WatchedSubject['ending'];
}

/** Why the alert of a change is over, if it is. */
export function resolvedBecause({ ending, transitions }: Change): ResolvedBecause | undefined {
  return ending ?? (transitions.some(({ kind }) => kind === 'resolved') ? 'well' : undefined);
}

/** What is watched no longer, because of what became of its rule. */
export function endings(book: RuleBook): Change[] {
  const found: Change[] = [];
  for (const rule of book.rules()) {
    for (const [subject, { ending }] of rule.subjects) {
      if (ending !== undefined) {
        found.push(ended(rule, subject, ending));
      }
    }
  }
  return found;
}

/**
 * Goes on with each subject of a reading. States in which nothing changed but the instant are kept at once; what has
 * to be written is the caller's to keep, by {@link kept}, once it is written.
 */
export function changesOf({ rule, at, values, others }: RuleReading): Change[] {
  const other = new Map(others.map(({ subject, value }) => [subject, value]));
  const changes = [...gone(rule, new Set(values.map(({ subject }) => subject)), at.getTime())];
  for (const { subject, value } of values) {
    const watched = rule.subjects.get(subject) ?? begun();
    watched.absentSince = undefined;
    rule.subjects.set(subject, watched);
    if (watched.ending === undefined) {
      const reading = { at: at.getTime(), value, other: other.get(subject) ?? null };
      const { state, transitions } = step(rule.stored.rule, watched.state, reading);
      if (essence(state) === (watched.kept ?? NOTHING)) {
        watched.state = state;
      } else {
        changes.push({ rule, subject, state, transitions, ending: undefined });
      }
    }
  }
  return changes;
}

/** Keeps what was written. */
export function kept(book: RuleBook, { rule, subject, state }: Change): void {
  const watched = rule.subjects.get(subject);
  if (state === undefined || watched === undefined) {
    book.forget(rule, subject);
  } else {
    watched.state = state;
    watched.kept = essence(state);
  }
}

const NOTHING = essence(INITIAL_STATE);

function begun(): WatchedSubject {
  return { state: INITIAL_STATE, kept: undefined, absentSince: undefined, ending: undefined };
}

function* gone(rule: WatchedRule, there: ReadonlySet<string>, at: number): Generator<Change> {
  for (const [subject, watched] of rule.subjects) {
    if (!there.has(subject) && watched.ending === undefined) {
      watched.absentSince ??= at;
      if (watched.kept === undefined) {
        rule.subjects.delete(subject);
      } else if (at - watched.absentSince >= GONE_AFTER_MS) {
        yield ended(rule, subject, 'subject_gone');
      }
    }
  }
}

function ended(rule: WatchedRule, subject: string, ending: NonNullable<Change['ending']>): Change {
  return { rule, subject, state: undefined, transitions: [], ending };
}
