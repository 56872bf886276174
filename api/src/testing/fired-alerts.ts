import { ruleSchema } from '@riwayat/alerting';
import type { ResolvedBecause } from '../alerts/news.ts';
import { newId } from '../ids/id.ts';
import type { Database } from '../postgres/database.ts';

/** An alert as the evaluator leaves it when it fires. */
export interface FiredAlert {
  readonly tenantId: string;
  /** Key of the default rule that it is of. */
  readonly rule: string;
  readonly since: Date;
  readonly firedAt: Date;
  readonly value: number;
  /** The tenant's id unless given. */
  readonly subject?: string;
}

/**
 * Has an alert fire.
 *
 * @returns its id
 */
export async function fireAlert({ db }: Database, fired: FiredAlert): Promise<string> {
  const { tenantId, since, firedAt, value, subject = tenantId } = fired;
  const rule = await db
    .selectFrom('alert_rules')
    .where('tenant_id', '=', tenantId)
    .where('default_key', '=', fired.rule)
    .select(['id', 'version', 'rule'])
    .executeTakeFirstOrThrow();
  const { severity } = ruleSchema.parse(rule.rule);
  const id = newId('alt');
  const numbers = JSON.stringify({ value, other: null });
  await db
    .insertInto('alerts')
    .values({
      id,
      tenant_id: tenantId,
      rule_id: rule.id,
      rule_version: rule.version,
      subject,
      severity,
      since,
      fired_at: firedAt,
      fired_with: numbers,
    })
    .execute();
  const event = { alert_id: id, tenant_id: tenantId, kind: 'fired' as const, at: firedAt };
  await db
    .insertInto('alert_events')
    .values({ ...event, details: numbers })
    .execute();
  return id;
}

/** Has an alert be over, as the evaluator does. */
export async function endAlert(
  { db }: Database,
  id: string,
  at: Date,
  because: ResolvedBecause = 'well',
): Promise<void> {
  const { tenant_id } = await db
    .updateTable('alerts')
    .set({ resolved_at: at, resolved_with: JSON.stringify({ value: 0, other: null }), due_at: null })
    .where('id', '=', id)
    .returning('tenant_id')
    .executeTakeFirstOrThrow();
  await db
    .insertInto('alert_events')
    .values({ alert_id: id, tenant_id, kind: 'resolved', at, details: JSON.stringify({ because }) })
    .execute();
}
