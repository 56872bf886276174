import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { CoordinationState } from '../coordination/coordination.ts';

/** A probe slower than this counts as down: load balancers give up after five seconds. */
const PROBE_TIMEOUT_MS = 2_000;
const UNAVAILABLE = 503;

/** Resolves when the part answers, rejects when it does not. */
type Probe = () => Promise<void>;

export interface HealthOptions {
  readonly probes: { readonly database: Probe; readonly usageStore: Probe; readonly files?: Probe };
  /** What the spool says of itself. */
  readonly spool: () => 'ok' | 'failing' | 'full';
  /** Whether cache, messages and limits are shared; absent where there are none. */
  readonly coordination?: () => CoordinationState;
  /** The parts without which there is nothing to serve; the others make it worse, not useless. */
  readonly essential: readonly PartName[];
}

type PartName = 'database' | 'usage_store' | 'spool' | 'coordination' | 'files';

const WELL: readonly string[] = ['up', 'ok', 'local', 'shared'];

const partState = z.enum(['up', 'down']);
const healthBody = z
  .object({
    status: z.enum(['ok', 'degraded', 'unavailable']).describe('degraded: keep sending requests here'),
    timestamp: z.iso.datetime(),
    database: partState,
    usage_store: partState,
    spool: z
      .enum(['ok', 'failing', 'full'])
      .describe('failing: the disk takes nothing; full: the quota is used up. What is recorded may be lost'),
    coordination: z
      .enum(['local', 'shared', 'degraded'])
      .optional()
      .describe(
        'Cache, messages and limits between replicas. local: there is one; degraded: Redis is away, and each replica has its own',
      ),
    files: partState.optional().describe('Whether uploads can be kept and downloaded'),
    failing: z.array(z.string()).describe('Names of the parts that are not well'),
  })
  .meta({ id: 'Health' });

/**
 * `GET /health-check` for load balancers and people: 503 when an essential part is not well, else 200; the body names
 * every part that is not.
 */
export const health: FastifyPluginAsyncZod<HealthOptions> = async (
  app,
  { probes, spool, coordination, essential },
) => {
  app.get(
    '/health-check',
    {
      config: { usage: { tenant: 'platform' }, neverShed: true, rate: 'unlimited' },
      schema: {
        tags: ['operations'],
        summary: 'Whether every part is well',
        response: { 200: healthBody, 503: healthBody },
      },
    },
    async (_request, reply) => {
      const [database, usageStore, files] = await Promise.all([
        state(probes.database),
        state(probes.usageStore),
        probes.files && state(probes.files),
      ]);
      const parts = {
        database,
        usage_store: usageStore,
        spool: spool(),
        ...(coordination && { coordination: coordination() }),
        ...(files && { files }),
      };
      const names: readonly PartName[] = ['database', 'usage_store', 'spool', 'coordination', 'files'];
      const failing = names.filter((name) => !WELL.includes(parts[name] ?? 'ok'));
      const unavailable = failing.some((name) => essential.includes(name));
      reply.header('cache-control', 'no-store');
      return reply.code(unavailable ? UNAVAILABLE : 200).send({
        status: unavailable ? 'unavailable' : failing.length > 0 ? 'degraded' : 'ok',
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
