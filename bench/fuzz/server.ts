// An ingest server that keeps account of what it takes: `server.ts DIRECTORY`. Tells its address, tells its account
// when asked, ends with its parent.
import { join } from 'node:path';
import { ingestRoutes, openCollector, type TenantId } from '@riwayat/collector';
import fastify from 'fastify';
import { counted } from '../../collector/src/testing/fuzzing.ts';

const UNLIMITED = 1e9;
const [, , directory = ''] = process.argv;
let errors = 0;
const ignore = (): void => undefined;
const complain = (fields: object, message: string): void => {
  errors += 1;
  console.error(message, fields);
};
const logger = { debug: ignore, info: ignore, warn: ignore, error: complain };

const collector = await openCollector({
  store: { kind: 'embedded', path: join(directory, 'store') },
  spoolDirectory: join(directory, 'spool'),
  instance: 'fuzz',
  logger,
});
const counting = counted(collector);
const app = fastify();
await app.register(ingestRoutes, {
  collector: counting,
  instance: 'fuzz',
  logger,
  authenticate: async () => ({
    tenantId: 'fuzz' as TenantId,
    timezone: 'Asia/Jakarta',
    keyId: 'fuzz',
    scopes: ['ingest:requests', 'ingest:events', 'ingest:traces'],
    eventsPerSecond: UNLIMITED,
    burst: UNLIMITED,
  }),
});
process.on('message', async () => {
  await collector.drain();
  process.send?.({ account: counting.account, errors, rss: process.memoryUsage.rss() });
});
process.on('disconnect', async () => {
  await app.close();
  await collector.close();
  process.exit(0);
});
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
