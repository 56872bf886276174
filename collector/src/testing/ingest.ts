import { join } from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { type Collector, openCollector } from '../collector.ts';
import type { IngestCredential } from '../ingest/credential.ts';
import type { IngestLimits } from '../ingest/limits.ts';
import { IngestProblem } from '../ingest/problem.ts';
import { ingestRoutes } from '../ingest/routes.ts';
import { openStore, type Store } from '../store/store.ts';
import { temporaryDirectory, testLogger } from './engine.ts';
import { tenantId } from './records.ts';

/** The key that may send everything, for tenant `shop`. */
export const TEST_KEY = 'test-key';

export const TEST_CREDENTIAL: IngestCredential = {
  tenantId: tenantId('shop'),
  timezone: 'Asia/Jakarta',
  keyId: 'key-1',
  scopes: ['ingest:requests', 'ingest:events', 'ingest:traces'],
  eventsPerSecond: 1_000_000,
  burst: 1_000_000,
};

export interface TestIngest {
  readonly app: FastifyInstance;
  readonly collector: Collector;
  readonly logger: ReturnType<typeof testLogger>;
  /** Where it listens. */
  readonly url: string;
}

export interface TestIngestOptions {
  readonly limits?: Partial<IngestLimits>;
  /** What the key may; tokens other than {@link TEST_KEY} are nobody's. */
  readonly credential?: Partial<IngestCredential>;
  readonly collector?: Collector;
}

/** An ingest server on a real collector and an embedded store. */
export async function startIngest(options: TestIngestOptions = {}): Promise<TestIngest> {
  const logger = testLogger();
  const collector = options.collector ?? (await openTestCollector(logger));
  const app = fastify();
  await app.register(ingestRoutes, {
    collector,
    instance: 'test',
    logger,
    ...(options.limits && { limits: options.limits }),
    authenticate: async (request) => {
      if (request.headers.authorization !== `Bearer ${TEST_KEY}`) {
        throw new IngestProblem('authentication-required');
      }
      return { ...TEST_CREDENTIAL, ...options.credential };
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return { app, collector, logger, url };
}

async function openTestCollector(logger: ReturnType<typeof testLogger>): Promise<Collector> {
  const directory = temporaryDirectory();
  return openCollector({
    store: { kind: 'embedded', path: join(directory, 'store') },
    spoolDirectory: join(directory, 'spool'),
    instance: 'test',
    logger,
    seal: { maxAgeMs: 100 },
  });
}
