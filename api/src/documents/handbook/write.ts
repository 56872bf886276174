/** Computes the tables and figures of the pages on billing anew. */
import { readFileSync, writeFileSync } from 'node:fs';
import { LOCALES } from '../../tenants/tenant.ts';
import { HANDBOOK, handbookPage } from './handbook.ts';

for (const locale of LOCALES) {
  writeFileSync(HANDBOOK[locale], handbookPage(readFileSync(HANDBOOK[locale], 'utf8'), locale));
}
