import { type RuleInput, ruleSchema } from '@riwayat/alerting';
import type { Kysely } from 'kysely';
import { newId } from '../ids/id.ts';
import type { Schema } from '../postgres/schema.ts';

const NAME = 'Errors';

/** A rule that fires above 5 % of errors, but for what is said otherwise. */
export function errorRule(given: Partial<RuleInput> = {}): string {
  const rule: RuleInput = {
    signal: 'error_rate',
    window: 300,
    when: { kind: 'above', value: 5 },
    severity: 'critical',
    ...given,
  };
  return JSON.stringify(ruleSchema.parse(rule));
}

export async function insertTenants(db: Kysely<Schema>, ...ids: readonly string[]): Promise<void> {
  await db
    .insertInto('tenants')
    .values(
      ids.map((id) => ({ id, name: id, timezone: 'Asia/Jakarta', locale: 'en', registration: 'invitation' })),
    )
    .execute();
}

/** Makes rules that say the same, one for each tenant named. */
export async function insertRules(
  db: Kysely<Schema>,
  tenantIds: readonly string[],
  rule = errorRule(),
): Promise<string[]> {
  const at = new Date();
  const made = tenantIds.map((tenant_id) => ({ id: newId('alr'), tenant_id }));
  await db
    .insertInto('alert_rules')
    .values(
      made.map((row) => ({
        ...row,
        rule,
        default_key: null,
        name: NAME,
        created_at: at,
        updated_at: at,
        deleted_at: null,
      })),
    )
    .execute();
  await db
    .insertInto('alert_rule_versions')
    .values(
      made.map(({ id }) => ({ rule_id: id, version: 1, name: NAME, rule, changed_by: null, changed_at: at })),
    )
    .execute();
  return made.map(({ id }) => id);
}

/** Gives a rule its second version. */
export async function changeRule(db: Kysely<Schema>, id: string, rule: string, name = NAME): Promise<void> {
  const version = { rule_id: id, version: 2, name, rule, changed_by: null, changed_at: new Date() };
  await db.insertInto('alert_rule_versions').values(version).execute();
  await db.updateTable('alert_rules').set({ version: 2, rule, name }).where('id', '=', id).execute();
}
