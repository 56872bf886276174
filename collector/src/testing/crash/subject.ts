/*
 * A Fastify application with the recorder and the ingest routes, in a process of its own.
 *
 *   subject.ts <store address, as JSON> <spool directory> <age of a segment when it is sent, milliseconds>
 *
 * Tells its address to its parent, and ends with it. `POST /synced` answers once every request before it is on disk,
 * `POST /drained` once all is stored.
 */
import fastify from 'fastify';
import { z } from 'zod';
import type { IngestCredential } from '../../ingest/credential.ts';
import { ingestRoutes } from '../../ingest/routes.ts';
import { openCollector } from '../../opening.ts';
import { requestRecorder } from '../../recorder/recorder.ts';
import { tenantId } from '../records.ts';
import { BATCH_TENANT, EVENT_HEADER, REQUEST_TENANT, SUBJECT_TIMEZONE } from './tenants.ts';

const UNLIMITED = 1_000_000;
const PLATFORM = { config: { usage: { tenant: 'platform' } } } as const;

const storeAddress = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('embedded'), path: z.string() }),
  z.object({ kind: z.literal('server'), url: z.string() }),
]);

const [address = '', spoolDirectory = '', segmentAgeMs = ''] = process.argv.slice(2);
const quiet = (): void => undefined;
const logger = { debug: quiet, info: quiet, warn: quiet, error: quiet };
const instance = 'subject';
const credential: IngestCredential = {
  tenantId: tenantId(BATCH_TENANT),
  timezone: SUBJECT_TIMEZONE,
  keyId: 'crash',
  scopes: ['ingest:requests'],
  eventsPerSecond: UNLIMITED,
  burst: UNLIMITED,
};

const collector = await openCollector({
  store: storeAddress.parse(JSON.parse(address)),
  spoolDirectory,
  instance,
  logger,
  seal: { maxAgeMs: Number(segmentAgeMs) },
});
const app = fastify();
await app.register(requestRecorder, {
  collector,
  instance,
  logger,
  identify: ({ headers }) => {
    const event = String(headers[EVENT_HEADER]);
    return {
      tenantId: tenantId(REQUEST_TENANT),
      timezone: SUBJECT_TIMEZONE,
      userId: `user-${Number(event) % 50}`,
      userRole: 'learner',
      sessionId: event,
    };
  },
});
await app.register(ingestRoutes, { collector, instance, logger, authenticate: async () => credential });
app.get('/work', async () => ({ done: true }));
app.post('/synced', PLATFORM, async () => {
  await collector.sync();
  return {};
});
app.post('/drained', PLATFORM, async () => {
  await collector.drain();
  return collector.status();
});
process.send?.({ url: await app.listen({ host: '127.0.0.1', port: 0 }) });
process.once('disconnect', () => process.exit(0));
