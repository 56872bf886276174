import type { FastifyInstance } from 'fastify';
import fastifyPlugin from 'fastify-plugin';
import type { Logger } from 'pino';
import { problem } from '../errors/problem.ts';
import { Pressure, type PressureOptions, type Shortage } from './pressure.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Answered whatever the load: whoever looks after the process must see how it is. */
    neverShed?: true;
  }
}

export interface SheddingOptions extends PressureOptions {
  readonly logger: Logger;
}

/** Long enough for a wave to pass. */
const RETRY_SECONDS = 2;
/** One line in the log tells of a wave; one for each request would be the next trouble. */
const LOG_INTERVAL_MS = 10_000;

const DETAILS: Readonly<Record<Shortage, string>> = {
  'event-loop': 'More is being asked than can be answered in time.',
  heap: 'Memory is short.',
  memory: 'Memory is short.',
  database: 'Too many requests are waiting for the database.',
};

/**
 * Turns requests away (503, `overloaded`, Retry-After) while the process has more than it can do, before anything else
 * works on them. What was begun is finished.
 */
export const shedding = fastifyPlugin(
  async (app: FastifyInstance, { logger, ...options }: SheddingOptions) => {
    const pressure = new Pressure(options);
    let toldAt = Number.NEGATIVE_INFINITY;
    app.addHook('onClose', async () => pressure.stop());
    app.addHook('onRequest', function shed(request, _reply, done) {
      const shortage = pressure.shortage();
      if (shortage === undefined || request.routeOptions.config.neverShed === true) {
        done();
        return;
      }
      if (performance.now() - toldAt > LOG_INTERVAL_MS) {
        toldAt = performance.now();
        logger.warn({ shortage }, 'requests are being turned away');
      }
      done(
        problem('overloaded', {
          detail: `${DETAILS[shortage]} Try again shortly.`,
          retryAfterSeconds: RETRY_SECONDS,
        }),
      );
    });
  },
  { name: 'shedding' },
);
