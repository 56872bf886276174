import { formatRupiah } from '@riwayat/billing';
import { type IngestCredential, IngestProblem } from '@riwayat/collector';
import type { FastifyRequest } from 'fastify';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Keyring, OwedNumber, Verdict } from './keyring.ts';

const BEARER = /^Bearer +(\S+)$/i;
/** Postgres restarts within seconds. */
const RETRY_SECONDS = 2;

const REFUSALS: Readonly<Record<Exclude<Verdict['status'], 'valid' | 'suspended'>, string>> = {
  unknown:
    'This is no API key. Send one, "Authorization: Bearer rwy_…"; an administrator of the tenant makes it.',
  expired: 'This API key, or this secret of it, is past its time. Use the newest secret, or another key.',
  revoked: 'This API key was revoked. Use another.',
};

/**
 * Finds out whose key a request carries: `Authorization: Bearer rwy_…`, or `X-API-Key` for clients that can set no other.
 *
 * @param publicUrl where people pay
 * @returns what a request's key stands for. It throws {IngestProblem} `authentication-required` when that is nothing,
 *   `tenant-suspended` when its tenant has not paid, and `overloaded` when it cannot be found out right now
 */
export function keyAuthentication(
  keyring: Keyring,
  publicUrl: string | undefined,
): (request: Pick<FastifyRequest, 'headers'>) => Promise<IngestCredential> {
  return async function authenticateKey(request) {
    const offered = offeredKey(request);
    if (offered === undefined) {
      throw new IngestProblem('authentication-required');
    }
    const verdict = await judge(keyring, offered);
    if (verdict.status === 'suspended') {
      throw suspended(verdict.owed, publicUrl);
    }
    if (verdict.status !== 'valid') {
      throw new IngestProblem('authentication-required', { detail: REFUSALS[verdict.status] });
    }
    return verdict.credential;
  };
}

function suspended(owed: readonly OwedNumber[], publicUrl: string | undefined): IngestProblem {
  const invoices = owed.map(({ number, open }) => `${number} (${formatRupiah(open, 'en')})`).join(', ');
  const place = publicUrl === undefined ? 'in the dashboard, under "Billing"' : `at ${publicUrl}`;
  return new IngestProblem('tenant-suspended', {
    detail: `Overdue: ${invoices}. Somebody of the tenant logs in ${place} and pays; the key works again within seconds. Send the batch again then.`,
    extension: { invoices: owed.map(({ number, open }) => ({ number, open_idr: open.toString() })) },
  });
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
