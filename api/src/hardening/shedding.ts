import { totalmem } from 'node:os';
import { getHeapStatistics } from 'node:v8';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Logger } from 'pino';
import { problem } from '../errors/problem.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered whatever the load: whoever looks after the process must see how it is. */
    neverShed?: true;
  }
}

/** From where on requests are turned away. */
export interface PressureLimits {
  /** How late the event loop may be on average, in milliseconds. */
  readonly eventLoopDelayMs: number;
  /** Share of the JavaScript heap's limit, 0 to 1. */
  readonly heapShare: number;
  /** Share of the memory that the process may use, 0 to 1. */
  readonly memoryShare: number;
  /** Queries that wait for a connection. */
  readonly databaseWaiting: number;
}

export interface SheddingOptions {
  readonly limits: PressureLimits;
  /** Queries that wait for a connection right now. */
  readonly databaseWaiting: () => number;
  readonly logger: Logger;
}

/** Long enough for a wave to pass. */
const RETRY_SECONDS = 2;
/** One line in the log tells of a wave; one for each request would be the next trouble. */
const LOG_INTERVAL_MS = 10_000;

/**
 * Turns requests away (503, `overloaded`, Retry-After) while the process has more than it can do, before anything else
 * works on them. What was begun is finished.
 */
export const shedding = fastifyPlugin(
  async (app: FastifyInstance, { limits, databaseWaiting, logger }: SheddingOptions) => {
    let toldAt = Number.NEGATIVE_INFINITY;

    /** @throws {ProblemError} `overloaded`, unless the route is answered whatever the load */
    function turnAway({ routeOptions }: FastifyRequest, shortage: string, detail: string): void {
      if (routeOptions.config.neverShed === true) {
        return;
      }
      if (performance.now() - toldAt > LOG_INTERVAL_MS) {
        toldAt = performance.now();
        logger.warn({ shortage }, 'requests are being turned away');
      }
      throw problem('overloaded', {
        detail: `${detail} Try again shortly.`,
        retryAfterSeconds: RETRY_SECONDS,
      });
    }

    await app.register(underPressure, {
      // A loop that is late by more than a whole interval counts as infinitely late: a shorter one would shed too early.
      sampleInterval: limits.eventLoopDelayMs,
      maxEventLoopDelay: limits.eventLoopDelayMs,
      maxHeapUsedBytes: getHeapStatistics().heap_size_limit * limits.heapShare,
      maxRssBytes: usableMemory() * limits.memoryShare,
      pressureHandler(request, _reply, shortage) {
        const late = shortage === underPressure.TYPE_EVENT_LOOP_DELAY;
        const detail = late ? 'More is being asked than can be answered in time.' : 'Memory is short.';
        turnAway(request, shortage, detail);
      },
    });
    // The plugin would look at the queue only once in a while; hundreds of queries join it in that time.
    app.addHook('onRequest', function shedQueries(request, _reply, done) {
      if (databaseWaiting() > limits.databaseWaiting) {
        turnAway(request, 'database', 'Too many requests are waiting for the database.');
      }
      done();
    });
  },
  { name: 'shedding' },
);

/** Bytes: the machine's memory, or less where the process is held to less. */
function usableMemory(): number {
  const allowed = process.constrainedMemory();
  return allowed === undefined || allowed === 0 ? totalmem() : Math.min(allowed, totalmem());
}
