/** Computes the tables and figures of the pages on billing and on alerts anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { LOCALES } from '../../tenants/tenant.ts';
import { ALERT_PAGE, alertPage } from './alert-page.ts';
import { HANDBOOK, handbookPage } from './handbook.ts';

for (const locale of LOCALES) {
  writeFileSync(HANDBOOK[locale], handbookPage(readFileSync(HANDBOOK[locale], 'utf8'), locale));
}
writeFileSync(ALERT_PAGE, alertPage(readFileSync(ALERT_PAGE, 'utf8')));
