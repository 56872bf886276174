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

interface Policy {
  /** Of the counter; in the header, too. */
  readonly name: string;
  readonly most: number;
  readonly limits: Limits;
  /** `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers. */
  readonly header: string;
}

const WINDOW_SECONDS = 60;

/**
 * Limits how often somebody may ask: whoever is logged in by the account, everybody else by the network address.
 *
 * What guards accounts and data is counted by all replicas together. Reads are counted by each for itself: their limit
 * guards the process, and a question to Redis would cost more than most of them do.
 */
export const rateLimits = fastifyPlugin(
  async (app: FastifyInstance, { rates, limits }: RateLimitOptions) => {
    const own = localLimits();
    const credentials = policy('credentials', rates.credentials, limits);
    const writes = policy('writes', rates.writes, limits);
    const reads = policy('reads', rates.reads, own);
    const anonymousReads = policy('anonymous-reads', rates.anonymousReads, own);

    function policyOf({ method, principal, routeOptions }: FastifyRequest): Policy | undefined {
      switch (routeOptions.config.rate ?? (isSafeMethod(method) ? 'reads' : 'writes')) {
        case 'credentials':
          return credentials;
        case 'writes':
          return writes;
        case 'reads':
          return principal === null ? anonymousReads : reads;
        case 'unlimited':
          return undefined;
      }
    }

    app.addHook('onRequest', async function limitRate(request, reply) {
      const found = policyOf(request);
      if (found === undefined) {
        return;
      }
      const { name, most, header } = found;
      const allowance = await found.limits.take(`rate:${name}:${whoAsks(request, name)}`, {
        most,
        windowSeconds: WINDOW_SECONDS,
      });
      const { allowed, remaining, retryAfterSeconds } = allowance;
      reply.header('ratelimit-policy', header);
      reply.header('ratelimit', `"${name}";r=${remaining}${allowed ? '' : `;t=${retryAfterSeconds}`}`);
      if (!allowed) {
        throw problem('too-many-requests', { retryAfterSeconds });
      }
    });
  },
  { name: 'rate-limits', dependencies: ['identity'] },
);

function policy(name: string, most: number, limits: Limits): Policy {
  return { name, most, limits, header: `"${name}";q=${most};w=${WINDOW_SECONDS}` };
}

/** Who is logged in already may still try passwords: those count by address. */
function whoAsks({ principal, ip }: FastifyRequest, name: string): string {
  return principal === null || name === 'credentials' ? subscriberOf(ip) : principal.userId;
}
