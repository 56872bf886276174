import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { jsonArrayFrom } from 'kysely/helpers/postgres';
import { readAlertSettings } from '../alerts/settings/settings.ts';
import type { Schema } from '../postgres/schema.ts';
import { named, PAGE_ROWS } from './by-page.ts';

/** A tenant's rules with every version, its alerts with all that became of them, silences and settings. */
export async function* alertRecords(db: Kysely<Schema>, tenantId: TenantId): AsyncGenerator<object> {
  yield* named('alert_rule', (after) =>
    db
      .selectFrom('alert_rules')
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .select(['id', 'default_key', 'name', 'version', 'enabled', 'created_at', 'deleted_at'])
      .select((rule) =>
        jsonArrayFrom(
          rule
            .selectFrom('alert_rule_versions as versions')
            .whereRef('versions.rule_id', '=', 'alert_rules.id')
            .select(['versions.version', 'versions.name', 'versions.rule', 'changed_by', 'changed_at'])
            .orderBy('versions.version'),
        ).as('versions'),
      )
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
  yield* named('alert', (after) =>
    db
      .selectFrom('alerts')
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .select(['id', 'rule_id', 'rule_version', 'subject', 'severity', 'since', 'fired_at', 'fired_with'])
      .select(['acknowledged_at', 'acknowledged_by', 'resolved_at', 'resolved_with', 'resolved_by'])
      .select((alert) =>
        jsonArrayFrom(
          alert
            .selectFrom('alert_events')
            .whereRef('alert_events.alert_id', '=', 'alerts.id')
            .select(['kind', 'at', 'by_user', 'text', 'details'])
            .orderBy('alert_events.id'),
        ).as('history'),
      )
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
  yield* named('alert_silence', (after) =>
    db
      .selectFrom('alert_silences')
      .where('tenant_id', '=', tenantId)
      .where('id', '>', after)
      .select(['id', 'kind', 'rule_id', 'alert_id', 'starts_at', 'ends_at', 'reason', 'created_by'])
      .orderBy('id')
      .limit(PAGE_ROWS)
      .execute(),
  );
  yield { record: 'alert_settings', ...(await readAlertSettings(db, tenantId)) };
}
