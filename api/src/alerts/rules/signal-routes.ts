import {
  INCIDENT_NAMES,
  INCIDENTS,
  NARROWINGS,
  SIGNAL_KEYS,
  SIGNAL_NAMES,
  type Signal,
  type SignalKey,
  STATISTICS,
  signalOf,
} from '@riwayat/alerting';
import type { FastifyPluginAsyncZod } from 'fastify-type-provider-zod';
import { z } from 'zod';
import { problemResponses } from '../../errors/problem.ts';
import { principalOf, requirePermission } from '../../identity/guard.ts';
import { scopeOf } from './scope.ts';

const CONDITIONS = ['above', 'below', 'rise', 'fall', 'burn'] as const;

const localText = z.object({ en: z.string(), id: z.string() });

const signalBody = z
  .object({
    key: z.enum(SIGNAL_KEYS as [SignalKey, ...SignalKey[]]),
    name: localText,
    unit: z.enum(['percent', 'milliseconds', 'seconds', 'days', 'hours', 'count', 'per_second', 'rows']),
    subject: z.enum(['tenant', 'instance', 'platform']).describe('What has a value of its own'),
    worse: z.enum(['high', 'low', 'either']),
    conditions: z.array(z.enum(CONDITIONS)).describe('What a rule can say of it'),
    statistics: z
      .array(z.enum(STATISTICS))
      .describe('The first is meant unless a rule says otherwise; none: there is no choice'),
    window: z.object({ least: z.int(), most: z.int() }).describe('Seconds; 0 and 0: a state of now'),
    counted: z
      .enum(['calls', 'lookups'])
      .nullable()
      .describe('What a rule can ask for a least number of; null: nothing'),
    narrowing: z
      .object({
        by: z.enum(NARROWINGS),
        required: z.boolean(),
        values: z
          .array(z.object({ value: z.string(), name: localText }))
          .nullable()
          .describe('Null: whatever there is'),
      })
      .nullable(),
  })
  .meta({ id: 'AlertSignal' });

/** What can be watched, for who writes a rule. */
export const alertSignalRoutes: FastifyPluginAsyncZod = async (app) => {
  app.get(
    '/api/v1/alert-signals',
    {
      config: { usage: { tenant: 'platform' } },
      onRequest: requirePermission('alerts:read'),
      schema: {
        tags: ['alerts'],
        security: [{ bearer: [] }],
        summary: 'What can be watched by rules, and how',
        response: { 200: z.object({ signals: z.array(signalBody) }), ...problemResponses(401, 403, 503) },
      },
    },
    async (request) => {
      const scope = scopeOf(principalOf(request).tenantId);
      const keys = SIGNAL_KEYS.filter((key) => signalOf(key).scopes.includes(scope));
      return { signals: keys.map(described) };
    },
  );
};

function described(key: SignalKey): z.infer<typeof signalBody> {
  const signal = signalOf(key);
  return {
    key,
    name: SIGNAL_NAMES[key],
    unit: signal.unit,
    subject: signal.subject,
    worse: signal.worse,
    conditions: conditionsOf(key, signal),
    statistics: [...signal.statistics],
    window: signal.windows,
    counted: signal.counted ?? null,
    narrowing: signal.narrowing === undefined ? null : narrowed(signal.narrowing),
  };
}

/** What the schema of rules takes for a signal. */
function conditionsOf(key: SignalKey, { worse, windows }: Signal): (typeof CONDITIONS)[number][] {
  if (key === 'budget_burn') {
    return ['burn'];
  }
  const high = ['above', 'rise'] as const;
  const low = ['below', 'fall'] as const;
  const sides = worse === 'high' ? high : worse === 'low' ? low : [...high, ...low];
  return sides.filter((kind) => windows.most > 0 || kind === 'above' || kind === 'below');
}

function narrowed({ by, required }: NonNullable<Signal['narrowing']>) {
  const values =
    by === 'incident' ? INCIDENTS.map((value) => ({ value, name: INCIDENT_NAMES[value] })) : null;
  return { by, required, values };
}
