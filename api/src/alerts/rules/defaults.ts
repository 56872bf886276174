/*
 * The rules that everybody gets.
 *
 * What always holds: a default reaches every tenant once, the platform's those who run it; a newer one replaces it where
 * nobody changed it, as a new version of the rule; what somebody changed is left alone, and what somebody disabled stays
 * so. Doing it again changes nothing.
 */
import { PLATFORM_DEFAULTS, TENANT_DEFAULTS } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import { sql, type Transaction } from 'kysely';
import { OPERATORS_TENANT } from '../../identity/permissions.ts';
import { jsonText } from '../../postgres/json.ts';
import type { Schema } from '../../postgres/schema.ts';
import { lockRules } from './lock.ts';
import type { RuleDefinition } from './rule-body.ts';

type Default = (typeof TENANT_DEFAULTS)[number];

/** What tenants get, and what those who run the platform get. */
export interface Defaults {
  readonly tenant: readonly Default[];
  readonly platform: readonly Default[];
}

const DEFAULTS: Defaults = { tenant: TENANT_DEFAULTS, platform: PLATFORM_DEFAULTS };

/**
 * A default by its key.
 *
 * @param locale of its name: the tenant's
 */
export function defaultOf(key: string | null, locale: string): RuleDefinition | undefined {
  const found = [...DEFAULTS.tenant, ...DEFAULTS.platform].find((one) => one.key === key);
  return found && { name: locale === 'id' ? found.name.id : found.name.en, rule: found.rule };
}

/**
 * Gives defaults to those who do not have them as they are now.
 *
 * @param transaction it is done in: it holds up whoever changes rules until it has ended
 * @param only one tenant; everybody unless given
 * @returns how many rules were made or brought up to date
 */
export async function giveDefaults(
  transaction: Transaction<Schema>,
  { only, defaults = DEFAULTS }: { readonly only?: TenantId; readonly defaults?: Defaults } = {},
): Promise<number> {
  await lockRules(transaction);
  const { rows } = await sql<{ given: number }>`
    with defaults as (
      select tenants.id as tenant_id, wanted.key, wanted.rule,
        case tenants.locale when 'id' then wanted.name ->> 'id' else wanted.name ->> 'en' end as name
      from jsonb_to_recordset(${listed(defaults)}::jsonb)
        as wanted(key text, name jsonb, rule jsonb, platform boolean)
      join tenants on wanted.platform = (tenants.id = ${OPERATORS_TENANT})
      where tenants.id = coalesce(${only ?? null}::text, tenants.id)
    ), made as (
      insert into alert_rules (id, tenant_id, default_key, name, rule)
      select 'alr_' || left(replace(gen_random_uuid()::text, '-', ''), 20), tenant_id, key, name, rule
      from defaults
      where not exists (
        select from alert_rules
        where alert_rules.tenant_id = defaults.tenant_id and default_key = key
      )
      returning id, version, name, rule
    ), renewed as (
      update alert_rules set
        name = defaults.name, rule = defaults.rule, version = version + 1, updated_at = now()
      from defaults
      where alert_rules.tenant_id = defaults.tenant_id and default_key = key and not customised
        and (alert_rules.name, alert_rules.rule) is distinct from (defaults.name, defaults.rule)
      returning id, version, alert_rules.name, alert_rules.rule
    ), kept as (
      insert into alert_rule_versions (rule_id, version, name, rule)
      select id, version, name, rule from made union all select id, version, name, rule from renewed
      returning rule_id
    )
    select count(*)::int as given from kept`.execute(transaction);
  return rows[0]?.given ?? 0;
}

function listed({ tenant, platform }: Defaults): string {
  return jsonText([
    ...tenant.map((one) => ({ ...one, platform: false })),
    ...platform.map((one) => ({ ...one, platform: true })),
  ]);
}
