import { timingSafeEqual } from 'node:crypto';
import type { Collector } from '@riwayat/collector';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { Counter, collectDefaultMetrics, Histogram, type Registry } from 'prom-client';
import { z } from 'zod';
import type { Evaluator } from '../alerts/evaluator/evaluator.ts';
import { problem, problemResponses } from '../errors/problem.ts';
import type { Jobs } from '../jobs/jobs.ts';
import { observeAlerts } from './alert-metrics.ts';
import { type MeasuredCollector, observeCollector } from './collector-metrics.ts';
import { observeJobs } from './job-metrics.ts';

const MICROSECONDS_PER_SECOND = 1_000_000;
/** Around the documented endpoint means (89 ms to 1.2 s) and the 2 s alert threshold. */
const DURATION_BUCKETS_SECONDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 5, 10];

const metricsText = {
  description: 'Text in the exposition format',
  content: { 'text/plain': { schema: z.string() } },
};

export interface MetricsOptions {
  readonly registry: Registry;
  readonly collector: MeasuredCollector & Pick<Collector, 'onRecord'>;
  /** Absent where there are none. */
  readonly jobs?: Pick<Jobs, 'onAttempt' | 'queue'>;
  /** Absent where no alerts are evaluated. */
  readonly evaluator?: Pick<Evaluator, 'onRound' | 'status'> | undefined;
  /** When set, a scrape must carry it as a bearer token. */
  readonly token: string | undefined;
}

/** `GET /metrics` in Prometheus's format. Request metrics come from the recorder: there is no second set of hooks. */
export const metrics: FastifyPluginAsyncZod<MetricsOptions> = async (
  app,
  { registry, collector, jobs, evaluator, token },
) => {
  collectDefaultMetrics({ register: registry });
  observeRequests(registry, collector);
  observeCollector(registry, collector);
  if (jobs !== undefined) {
    observeJobs(registry, jobs);
  }
  if (evaluator !== undefined) {
    observeAlerts(registry, evaluator);
  }

  app.get(
    '/metrics',
    {
      config: { usage: { tenant: 'platform' }, neverShed: true, rate: 'unlimited' },
      schema: {
        tags: ['operations'],
        summary: 'Metrics for Prometheus',
        response: { 200: metricsText, ...problemResponses(401) },
      },
    },
    async (request, reply) => {
      if (token !== undefined && !carries(request.headers.authorization, token)) {
        throw problem('authentication-required', { detail: 'Send METRICS_TOKEN as a bearer token.' });
      }
      const text = await registry.metrics();
      return reply.type(registry.contentType).serializer(String).send(text);
    },
  );
};

function observeRequests(registry: Registry, collector: Pick<Collector, 'onRecord'>): void {
  const labelNames = ['method', 'route', 'status'] as const;
  const duration = new Histogram({
    name: 'http_request_duration_seconds',
    help: 'Time from the first byte of a request to the last of its response',
    labelNames,
    buckets: DURATION_BUCKETS_SECONDS,
    registers: [registry],
  });
  const bytes = new Counter({
    name: 'http_transfer_bytes_total',
    help: 'Body bytes by direction',
    labelNames: ['direction'] as const,
    registers: [registry],
  });
  collector.onRecord((record) => {
    duration.observe(
      { method: record.method, route: record.endpoint, status: String(record.status) },
      record.duration / MICROSECONDS_PER_SECOND,
    );
    bytes.inc({ direction: 'in' }, record.bytesIn);
    bytes.inc({ direction: 'out' }, record.bytesOut);
  });
}

function carries(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header ?? '');
  const wanted = Buffer.from(`Bearer ${token}`);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
