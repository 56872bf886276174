/*
 * Tells the process whom something was just told, whichever replica told them.
 *
 * What always holds: Postgres says so when the transaction is committed, and says it to every process that listens. While
 * it cannot be heard nothing is said; whoever subscribed is then told to look for themselves, once it can be again.
 */
import type { TenantId } from '@riwayat/collector';
import { Client } from 'pg';
import type { Logger } from '../../postgres/logger.ts';
import { rest } from '../../stopping.ts';
import type { Reader } from '../inbox.ts';

const FIRST_RETRY_MS = 100;
const LAST_RETRY_MS = 5_000;
const CONNECT_TIMEOUT_MS = 5_000;
/** A connection that is dead without saying so is found out in this time. */
const PULSE_MS = 10_000;
const NOTICE = /^(\S+) (\S+) (\d+(?:,\d+)*)$/;

/** What happened to what a person was told: those of the ids, or anything at all. */
export type Change = { readonly ids: readonly string[] } | 'anything';

export interface Arrivals {
  /**
   * @param changed must not throw
   * @returns ends it
   */
  subscribe(reader: Reader, changed: (change: Change) => void): () => void;
  close(): Promise<void>;
}

/** Listens on a connection of its own, and again when that is lost. */
export function openArrivals({ url, logger }: { readonly url: string; readonly logger: Logger }): Arrivals {
  const subscribers = new Map<string, Set<(change: Change) => void>>();
  const stopping = new AbortController();
  const { signal } = stopping;

  const heard = (payload: string): void => {
    const [, tenantId = '', userId = '', ids = ''] = NOTICE.exec(payload) ?? [];
    for (const changed of subscribers.get(keyOf(tenantId, userId)) ?? []) {
      changed({ ids: ids.split(',') });
    }
  };
  const resumed = (): void => {
    for (const changed of [...subscribers.values()].flatMap((of) => [...of])) {
      changed('anything');
    }
  };

  const listening = (async (): Promise<void> => {
    let retryMs = FIRST_RETRY_MS;
    while (!signal.aborted) {
      try {
        await listen(url, signal, heard, () => {
          retryMs = FIRST_RETRY_MS;
          resumed();
        });
      } catch (error) {
        logger.debug({ err: error }, 'notifications are not heard of; it is tried again');
      }
      await rest(retryMs, signal);
      retryMs = Math.min(LAST_RETRY_MS, 2 * retryMs);
    }
  })();

  return {
    subscribe({ tenantId, userId }, changed) {
      const key = keyOf(tenantId, userId);
      const of = subscribers.get(key) ?? new Set();
      subscribers.set(key, of.add(changed));
      return () => {
        of.delete(changed);
        if (of.size === 0 && subscribers.get(key) === of) {
          subscribers.delete(key);
        }
      };
    },
    async close() {
      stopping.abort();
      await listening;
    },
  };
}

function keyOf(tenantId: TenantId | string, userId: string): string {
  return `${tenantId} ${userId}`;
}

/** Until the connection is lost, which throws, or the signal aborts. */
async function listen(
  url: string,
  signal: AbortSignal,
  heard: (payload: string) => void,
  begun: () => void,
): Promise<void> {
  const client = new Client({
    connectionString: url,
    application_name: 'riwayat notifications',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    query_timeout: PULSE_MS,
    keepAlive: true,
  });
  const lost = new AbortController();
  const ended = AbortSignal.any([signal, lost.signal]);
  client.on('error', (error) => lost.abort(error));
  client.on('end', () => lost.abort(new Error('the connection ended')));
  client.on('notification', ({ payload = '' }) => heard(payload));
  try {
    await client.connect();
    await client.query('listen notifications');
    begun();
    while (!ended.aborted) {
      await rest(PULSE_MS, ended);
      if (!ended.aborted) {
        await client.query('select 1');
      }
    }
    if (lost.signal.aborted) {
      throw lost.signal.reason;
    }
  } finally {
    await client.end().catch(() => undefined);
  }
}
