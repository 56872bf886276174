import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';

/** A probe slower than this counts as down: load balancers give up after five seconds. */
const PROBE_TIMEOUT_MS = 2_000;

/** Resolves when the part answers, rejects when it does not. */
type Probe = () => Promise<void>;

export interface HealthOptions {
  readonly probes: { readonly database: Probe; readonly usageStore: Probe };
}

const partState = z.enum(['up', 'down']);
const healthBody = z
  .object({
    status: z.enum(['ok', 'unavailable']),
    timestamp: z.iso.datetime(),
    database: partState,
    usage_store: partState,
    failing: z.array(z.string()).describe('Names of the parts that are down'),
  })
  .meta({ id: 'Health' });

/** `GET /health-check` for load balancers and people: 200 when every part answers, else 503 naming those that do not. */
export const health: FastifyPluginAsyncZod<HealthOptions> = async (app, { probes }) => {
  app.get(
    '/health-check',
    {
      config: { usage: { tenant: 'platform' } },
      schema: {
        tags: ['operations'],
        summary: 'Whether every part answers',
        response: { 200: healthBody, 503: healthBody },
      },
    },
    async (_request, reply) => {
      const [database, usageStore] = await Promise.all([state(probes.database), state(probes.usageStore)]);
      const parts = { database, usage_store: usageStore };
      const failing = Object.entries(parts)
        .filter(([, value]) => value === 'down')
        .map(([name]) => name);
      reply.header('cache-control', 'no-store');
      return reply.code(failing.length === 0 ? 200 : 503).send({
        status: failing.length === 0 ? 'ok' : 'unavailable',
        timestamp: new Date().toISOString(),
        ...parts,
        failing,
      });
    },
  );
};

async function state(probe: Probe): Promise<'up' | 'down'> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<'down'>((resolve) => {
    timer = setTimeout(() => resolve('down'), PROBE_TIMEOUT_MS);
  });
  const answer = probe().then(
    () => 'up' as const,
    () => 'down' as const,
  );
  try {
    return await Promise.race([answer, timeout]);
  } finally {
    clearTimeout(timer);
  }
}
