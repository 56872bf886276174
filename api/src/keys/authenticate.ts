import { type IngestCredential, IngestProblem } from '@riwayat/collector';
import type { FastifyRequest } from 'fastify';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Keyring, Verdict } from './keyring.ts';

const BEARER = /^Bearer +(\S+)$/i;
/** Postgres restarts within seconds. */
const RETRY_SECONDS = 2;

const REFUSALS: Readonly<Record<Exclude<Verdict['status'], 'valid'>, string>> = {
  unknown:
    'This is no API key. Send one, "Authorization: Bearer rwy_…"; an administrator of the tenant makes it.',
  expired: 'This API key, or this secret of it, is past its time. Use the newest secret, or another key.',
  revoked: 'This API key was revoked. Use another.',
};

/**
 * Finds out whose key a request carries: `Authorization: Bearer rwy_…`, or `X-API-Key` for clients that can set no other.
 *
 * @returns what a request's key stands for. It throws {IngestProblem} `authentication-required` when that is nothing,
 *   and `overloaded` when it cannot be found out right now
 */
export function keyAuthentication(
  keyring: Keyring,
): (request: Pick<FastifyRequest, 'headers'>) => Promise<IngestCredential> {
  return async function authenticateKey(request) {
    const offered = offeredKey(request);
    if (offered === undefined) {
      throw new IngestProblem('authentication-required');
    }
    const verdict = await judge(keyring, offered);
    if (verdict.status !== 'valid') {
      throw new IngestProblem('authentication-required', { detail: REFUSALS[verdict.status] });
    }
    return verdict.credential;
  };
}

async function judge(keyring: Keyring, offered: string): Promise<Verdict> {
  try {
    return await keyring.judge(offered);
  } catch (error) {
    if (error instanceof DatabaseUnavailableError) {
      throw new IngestProblem('overloaded', {
        detail:
          'The key cannot be checked right now. Send the batch again: what has an id is not counted twice.',
        retryAfterSeconds: RETRY_SECONDS,
        cause: error,
      });
    }
    throw error;
  }
}

function offeredKey({ headers }: Pick<FastifyRequest, 'headers'>): string | undefined {
  const { authorization } = headers;
  if (authorization !== undefined) {
    return BEARER.exec(authorization)?.[1] ?? authorization;
  }
  const header = headers['x-api-key'];
  return Array.isArray(header) ? header[0] : header;
}
