import {
  type DefaultRule,
  PLATFORM_DEFAULTS,
  ruleText,
  SEVERITY_NAMES,
  TENANT_DEFAULTS,
} from '@riwayat/alerting';
import { markdownTable, withBlocks } from './blocks.ts';

/** Where it is told how alerts work, from this file. */
export const ALERT_PAGE = new URL('../../../../docs/alerts.md', import.meta.url);

/** The page with the rules that everybody gets now. */
export function alertPage(page: string): string {
  return withBlocks(page, {
    'tenant-rules': rulesBlock(TENANT_DEFAULTS),
    'platform-rules': rulesBlock(PLATFORM_DEFAULTS),
  });
}

function rulesBlock(defaults: readonly DefaultRule[]): string {
  return markdownTable(
    ['rule', 'key', 'fires at', 'how bad'],
    defaults.map(({ key, name, rule }) => [
      name.en,
      `\`${key}\``,
      ruleText(rule, 'en'),
      SEVERITY_NAMES[rule.severity].en,
    ]),
  );
}
