import { SEVERITIES, type Severity } from '@riwayat/alerting';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../../postgres/schema.ts';
import { quietUntil } from './quiet-hours.ts';
import { atLeast } from './routing.ts';

/** What keeps people from being told of an alert now. */
export type Hold = { readonly because: 'silence' } | { readonly because: 'quiet'; readonly until: Date };

/** Whose an alert is, and whether people are told of it now. */
export interface Circumstances {
  readonly tenant: string;
  readonly timezone: string;
  readonly hold: Hold | undefined;
}

const row = z.object({
  id: z.string(),
  severity: z.enum(SEVERITIES),
  tenant: z.string(),
  timezone: z.string(),
  quiet_from: z.string().nullable(),
  quiet_until: z.string().nullable(),
  quiet_least: z.enum(SEVERITIES).nullable(),
  silent: z.boolean(),
});

/** How some alerts stand at an instant, by their ids. */
export async function circumstancesOf(
  db: Kysely<Schema>,
  alertIds: readonly string[],
  now: Date,
): Promise<Map<string, Circumstances>> {
  const { rows } = await sql`
    select alerts.id, alerts.severity, tenants.name as tenant, tenants.timezone, quiet_from, quiet_until, quiet_least,
      ${isSilent(now)} as silent
    from alerts
    join tenants on tenants.id = alerts.tenant_id
    left join alert_settings on alert_settings.tenant_id = alerts.tenant_id
    where alerts.id = any(${[...alertIds]})`.execute(db);
  return new Map(
    rows.map((unchecked) => {
      const { id, tenant, timezone, ...terms } = row.parse(unchecked);
      return [id, { tenant, timezone, hold: holdOf({ ...terms, timezone }, now) }];
    }),
  );
}

/** Whether an alert of `alerts` is mute, snoozed or in maintenance, as a condition of SQL. */
export function isSilent(now: Date) {
  return sql<boolean>`exists (
    select from alert_silences as silence
    where silence.tenant_id = alerts.tenant_id
      and silence.starts_at <= ${now} and (silence.ends_at is null or silence.ends_at > ${now})
      and (silence.rule_id is null or silence.rule_id = alerts.rule_id)
      and (silence.alert_id is null or silence.alert_id = alerts.id))`;
}

interface Terms {
  readonly severity: Severity;
  readonly timezone: string;
  readonly quiet_from: string | null;
  readonly quiet_until: string | null;
  readonly quiet_least: Severity | null;
  readonly silent: boolean;
}

function holdOf(terms: Terms, now: Date): Hold | undefined {
  if (terms.silent) {
    return { because: 'silence' };
  }
  const { quiet_from: from, quiet_until: end, quiet_least: least, timezone } = terms;
  if (from === null || end === null || (least !== null && atLeast(terms.severity, least))) {
    return undefined;
  }
  const until = quietUntil({ from, until: end, timezone }, now);
  return until && { because: 'quiet', until };
}
