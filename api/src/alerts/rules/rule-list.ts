import { ruleSchema } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import { cut, ordering, type pageQuery } from '../../lists/page.ts';
import type { Schema } from '../../postgres/schema.ts';
import { personOf } from '../person.ts';
import type { RuleBody, rulePage, ruleVersionPage } from './rule-body.ts';

type PageQuery = z.infer<typeof pageQuery>;

/** A page of a tenant's rules, those that were made last first. */
export async function listRules(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { limit, cursor }: PageQuery,
): Promise<z.infer<typeof rulePage>> {
  const order = ordering(sql.ref('created_at'), 'timestamptz', sql.ref('id'), cursor);
  const rows = await rulesOf(db, tenantId)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .orderBy('id')
    .limit(limit + 1)
    .select(order.key.as('key'))
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, described);
}

/** One rule, or undefined when the tenant has none of this id any more. */
export async function findRule(
  db: Kysely<Schema>,
  tenantId: TenantId,
  id: string,
): Promise<RuleBody | undefined> {
  const row = await rulesOf(db, tenantId).where('id', '=', id).executeTakeFirst();
  return row && described(row);
}

/** A page of what a rule was, the newest version first. Nothing of a rule that is another tenant's. */
export async function listVersions(
  db: Kysely<Schema>,
  tenantId: TenantId,
  ruleId: string,
  { limit, cursor }: PageQuery,
): Promise<z.infer<typeof ruleVersionPage>> {
  const id = sql<string>`alert_rule_versions.version::text`;
  const order = ordering(sql.ref('alert_rule_versions.version'), 'numeric', id, cursor);
  const rows = await db
    .selectFrom('alert_rule_versions')
    .innerJoin('alert_rules', 'alert_rules.id', 'alert_rule_versions.rule_id')
    .leftJoin('users', 'users.id', 'alert_rule_versions.changed_by')
    .where('alert_rules.tenant_id', '=', tenantId)
    .where('alert_rules.id', '=', ruleId)
    .where(order.after)
    .orderBy(order.by, order.direction)
    .limit(limit + 1)
    .select(['alert_rule_versions.version', 'alert_rule_versions.name', 'alert_rule_versions.rule'])
    .select(['changed_by', 'changed_at', 'users.name as changed_by_name'])
    .select([order.key.as('key'), id.as('id')])
    .execute()
    .catch(order.blame);
  return cut(rows, limit, order, (row) => ({
    version: row.version,
    name: row.name,
    rule: ruleSchema.parse(row.rule),
    changed_by: personOf(row.changed_by, row.changed_by_name),
    changed_at: row.changed_at.toISOString(),
  }));
}

function rulesOf(db: Kysely<Schema>, tenantId: TenantId) {
  return db
    .selectFrom('alert_rules')
    .where('tenant_id', '=', tenantId)
    .where('deleted_at', 'is', null)
    .select(['id', 'name', 'version', 'rule', 'enabled', 'default_key', 'customised'])
    .select(['created_at', 'updated_at']);
}

type Row = Awaited<ReturnType<ReturnType<typeof rulesOf>['executeTakeFirstOrThrow']>>;

function described({ rule, created_at, updated_at, ...row }: Row): RuleBody {
  return {
    id: row.id,
    name: row.name,
    version: row.version,
    rule: ruleSchema.parse(rule),
    enabled: row.enabled,
    default_key: row.default_key,
    customised: row.customised,
    created_at: created_at.toISOString(),
    updated_at: updated_at.toISOString(),
  };
}
