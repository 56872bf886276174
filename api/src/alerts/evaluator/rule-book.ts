/*
 * The rules as they are evaluated, and where each stands with each of its subjects: in memory, as Postgres has it.
 *
 * What always holds: `kept` is what Postgres has of a state, so only what differs from it is written. A rule that was
 * changed in what it says begins anew, and what it watched before ends; one that only has another name goes on.
 */
import { setImmediate as breathe } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  type AlertState,
  alertStateSchema,
  INITIAL_STATE,
  inputKey,
  inputsOf,
  type RuleInputs,
  ruleSchema,
} from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { Logger } from '../../postgres/logger.ts';
import type { Schema } from '../../postgres/schema.ts';
import { isTenantId } from '../../tenants/tenant.ts';
import type { ResolvedBecause } from '../news.ts';
import type { StoredRule } from '../tables.ts';

/** Some milliseconds of reading rules: requests are answered between. */
const RULES_AT_ONCE = 250;

/** Where a rule stands with a subject. */
export interface WatchedSubject {
  state: AlertState;
  /** What Postgres has, as {@link essence}; undefined: no row. */
  kept: string | undefined;
  /** Epoch milliseconds since when readers do not know it any more. */
  absentSince: number | undefined;
  /** Set when it is watched no longer: it is to be ended. */
  ending: Exclude<ResolvedBecause, 'well' | 'by_hand'> | undefined;
}

export interface WatchedRule {
  readonly stored: StoredRule;
  readonly tenantId: TenantId;
  /** Of the row: a larger one is a newer rule. */
  readonly revision: string;
  /** Why it is not evaluated, if so: it is only there until what it watched is ended. */
  readonly over: 'rule_deleted' | 'rule_disabled' | undefined;
  readonly inputs: RuleInputs;
  /** Names of the inputs, with whose they are. */
  readonly keys: { readonly value: string; readonly other: string | undefined };
  readonly subjects: Map<string, WatchedSubject>;
}

/** What of a state is worth a row: all but the instant of the last reading, which every round would change. */
export function essence(state: AlertState): string {
  return JSON.stringify({ ...state, at: 0 });
}

interface RuleRow {
  readonly id: string;
  readonly tenant_id: string;
  readonly default_key: string | null;
  readonly name: string;
  readonly version: number;
  readonly rule: unknown;
  readonly enabled: boolean;
  readonly deleted: boolean;
  readonly revision: string;
}

export class RuleBook {
  readonly #rules = new Map<string, WatchedRule>();
  readonly #logger: Logger;
  #revision = '0';

  private constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** Reads all there is. */
  static async load(db: Kysely<Schema>, logger: Logger): Promise<RuleBook> {
    const book = new RuleBook(logger);
    await book.#read(db);
    const { rows } = await sql<{ rule_id: string; subject: string; state: unknown; same: boolean }>`
      select states.rule_id, states.subject, states.state, coalesce(versions.rule = rules.rule, false) as same
      from alert_states as states
      join alert_rules as rules on rules.id = states.rule_id
      left join alert_rule_versions as versions
        on versions.rule_id = states.rule_id and versions.version = states.rule_version`.execute(db);
    for (const { rule_id, subject, state, same } of rows) {
      book.#rules.get(rule_id)?.subjects.set(subject, book.#stood(rule_id, state, same));
    }
    book.#settle();
    return book;
  }

  get size(): number {
    return this.#rules.size;
  }

  rules(): Iterable<WatchedRule> {
    return this.#rules.values();
  }

  /** Whether this is still how the rule is. */
  isCurrent(rule: WatchedRule): boolean {
    return this.#rules.get(rule.stored.id) === rule;
  }

  /** Reads what was changed since the last time. */
  async refresh(db: Kysely<Schema>): Promise<void> {
    await this.#read(db);
    this.#settle();
  }

