import { networkOf } from '@riwayat/collector';
import type { FastifyRequest } from 'fastify';
import { type Actor, actorOf } from '../audit/audit.ts';
import { deviceOf } from './device.ts';

/** Where a log-in comes from. */
export interface Origin {
  /** In words: `Firefox on Linux`. */
  readonly device: string;
  /** The network of the address: `203.0.113.0/24`. Empty for what is no address. */
  readonly network: string;
  readonly actor: Actor;
}

export function originOf(request: FastifyRequest): Origin {
  return {
    device: deviceOf(request.headers['user-agent']),
    network: networkOf(request.ip),
    actor: actorOf(request),
  };
}
