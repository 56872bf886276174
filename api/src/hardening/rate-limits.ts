import rateLimit, { type FastifyRateLimitStore, type FastifyRateLimitStoreCtor } from '@fastify/rate-limit';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Limits } from '../coordination/coordination.ts';
import { localLimits } from '../coordination/local.ts';
import { problem } from '../errors/problem.ts';
import { isSafeMethod } from './origin.ts';
import { subscriberOf } from './subscriber.ts';

/** How often what kind of request may be made; `unlimited` routes have limits of their own, or watch over the process. */
type RateClass = 'credentials' | 'writes' | 'reads' | 'unlimited';

/** Requests a minute. */
export interface RateLimits {
  /** Log-in, registration, reset of passwords: from one network address. */
  readonly credentials: number;
  /** What changes something: by one account, or from one address where nobody is logged in. */
  readonly writes: number;
  /** By one account. */
  readonly reads: number;
  /** From one address, where nobody is logged in: an office or a whole village may be behind it. */
  readonly anonymousReads: number;
}

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the route counts as; unless said, by its method: `reads` or `writes`. */
    rate?: RateClass;
  }
}

export interface RateLimitOptions {
  readonly rates: RateLimits;
  /** Counts what must hold for all replicas together. */
  readonly limits: Limits;
}

const WINDOW_MS = 60_000;
/** Keys of what each replica counts for itself. */
const COUNTED_ALONE = /^(reads|anonymousReads):/;

/**
 * Limits how often somebody may ask: whoever is logged in by the account, everybody else by the network address.
 *
 * What guards accounts and data is counted by all replicas together. Reads are counted by each for itself: their limit
 * guards the process, and a question to Redis would cost more than most of them do.
 */
export const rateLimits = fastifyPlugin(
  async (app: FastifyInstance, { rates, limits }: RateLimitOptions) => {
    const most = { ...rates, unlimited: Number.POSITIVE_INFINITY };
    await app.register(rateLimit, {
      // By itself the plugin would count after a route's permission, and leave out addresses without a route.
      global: false,
      enableDraftSpec: true,
      timeWindow: WINDOW_MS,
      allowList: (request) => rateOf(request) === 'unlimited',
      keyGenerator: (request) => `${rateOf(request)}:${whoAsks(request)}`,
      max: (request) => most[rateOf(request)],
      store: storeOf(limits, localLimits()),
      errorResponseBuilder: () => problem('too-many-requests'),
    });
    app.addHook('onRequest', app.rateLimit());
  },
  { name: 'rate-limits', dependencies: ['identity'] },
);

function rateOf({ method, principal, routeOptions }: FastifyRequest): keyof RateLimits | 'unlimited' {
  const rate = routeOptions.config.rate ?? (isSafeMethod(method) ? 'reads' : 'writes');
  return rate === 'reads' && principal === null ? 'anonymousReads' : rate;
}

/** Who is logged in already may still try passwords: those count by address. */
function whoAsks(request: FastifyRequest): string {
  const { principal, ip } = request;
  return principal === null || rateOf(request) === 'credentials' ? subscriberOf(ip) : principal.userId;
}

/** Where the plugin counts, by the keys that its `keyGenerator` gives. */
function storeOf(shared: Limits, own: Limits): FastifyRateLimitStoreCtor {
  return class LimitsStore implements FastifyRateLimitStore {
    incr(key: string, callback: Parameters<FastifyRateLimitStore['incr']>[1]): void {
      const limits = COUNTED_ALONE.test(key) ? own : shared;
      limits
        .take(`rate:${key}`, WINDOW_MS)
        .then(({ taken, leftMs }) => callback(null, { current: taken, ttl: leftMs }), callback);
    }

    child(): this {
      return this;
    }
  };
}
