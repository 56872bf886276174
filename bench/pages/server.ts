// The whole application in a process of its own, on its embedded engines: `server.ts TENANTS [NAME=VALUE…]`, the rest
// being its environment. Each tenant has a few published pages, and one page is published anew each second. Tells its
// address, answers each message with what the database counted, and ends with the parent.
import { SYSTEM } from '../../api/src/audit/audit.ts';
import { Pages } from '../../api/src/pages/pages.ts';
import { seedPages } from '../../api/src/pages/seed.ts';
import { startApplication } from '../../api/src/testing/application.ts';
import { databaseWork } from '../../api/src/testing/database-work.ts';
import type { Listening } from './messages.ts';

const PUBLISH_EVERY_MS = 1_000;

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

process.on('message', async () => {
  process.send?.(await databaseWork(database));
});
process.on('disconnect', async () => {
  clearInterval(publishing);
  await application.stop();
  process.exit(0);
});
process.send?.({ url: application.url, pages } satisfies Listening);
