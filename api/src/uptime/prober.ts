/*
 * Health probes: each instance asks itself, and the address that people reach the platform at.
 *
 * What always holds: of one minute, an answer to anybody is enough; an instance that cannot write down what it saw has
 * seen nothing, and a minute of which nobody has written anything is one in which the platform was down.
 */
import { repeating } from '../jobs/repeating.ts';
import type { Database } from '../postgres/database.ts';
import type { Logger } from '../postgres/logger.ts';
import { type ProbeResult, recordProbes } from './recorded.ts';
import type { ProbeView } from './tables.ts';

const INTERVAL_MS = 15_000;
/** Whoever waits longer has gone. */
const TIMEOUT_MS = 5_000;

interface ProbedAddress {
  readonly view: ProbeView;
  /** Where the application is: `http://127.0.0.1:3000`. */
  readonly url: string;
}

export interface ProberOptions {
  readonly database: Database;
  readonly addresses: readonly ProbedAddress[];
  readonly logger: Logger;
  readonly now?: () => Date;
  readonly intervalMs?: number;
  readonly timeoutMs?: number;
}

/**
 * Begins to ask.
 *
 * @returns ends it; resolves when what is under way has ended
 */
export function startProber(options: ProberOptions): () => Promise<void> {
  const { intervalMs = INTERVAL_MS, logger } = options;
  return repeating(intervalMs, () => probeOnce(options), logger);
}

/** Asks each address once, and writes down what came of it. @throws {DatabaseUnavailableError} */
export async function probeOnce({
  database,
  addresses,
  now = () => new Date(),
  timeoutMs = TIMEOUT_MS,
}: Omit<ProberOptions, 'logger' | 'intervalMs'>): Promise<void> {
  const results = await Promise.all(
    addresses.map(async ({ view, url }): Promise<ProbeResult> => {
      const at = now();
      return { view, at, answered: await isThere(url, timeoutMs) };
    }),
  );
  await recordProbes(database.db, results);
}

/** Whether there is an application that says it can serve. */
async function isThere(url: string, timeoutMs: number): Promise<boolean> {
  try {
    const answer = await fetch(new URL('/health-check', url), {
      signal: AbortSignal.timeout(timeoutMs),
      redirect: 'error',
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch (error) {
    // What `fetch` says of an address that does not answer, whatever the reason.
    if (error instanceof Error) {
      return false;
    }
    throw error;
  }
}
