import { ingestRoutes } from '@riwayat/collector';
import fastify, { type FastifyBaseLogger, type FastifyInstance, LogController } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { Registry } from 'prom-client';
import type { Config } from '../config.ts';
import { problemDocuments } from '../errors/documents.ts';
import { health } from '../health/health.ts';
import { keyAuthentication } from '../keys/authenticate.ts';
import { metrics } from '../metrics/metrics.ts';
import type { Services } from '../services.ts';

/** A batch is at most 20 MiB; a client that takes longer than this to send one is not going to. */
const REQUEST_TIMEOUT_MS = 60_000;

/** Builds the ingest server: what applications send to, health, metrics, and nothing else. It does not listen yet. */
export async function buildCollectorServer(config: Config, services: Services): Promise<FastifyInstance> {
  const { collector, database, keyring } = services;
  const logger: FastifyBaseLogger = services.logger;
  const app = fastify({
    loggerInstance: logger,
    logController: new LogController({ disableRequestLogging: true }),
    requestTimeout: REQUEST_TIMEOUT_MS,
    routerOptions: { ignoreTrailingSlash: true },
    trustProxy: config.trustedProxies.length > 0 && [...config.trustedProxies],
  });
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  await app.register(problemDocuments, {});
  await app.register(health, {
    probes: { database: () => database.ping(), usageStore: () => collector.ping() },
    spool: () => collector.status().spool,
    // What comes waits in the spool while ClickHouse is away, and keys that were seen stay good while Postgres is.
    essential: ['spool'],
  });
  await app.register(metrics, { registry: new Registry(), collector, token: config.metricsToken });
  await app.register(ingestRoutes, {
    collector,
    authenticate: keyAuthentication(keyring, config.publicUrl),
    instance: config.instance,
    logger: services.logger,
  });
  return app;
}
