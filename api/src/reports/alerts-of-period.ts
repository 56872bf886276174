import { SEVERITIES, type Severity } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../postgres/schema.ts';
import type { UsageReport } from './report.ts';

/** Named one by one; of others only how many they were. */
const MOST_NAMED = 5;

const countRow = z.object({
  severity: z.enum(SEVERITIES),
  fired: z.int(),
  over: z.int(),
  seconds: z.number().nullable(),
});

/** The alerts that fired in a span, and how long they lasted. */
export async function alertsOf(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { from, to }: { readonly from: Date; readonly to: Date },
): Promise<UsageReport['alerts']> {
  const fired = db
    .selectFrom('alerts')
    .where('alerts.tenant_id', '=', tenantId)
    .where('fired_at', '>=', from)
    .where('fired_at', '<', to);
  const [rows, newest] = await Promise.all([
    fired
      .select([
        'severity',
        sql<number>`count(*)::int`.as('fired'),
        sql<number>`count(resolved_at)::int`.as('over'),
        sql<number | null>`sum(extract(epoch from resolved_at - fired_at))::float8`.as('seconds'),
      ])
      .groupBy('severity')
      .execute(),
    fired
      .innerJoin('alert_rule_versions', (join) =>
        join
          .onRef('alert_rule_versions.rule_id', '=', 'alerts.rule_id')
          .onRef('alert_rule_versions.version', '=', 'alerts.rule_version'),
      )
      .select(['name', 'severity', 'fired_at', 'resolved_at'])
      .orderBy('fired_at', 'desc')
      .orderBy('alerts.id', 'desc')
      .limit(MOST_NAMED)
      .execute(),
  ]);
  const counts = z.array(countRow).parse(rows);
  const of = (wanted: Severity): number => counts.find(({ severity }) => severity === wanted)?.fired ?? 0;
  const total = counts.reduce((sum, row) => sum + row.fired, 0);
  const over = counts.reduce((sum, row) => sum + row.over, 0);
  const seconds = counts.reduce((sum, row) => sum + (row.seconds ?? 0), 0);
  return {
    fired: { info: of('info'), warning: of('warning'), critical: of('critical'), emergency: of('emergency') },
    lasting: total - over,
    mean_seconds_to_resolve: over === 0 ? null : seconds / over,
    newest: newest.map(({ name, severity, fired_at, resolved_at }) => ({
      name,
      severity,
      fired_at: fired_at.toISOString(),
      resolved_at: resolved_at?.toISOString() ?? null,
    })),
  };
}
