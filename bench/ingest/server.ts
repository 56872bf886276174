// An ingest server on a collector, in a process of its own: `server.ts SPOOL STORE`, where STORE is the directory of
// the embedded engine or the address of a server. Tells its address, answers how it is, ends with its parent.

import { ingestRoutes, openCollector, type TenantId } from '@riwayat/collector';
import fastify from 'fastify';
import type { ServerStatus } from './messages.ts';

const UNLIMITED = 1e9;
const [, , spoolDirectory = '', store = ''] = process.argv;
const ignore = (): void => undefined;
const complain = (fields: object, message: string): void => console.error(message, fields);
/** That a server does not answer is no news here: it is how a spool is filled. */
const refused = store.startsWith('http') ? ignore : complain;
const logger = { debug: ignore, info: ignore, warn: refused, error: refused };

const collector = await openCollector({
  store: store.startsWith('http') ? { kind: 'server', url: store } : { kind: 'embedded', path: store },
  spoolDirectory,
  instance: 'bench',
  logger,
});
const app = fastify();
await app.register(ingestRoutes, {
  collector,
  instance: 'bench',
  logger,
  authenticate: async ({ headers }) => ({
    tenantId: (headers.authorization ?? '').slice('Bearer '.length) as TenantId,
    timezone: 'Asia/Jakarta',
    keyId: headers.authorization ?? '',
    scopes: ['ingest:requests'],
    eventsPerSecond: UNLIMITED,
    burst: UNLIMITED,
  }),
});
process.on('message', () => {
  const { accepted, stored, inSpool, lost } = collector.status();
  const { user, system } = process.cpuUsage();
  const status: ServerStatus = {
    accepted,
    stored,
    inSpool,
    lost,
    rss: process.memoryUsage.rss(),
    cpuMicroseconds: user + system,
  };
  process.send?.(status);
});
process.on('disconnect', async () => {
  await app.close();
  await collector.close();
  process.exit(0);
});
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