  async #read(db: Kysely<Schema>): Promise<void> {
    const { rows } = await sql<RuleRow>`
      select id, tenant_id, default_key, name, version, rule, enabled, deleted_at is not null as deleted, revision
      from alert_rules as rules
      where revision > ${this.#revision}
        and (
          enabled and deleted_at is null or ${this.#revision}::bigint > 0
          or exists (select from alert_states where rule_id = rules.id)
        )
      order by revision`.execute(db);
    for (const [index, row] of rows.entries()) {
      this.#take(row);
      if (index % RULES_AT_ONCE === RULES_AT_ONCE - 1) {
        await breathe();
      }
    }
    this.#revision = rows.at(-1)?.revision ?? this.#revision;
  }

  /** Forgets a subject that is not watched any longer. */
  forget(rule: WatchedRule, subject: string): void {
    rule.subjects.delete(subject);
  }

  /** Forgets rules that are not there any more, as when their tenant was deleted with all that was theirs. */
  async forgetDeleted(db: Kysely<Schema>): Promise<void> {
    const rows = await db.selectFrom('alert_rules').select('id').execute();
    const there = new Set(rows.map(({ id }) => id));
    for (const id of this.#rules.keys()) {
      if (!there.has(id)) {
        this.#rules.delete(id);
      }
    }
  }

  /** Ends what is watched by rules that are not evaluated any more, and forgets those that watch nothing. */
  #settle(): void {
    for (const [id, rule] of this.#rules) {
      if (rule.over !== undefined) {
        endAll(rule, rule.over);
        if (rule.subjects.size === 0) {
          this.#rules.delete(id);
        }
      }
    }
  }

  #take(row: RuleRow): void {
    const before = this.#rules.get(row.id);
    const watched = this.#watched(row, before?.subjects ?? new Map());
    if (watched === undefined) {
      this.#rules.delete(row.id);
      return;
    }
    this.#rules.set(row.id, watched);
    if (before !== undefined && !isDeepStrictEqual(before.stored.rule, watched.stored.rule)) {
      endAll(watched, 'rule_changed');
    }
  }

  #watched(row: RuleRow, subjects: Map<string, WatchedSubject>): WatchedRule | undefined {
    const { id, tenant_id: tenantId, default_key: defaultKey, name, version, enabled, revision } = row;
    const { data: rule, error } = ruleSchema.safeParse(row.rule);
    if (rule === undefined || !isTenantId(tenantId)) {
      // It was taken by an older schema. Its alerts stay as they are until somebody puts it right.
      this.#logger.error({ err: error, rule: id, version }, 'a rule is not one, and is not evaluated');
      return undefined;
    }
    const inputs = inputsOf(rule);
    const named = (input: RuleInputs['value']): string => `${tenantId} ${inputKey(input)}`;
    return {
      stored: { id, tenantId, name, defaultKey, version, enabled, rule },
      tenantId,
      revision,
      over: row.deleted ? 'rule_deleted' : enabled ? undefined : 'rule_disabled',
      inputs,
      keys: { value: named(inputs.value), other: inputs.other && named(inputs.other) },
      subjects,
    };
  }

  #stood(ruleId: string, kept: unknown, same: boolean): WatchedSubject {
    const { data: state, error } = alertStateSchema.safeParse(kept);
    if (error !== undefined) {
      this.#logger.error({ err: error, rule: ruleId }, 'a state of a rule is not one: the rule begins anew');
    }
    return {
      state: state ?? INITIAL_STATE,
      kept: state === undefined ? '' : essence(state),
      absentSince: undefined,
      ending: same && state !== undefined ? undefined : 'rule_changed',
    };
  }
}

function endAll({ subjects }: WatchedRule, because: Exclude<ResolvedBecause, 'well' | 'by_hand'>): void {
  for (const [name, subject] of subjects) {
    if (subject.kept === undefined) {
      subjects.delete(name);
    } else {
      subject.ending ??= because;
    }
  }
}
