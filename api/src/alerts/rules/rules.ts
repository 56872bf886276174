/*
 * Rules as tenants, and those who run the platform, make and change them.
 *
 * What always holds:
 *   - every version of a rule is kept, so that an alert can say what it fired on;
 *   - of two who change the same version, the second is refused and told so;
 *   - rules change one after another: whoever changes some takes {@link lockRules} before any row, so that nobody waits
 *     in a circle with the trigger that counts revisions.
 */
import { isDeepStrictEqual } from 'node:util';
import { ruleSchema } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import type { Kysely, Transaction } from 'kysely';
import { type Actor, audit } from '../../audit/audit.ts';
import { problem } from '../../errors/problem.ts';
import { newId } from '../../ids/id.ts';
import type { Database } from '../../postgres/database.ts';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { defaultOf } from './defaults.ts';
import { lockRules } from './lock.ts';
import type { RuleDefinition } from './rule-body.ts';
import { checkScope } from './scope.ts';

/** Those that everybody gets among them. Each is evaluated every few seconds. */
const MOST_RULES = 100;

/** The version that a change was made of, or whatever there is. */
export type RuleBasis = number | 'any';

/** Makes and changes the rules of one tenant at a time. */
export class AlertRules {
  readonly #db: Kysely<Schema>;
  readonly #now: () => Date;

  constructor({ db }: Database, now: () => Date) {
    this.#db = db;
    this.#now = now;
  }

