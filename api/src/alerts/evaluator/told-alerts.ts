import { ruleSchema, SEVERITIES } from '@riwayat/alerting';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Logger } from '../../postgres/logger.ts';
import type { Schema } from '../../postgres/schema.ts';
import { isTenantId } from '../../tenants/tenant.ts';
import type { ToldAlert } from '../news.ts';

const numbers = z.object({ value: z.number().nullable(), other: z.number().nullable() });

const alertRow = z
  .object({
    id: z.string(),
    tenant_id: z.string().refine(isTenantId, 'is not a tenant id'),
    rule_id: z.string(),
    rule_version: z.int(),
    subject: z.string(),
    severity: z.enum(SEVERITIES),
    since: z.date(),
    fired_at: z.date(),
    fired_with: numbers,
    resolved_at: z.date().nullable(),
    resolved_with: numbers.nullable(),
    acknowledged_at: z.date().nullable(),
    escalation: z.int(),
    default_key: z.string().nullable(),
    enabled: z.boolean(),
    name: z.string(),
    rule: ruleSchema,
  })
  .transform(
    (row): ToldAlert => ({
      id: row.id,
      tenantId: row.tenant_id,
      rule: {
        id: row.rule_id,
        tenantId: row.tenant_id,
        name: row.name,
        defaultKey: row.default_key,
        version: row.rule_version,
        enabled: row.enabled,
        // What the alert was fired with, whatever its rule says by now.
        rule: { ...row.rule, severity: row.severity },
      },
      subject: row.subject,
      since: row.since,
      firedAt: row.fired_at,
      firedWith: row.fired_with,
      resolvedAt: row.resolved_at,
      resolvedWith: row.resolved_with,
      acknowledgedAt: row.acknowledged_at,
      escalation: row.escalation,
    }),
  );

/**
 * Alerts as people are told of them, each with its rule as it was when it fired. One whose rule is of an older schema
 * than this cannot be put into words any more, and is left out.
 */
export async function toldAlerts(
  db: Kysely<Schema>,
  ids: readonly string[],
  logger: Logger,
): Promise<Map<string, ToldAlert>> {
  const rows = await db
    .selectFrom('alerts')
    .innerJoin('alert_rules', 'alert_rules.id', 'alerts.rule_id')
    .innerJoin('alert_rule_versions', (join) =>
      join
        .onRef('alert_rule_versions.rule_id', '=', 'alerts.rule_id')
        .onRef('alert_rule_versions.version', '=', 'alerts.rule_version'),
    )
    .where('alerts.id', '=', sql<string>`any(${[...ids]}::text[])`)
    .selectAll('alerts')
    .select(['default_key', 'enabled', 'alert_rule_versions.name', 'alert_rule_versions.rule'])
    .execute();
  const told = new Map<string, ToldAlert>();
  for (const row of rows) {
    const { data, error } = alertRow.safeParse(row);
    if (data === undefined) {
      logger.error(
        { err: error, alert: row.id },
        'nobody is told of an alert whose rule is not one any more',
      );
    } else {
      told.set(data.id, data);
    }
  }
  return told;
}
