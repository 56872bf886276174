import FastifyOtel from '@fastify/otel';
import { BasicTracerProvider, BatchSpanProcessor, type SpanExporter } from '@opentelemetry/sdk-trace-base';
import {
  type CollectorOptions,
  openCollector,
  PLATFORM_TENANT,
  requestRecorder,
  startResourceSampler,
} from '@riwayat/collector';
import { apitallyPlugin } from 'apitally/fastify';
import type { FastifyInstance } from 'fastify';
import fastifyMetrics from 'fastify-metrics';

/** What a variant may use. */
interface Surroundings {
  /** An empty directory of its own. */
  readonly directory: string;
  /** Where statements for an engine elsewhere go. */
  readonly sink: string;
}

/** Prepares an application to be measured; resolves to what ends it again. */
type Prepare = (app: FastifyInstance, surroundings: Surroundings) => Promise<() => Promise<void>>;

const nothing = async (): Promise<void> => undefined;
const noLog = { debug: nothing, info: nothing, warn: console.error, error: console.error };
const SUCCESS = 0;

/** Takes spans and drops them: the exporter's network is not what is measured. */
const droppingExporter: SpanExporter = {
  export: (_spans, done) => done({ code: SUCCESS }),
  shutdown: nothing,
};

const APITALLY_CLIENT = '00000000-0000-4000-8000-000000000000';

/** The same trivial application, observed by nobody and by each recorder under test. */
export const VARIANTS = {
  bare: async () => nothing,

  'riwayat, engine elsewhere': (app, { directory, sink }) =>
    recorded(app, directory, { kind: 'server', url: sink }),

  'riwayat, engine embedded': (app, { directory }) =>
    recorded(app, directory, { kind: 'embedded', path: `${directory}/clickhouse` }),

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

  apitally: async (app, { sink }) => {
    process.env['APITALLY_HUB_BASE_URL'] = sink;
    await app.register(apitallyPlugin, { clientId: APITALLY_CLIENT, env: 'bench', logger: noLog });
    return nothing;
  },
} satisfies Record<string, Prepare>;

export type VariantName = keyof typeof VARIANTS;

async function recorded(
  app: FastifyInstance,
  directory: string,
  store: CollectorOptions['store'],
): Promise<() => Promise<void>> {
  const collector = await openCollector({
    store,
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
  const stopSampling = startResourceSampler({ collector, instance: 'bench', directory, logger: noLog });
  return async () => {
    stopSampling();
    await collector.close();
  };
}