  /**
   * Makes a rule.
   *
   * @returns its id
   * @throws {ProblemError} `invalid-request` for a signal that the tenant cannot watch; `conflict` when it has as many
   *   rules as it can
   */
  async create(tenantId: TenantId, { name, rule }: RuleDefinition, actor: Actor): Promise<string> {
    checkScope(tenantId, rule.signal);
    const id = newId('alr');
    const now = this.#now();
    await this.#db.transaction().execute(async (transaction) => {
      await lockRules(transaction);
      const { rules } = await transaction
        .selectFrom('alert_rules')
        .where('tenant_id', '=', tenantId)
        .where('deleted_at', 'is', null)
        .select(({ fn }) => fn.countAll<string>().as('rules'))
        .executeTakeFirstOrThrow();
      if (Number(rules) >= MOST_RULES) {
        throw problem('conflict', {
          detail: `There are ${MOST_RULES} rules already. Delete one that nobody needs, or change it.`,
        });
      }
      await transaction
        .insertInto('alert_rules')
        .values({
          id,
          tenant_id: tenantId,
          default_key: null,
          name,
          rule: jsonText(rule),
          created_at: now,
          updated_at: now,
          deleted_at: null,
        })
        .execute();
      await this.#keepVersion(transaction, id, 1, { name, rule }, actor);
      await this.#write(transaction, 'alert-rule.created', tenantId, id, actor, { name });
    });
    return id;
  }

  /**
   * Changes the name and what the rule says. One that everybody gets is the tenant's own from then on.
   *
   * @throws {ProblemError} `not-found`; `alert-rule-changed` when the basis is not the version that there is;
   *   `invalid-request` for a signal that the tenant cannot watch
   */
  async change(
    tenantId: TenantId,
    id: string,
    basis: RuleBasis,
    definition: RuleDefinition,
    actor: Actor,
  ): Promise<void> {
    checkScope(tenantId, definition.rule.signal);
    await this.#db.transaction().execute(async (transaction) => {
      const found = await lockedRule(transaction, tenantId, id);
      if (basis !== 'any' && basis !== found.version) {
        throw problem('alert-rule-changed');
      }
      const { name, rule } = definition;
      if (found.name === name && isDeepStrictEqual(ruleSchema.parse(found.rule), rule)) {
        return;
      }
      const version = found.version + 1;
      await this.#set(transaction, id, version, definition, found.default_key !== null);
      await this.#keepVersion(transaction, id, version, definition, actor);
      await this.#write(transaction, 'alert-rule.changed', tenantId, id, actor, { name, version });
    });
  }

  /**
   * Has a rule evaluated, or not. Alerts of one that is not any more are over.
   *
   * @throws {ProblemError} `not-found`
   */
  async enable(tenantId: TenantId, id: string, enabled: boolean, actor: Actor): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const found = await lockedRule(transaction, tenantId, id);
      if (found.enabled === enabled) {
        return;
      }
      await transaction
        .updateTable('alert_rules')
        .set({ enabled, updated_at: this.#now() })
        .where('id', '=', id)
        .execute();
      const action = enabled ? 'alert-rule.enabled' : 'alert-rule.disabled';
      await this.#write(transaction, action, tenantId, id, actor, { name: found.name });
    });
  }

  /**
   * Makes a rule again what everybody gets; from then on it changes as that does.
   *
   * @throws {ProblemError} `not-found`; `alert-step-refused` for one that nobody else has
   */
  async restore(tenantId: TenantId, id: string, actor: Actor): Promise<void> {
    await this.#db.transaction().execute(async (transaction) => {
      const found = await lockedRule(transaction, tenantId, id);
      const { locale } = await transaction
        .selectFrom('tenants')
        .where('id', '=', tenantId)
        .select('locale')
        .executeTakeFirstOrThrow();
      const definition = defaultOf(found.default_key, locale);
      if (definition === undefined) {
        throw problem('alert-step-refused', {
          detail: 'This rule is not one that everybody gets: there is nothing to restore it to. Change it.',
        });
      }
      if (!found.customised) {
        return;
      }
      const version = found.version + 1;
      await this.#set(transaction, id, version, definition, false);
      await this.#keepVersion(transaction, id, version, definition, actor);
      await this.#write(transaction, 'alert-rule.restored', tenantId, id, actor, { version });
    });
  }

  /**
   * Deletes a rule. What became of its alerts stays.
   *
   * @throws {ProblemError} `not-found`; `alert-step-refused` for one that everybody gets
   */
  async delete(tenantId: TenantId, id: string, actor: Actor): Promise<void> {
    const now = this.#now();
    await this.#db.transaction().execute(async (transaction) => {
      const found = await lockedRule(transaction, tenantId, id);
      if (found.default_key !== null) {
        throw problem('alert-step-refused', {
          detail: 'This is one of the rules that everybody gets. Disable it instead.',
        });
      }
      await transaction
        .updateTable('alert_rules')
        .set({ deleted_at: now, updated_at: now })
        .where('id', '=', id)
        .execute();
      await this.#write(transaction, 'alert-rule.deleted', tenantId, id, actor, { name: found.name });
    });
  }

  async #set(
    transaction: Transaction<Schema>,
    id: string,
    version: number,
    { name, rule }: RuleDefinition,
    customised: boolean,
  ): Promise<void> {
    await transaction
      .updateTable('alert_rules')
      .set({ name, rule: jsonText(rule), version, customised, updated_at: this.#now() })
      .where('id', '=', id)
      .execute();
  }

  async #keepVersion(
    transaction: Transaction<Schema>,
    id: string,
    version: number,
    { name, rule }: RuleDefinition,
    { userId }: Actor,
  ): Promise<void> {
    await transaction
      .insertInto('alert_rule_versions')
      .values({
        rule_id: id,
        version,
        name,
        rule: jsonText(rule),
        changed_by: userId,
        changed_at: this.#now(),
      })
      .execute();
  }

  async #write(
    transaction: Transaction<Schema>,
    action: Extract<Parameters<typeof audit>[1]['action'], `alert-rule.${string}`>,
    tenantId: TenantId,
    id: string,
    actor: Actor,
    details: Readonly<Record<string, string | number>>,
  ): Promise<void> {
    await audit(transaction, { action, tenantId, actor, subject: { kind: 'alert-rule', id }, details });
  }
}

/** @throws {ProblemError} `not-found` */
async function lockedRule(transaction: Transaction<Schema>, tenantId: TenantId, id: string) {
  await lockRules(transaction);
  const found = await transaction
    .selectFrom('alert_rules')
    .where('tenant_id', '=', tenantId)
    .where('id', '=', id)
    .where('deleted_at', 'is', null)
    .select(['name', 'version', 'rule', 'enabled', 'default_key', 'customised'])
    .forUpdate()
    .executeTakeFirst();
  if (found === undefined) {
    throw problem('not-found', { detail: 'There is no such rule.' });
  }
  return found;
}
