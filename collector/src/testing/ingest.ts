import { join } from 'node:path';
import fastify from 'fastify';
import type { z } from 'zod';
import type { Collector } from '../collector.ts';
import type { IngestCredential } from '../ingest/credential.ts';
import type { IngestLimits } from '../ingest/limits.ts';
import { IngestProblem } from '../ingest/problem.ts';
import { ingestRoutes } from '../ingest/routes.ts';
import { openCollector } from '../opening.ts';
import { openStore } from '../store/store.ts';
import { temporaryDirectory, testLogger } from './engine.ts';
import { tenantId } from './records.ts';

/** The key that may send everything, for tenant `shop`. */
export const TEST_KEY = 'test-key';

const TEST_CREDENTIAL: IngestCredential = {
  tenantId: tenantId('shop'),
  timezone: 'Asia/Jakarta',
  keyId: 'key-1',
  scopes: ['ingest:requests', 'ingest:events', 'ingest:traces'],
  eventsPerSecond: 1_000_000,
  burst: 1_000_000,
};

/** A collector on an embedded store, which a test may also ask by itself. */
export interface TestCollector extends Pick<Collector, 'ingest' | 'status'> {
  /** What the store holds, once it holds all that was taken. `{{database}}` stands for the database. */
  stored<T>(sql: string, row: z.ZodType<T>): Promise<T[]>;
  close(): Promise<void>;
}

/** One a test file: the engine holds one directory a process. */
export async function openTestCollector(): Promise<TestCollector> {
  const logger = testLogger();
  const directory = temporaryDirectory();
  const address = { kind: 'embedded', path: join(directory, 'store') } as const;
  const spoolDirectory = join(directory, 'spool');
  const collector = await openCollector({
    store: address,
    spoolDirectory,
    instance: 'test',
    logger,
    seal: { maxAgeMs: 100 },
  });
  const reader = openStore({ address, logger });
  return {
    ingest: (tenant, items) => collector.ingest(tenant, items),
    status: () => collector.status(),
    stored: async (sql, row) => {
      await collector.drain();
      return reader.select({ sql, params: {}, row, label: 'test' });
    },
    close: async () => {
      await reader.close();
      await collector.close();
    },
  };
}

export interface TestIngest {
  /** Where it listens. */
  readonly url: string;
  readonly logger: ReturnType<typeof testLogger>;
  /** Sends a body with the key. */
  send(path: string, body: string | Buffer, headers?: Record<string, string>): Promise<Response>;
  close(): Promise<void>;
}

export interface TestIngestOptions {
  readonly collector: Pick<Collector, 'ingest'>;
  readonly limits?: Partial<IngestLimits>;
  /** What the key may. */
  readonly credential?: Partial<IngestCredential>;
}

/** An ingest server that knows one key. */
export async function startIngest({ collector, limits, credential }: TestIngestOptions): Promise<TestIngest> {
  const logger = testLogger();
  const app = fastify();
  await app.register(ingestRoutes, {
    collector,
    instance: 'test',
    logger,
    ...(limits && { limits }),
    authenticate: async (request) => {
      if (request.headers.authorization !== `Bearer ${TEST_KEY}`) {
        throw new IngestProblem('authentication-required');
      }
      return { ...TEST_CREDENTIAL, ...credential };
    },
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    logger,
    send: (path, body, headers) =>
      fetch(`${url}${path}`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TEST_KEY}`, ...headers },
        body,
      }),
    close: () => app.close(),
  };
}
