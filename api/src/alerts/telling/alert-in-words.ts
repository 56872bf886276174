import {
  PLATFORM_DEFAULTS,
  readingText,
  ruleSchema,
  ruleText,
  SEVERITIES,
  TENANT_DEFAULTS,
} from '@riwayat/alerting';
import { type Kysely, sql } from 'kysely';
import { z } from 'zod';
import type { Schema } from '../../postgres/schema.ts';
import type { Locale } from '../../tenants/tenant.ts';
import { type Circumstances, circumstancesOf } from './circumstances.ts';
import { topicOf } from './topics.ts';

const numbers = z.object({ value: z.number().nullable(), other: z.number().nullable().default(null) });

const alertRow = z.object({
  id: z.string(),
  tenant_id: z.string(),
  subject: z.string(),
  severity: z.enum(SEVERITIES),
  since: z.date(),
  fired_at: z.date(),
  fired_with: numbers,
  resolved_at: z.date().nullable(),
  resolved_with: numbers.nullable().catch(null),
  escalation: z.int(),
  rule_id: z.string(),
  rule_version: z.int(),
  default_key: z.string().nullable(),
  name: z.string(),
  rule: ruleSchema,
});

/** What a text is in each language. */
type LocalText = Readonly<Record<Locale, string>>;

/** An alert with what is said of it: the rule as it fired on, and in words. */
export interface AlertInWords {
  readonly row: z.infer<typeof alertRow>;
  readonly topic: ReturnType<typeof topicOf>;
  readonly circumstances: Circumstances;
  readonly name: LocalText;
  /** What was read when it fired; when it is well again, what was read then. */
  readonly says: LocalText;
  readonly watches: LocalText;
}

/** Some alerts by their ids, in words. */
export async function alertsInWords(
  db: Kysely<Schema>,
  alertIds: readonly string[],
  now: Date,
): Promise<Map<string, AlertInWords>> {
  const { rows } = await sql`
    select alerts.id, alerts.tenant_id, subject, severity, since, fired_at, fired_with, resolved_at, resolved_with,
      escalation, alerts.rule_id, alerts.rule_version, alert_rules.default_key, alert_rule_versions.name,
      alert_rule_versions.rule
    from alerts
    join alert_rules on alert_rules.id = alerts.rule_id
    join alert_rule_versions
      on alert_rule_versions.rule_id = alerts.rule_id and alert_rule_versions.version = alerts.rule_version
    where alerts.id = any(${[...alertIds]})`.execute(db);
  const circumstances = await circumstancesOf(db, alertIds, now);
  return new Map(
    rows.flatMap((unchecked) => {
      const row = alertRow.parse(unchecked);
      const where = circumstances.get(row.id);
      return where === undefined ? [] : [[row.id, inWords(row, where)] as const];
    }),
  );
}

function inWords(row: z.infer<typeof alertRow>, circumstances: Circumstances): AlertInWords {
  const { rule } = row;
  const read = row.resolved_with ?? row.fired_with;
  return {
    row,
    topic: topicOf(rule.signal),
    circumstances,
    name: nameOf(row.name, row.default_key),
    says: { en: readingText(rule, read, 'en'), id: readingText(rule, read, 'id') },
    watches: { en: ruleText(rule, 'en'), id: ruleText(rule, 'id') },
  };
}

/** A default is called what it is in each language, unless somebody has named it. */
function nameOf(name: string, key: string | null): LocalText {
  const known = [...TENANT_DEFAULTS, ...PLATFORM_DEFAULTS].find((rule) => rule.key === key);
  return known !== undefined && [known.name.en, known.name.id].includes(name)
    ? known.name
    : { en: name, id: name };
}
