import type { FastifyRequest } from 'fastify';
import { problem } from '../errors/problem.ts';
import type { KeyCredential } from './key.ts';
import type { Keyring } from './keyring.ts';

const BEARER = /^Bearer +(\S+)$/i;
/** RFC 6750, 3. */
const CHALLENGE = 'Bearer';
const CHALLENGE_INVALID_TOKEN = 'Bearer error="invalid_token"';

/**
 * Finds out whose key a request carries: `Authorization: Bearer rwy_…`, or `X-API-Key` for clients that can set no other.
 *
 * @returns what a request's key stands for. It throws {ProblemError} `api-key-required`, `api-key-expired` or
 *   `api-key-revoked`; {DatabaseUnavailableError} when that cannot be found out right now
 */
export function keyAuthentication(keyring: Keyring): (request: FastifyRequest) => Promise<KeyCredential> {
  return async function authenticateKey(request) {
    const offered = offeredKey(request);
    if (offered === undefined) {
      throw problem('api-key-required', { challenge: CHALLENGE });
    }
    const verdict = await keyring.judge(offered);
    switch (verdict.status) {
      case 'valid':
        return verdict.credential;
      case 'expired':
        throw problem('api-key-expired', { challenge: CHALLENGE_INVALID_TOKEN });
      case 'revoked':
        throw problem('api-key-revoked', { challenge: CHALLENGE_INVALID_TOKEN });
      case 'unknown':
        throw problem('api-key-required', { challenge: CHALLENGE_INVALID_TOKEN });
    }
  };
}

function offeredKey({ headers }: FastifyRequest): string | undefined {
  const [, bearer] = BEARER.exec(headers.authorization ?? '') ?? [];
  const header = headers['x-api-key'];
  return bearer ?? headers.authorization ?? (Array.isArray(header) ? header[0] : header);
}
