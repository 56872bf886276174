// The whole application in a process of its own, on its embedded engines: `server.ts TENANTS`. Tells its address and
// an access token for each tenant to the parent, answers each message with what it used, and ends with the parent.
import { monthAt } from '@riwayat/billing';
import { openContract } from '../../api/src/billing/contracts.ts';
import { startApplication } from '../../api/src/testing/application.ts';
import type { Listening, ServerUse } from './messages.ts';

const MICROSECONDS_PER_MS = 1_000;
const BYTES_PER_MB = 1_000_000;
const TIMEZONE = 'Asia/Jakarta';
/** With a price for each call, so that each tick has a bill to make. */
const PLAN = 'usage';

const count = Number(process.argv[2]);
const application = await startApplication({ DEFAULT_TENANT: 'tenant-0' });
const tenants: Listening['tenants'][number][] = [];
for (let i = 0; i < count; i += 1) {
  const id = await application.createTenant(`tenant-${i}`, ['administrator']);
  const startedOn = `${monthAt(new Date(), TIMEZONE)}-01`;
  await openContract(application.services.database.db, { tenantId: id, startedOn, plan: PLAN });
  tenants.push({ id, token: await application.tokenOf(id, 'administrator') });
}

let cpu = process.cpuUsage();
let at = performance.now();
process.on('message', () => {
  const spent = process.cpuUsage(cpu);
  const use: ServerUse = {
    cpu: (spent.user + spent.system) / MICROSECONDS_PER_MS / (performance.now() - at),
    rssMb: process.memoryUsage.rss() / BYTES_PER_MB,
  };
  cpu = process.cpuUsage();
  at = performance.now();
  process.send?.(use);
});
process.on('disconnect', async () => {
  await application.stop();
  process.exit(0);
});
process.send?.({ url: application.url, tenants } satisfies Listening);
