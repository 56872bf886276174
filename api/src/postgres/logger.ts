import type { FastifyBaseLogger } from 'fastify';

/** Where this folder says what it does; a pino logger, or any part of one. */
export type Logger = Pick<FastifyBaseLogger, 'debug' | 'info' | 'warn' | 'error'>;
