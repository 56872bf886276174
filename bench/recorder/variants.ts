import FastifyOtel from '@fastify/otel';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import { openCollector, PLATFORM_TENANT, requestRecorder } from '@riwayat/collector';
import type { FastifyInstance } from 'fastify';
import fastifyMetrics from 'fastify-metrics';

/** Prepares an application to be measured; resolves to what ends it again. */
export type Prepare = (app: FastifyInstance, directory: string) => Promise<() => Promise<void>>;

const nothing = async (): Promise<void> => undefined;
const noLog = { debug: () => undefined, info: () => undefined, warn: console.error, error: console.error };
const SUCCESS = 0;

/** Counts spans and drops them: the exporter's network is not what is measured. */
const droppingExporter: SpanExporter = {
  export: (_spans, done) => done({ code: SUCCESS }),
  shutdown: nothing,
};

/** The same trivial application, observed by nobody and by each recorder under test. */
export const VARIANTS = {
  bare: async () => nothing,

  riwayat: async (app, directory) => {
    const collector = await openCollector({
      store: { kind: 'embedded', path: `${directory}/clickhouse` },
      spoolDirectory: `${directory}/spool`,
      instance: 'bench',
      logger: noLog,
    });
    await app.register(requestRecorder, {
      collector,
      instance: 'bench',
      identify: () => ({
        tenantId: PLATFORM_TENANT,
        timezone: 'Asia/Jakarta',
        userId: 'user',
        userRole: 'member',
        sessionId: 'session',
      }),
    });
    return () => collector.close();
  },

  'fastify-metrics': async (app) => {
    await app.register(fastifyMetrics.default, { endpoint: '/metrics' });
    return nothing;
  },

  '@fastify/otel': async (app) => {
    const provider = new BasicTracerProvider({ spanProcessors: [new BatchSpanProcessor(droppingExporter)] });
    const instrumentation = new FastifyOtel.FastifyOtelInstrumentation({ registerOnInitialization: false });
    instrumentation.setTracerProvider(provider);
    await app.register(instrumentation.plugin());
    return () => provider.shutdown();
  },
} satisfies Record<string, Prepare>;

export type VariantName = keyof typeof VARIANTS;
