// The whole application in a process of its own, on its embedded engines: `server.ts TENANTS [NAME=VALUE…]`, the rest
// being its environment. Each tenant has a few published pages, and one page is published anew each second. Tells its
// address, answers each message with what the database counted, and ends with the parent.
import { sql } from 'kysely';
import { SYSTEM } from '../../api/src/audit/audit.ts';
import { Pages } from '../../api/src/pages/pages.ts';
import { seedPages } from '../../api/src/pages/seed.ts';
import { startApplication } from '../../api/src/testing/application.ts';
import type { DatabaseWork, Listening } from './messages.ts';

const PUBLISH_EVERY_MS = 1_000;
/** As many as the application's pool has connections at most. */
const CONNECTIONS = 10;
/** So long that no connection is free again before all are in use. */
const TOGETHER_SECONDS = 0.2;

const [, , count = '', ...settings] = process.argv;
const environment = Object.fromEntries(settings.map((setting) => setting.split(/=(.*)/s).slice(0, 2)));
const application = await startApplication(environment);
const { database, jsonCache } = application.services;
const editor = new Pages(database, jsonCache, () => new Date());
const pages: Listening['pages'][number][] = [];
for (let i = 0; i < Number(count); i += 1) {
  const tenantId = await application.createTenant(`tenant-${i}`, []);
  await seedPages(editor, tenantId);
  // Something to roll back from.
  await editor.save({ tenantId, slug: 'menu' }, 'any', { title: 'Menu', blocks: [] }, SYSTEM);
  pages.push(...['beranda', 'menu', 'tentang'].map((slug) => ({ tenant: tenantId, slug })));
}

let published = 0;
const publishing = setInterval(async () => {
  const tenant = await application.services.tenants.find(`tenant-${published % Number(count)}`);
  published += 1;
  if (tenant !== undefined) {
    await editor.rollBack({ tenantId: tenant.id, slug: 'menu' }, 1, SYSTEM);
  }
}, PUBLISH_EVERY_MS);

/** Each connection tells the server what it did before the server is asked. */
async function databaseWork(): Promise<DatabaseWork> {
  await Promise.all(
    Array.from({ length: CONNECTIONS }, () =>
      sql`select pg_stat_force_next_flush(), pg_sleep(${TOGETHER_SECONDS})`.execute(database.db),
    ),
  );
  const counted = await sql<{ transactions: number; page_reads: number }>`
    select
      (select (xact_commit + xact_rollback)::float8 from pg_stat_database where datname = current_database())
        as transactions,
      (select sum(coalesce(seq_scan, 0) + coalesce(idx_scan, 0))::float8
        from pg_stat_user_tables where relname in ('pages', 'page_versions')) as page_reads`.execute(
    database.db,
  );
  const [row] = counted.rows;
  return { transactions: row?.transactions ?? Number.NaN, pageReads: row?.page_reads ?? Number.NaN };
}

process.on('message', async () => {
  process.send?.(await databaseWork());
});
process.on('disconnect', async () => {
  clearInterval(publishing);
  await application.stop();
  process.exit(0);
});
process.send?.({ url: application.url, pages } satisfies Listening);
