import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Session } from 'chdb';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { temporaryDirectory } from './testing/postgres.ts';
import { type ServerProcess, startServer } from './testing/server.ts';

const KILLS = 10;
const CLIENTS = 8;
const TRAFFIC_MS = 400;
/**
 * A request answered this long before the kill counts as synced: many times the ten milliseconds between two
 * syncs, because this machine may be busy with other tests.
 */
const SYNCED_AFTER_MS = 800;
const TEST_TIMEOUT_MS = 180_000;

const storedTraces = z.object({
  data: z.array(z.object({ trace_id: z.string(), stored: z.coerce.number() })),
});

interface Sent {
  readonly traceId: string;
  readonly answeredAt: number | undefined;
}

describe('kill -9 of the server during traffic', () => {
  let dataDirectory: string;
  let server: ServerProcess | undefined;

  beforeAll(async () => {
    dataDirectory = await temporaryDirectory();
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it(
    `leaves every synced request stored once, and one Postgres, ${KILLS} times`,
    async () => {
      const synced: string[] = [];
      const sent: string[] = [];
      for (let kill = 0; kill < KILLS; kill += 1) {
        server = await startServer({ dataDirectory, env: { DEMO: 'off' } });
        const traffic = await killedDuringTraffic(server);
        const safe = traffic.killedAt - SYNCED_AFTER_MS;
        sent.push(...traffic.requests.map(({ traceId }) => traceId));
        synced.push(
          ...traffic.requests
            .filter(({ answeredAt }) => answeredAt !== undefined && answeredAt < safe)
            .map(({ traceId }) => traceId),
        );
      }
      server = await startServer({ dataDirectory, env: { DEMO: 'off' } });
      // A connection's process is called like the server's until it has given itself a name.
      await expect.poll(() => serversOf(dataDirectory)).toHaveLength(1);
      expect(await server.stop()).toBe(0);
      expect(serversOf(dataDirectory)).toHaveLength(0);

      const stored = await readTraces(join(dataDirectory, 'clickhouse'));
      const twice = [...stored].filter(([, count]) => count !== 1);
      const lost = synced.filter((traceId) => !stored.has(traceId));
      const unknown = [...stored.keys()].filter((traceId) => !sent.includes(traceId));
      expect({ lost, twice, unknown }).toEqual({ lost: [], twice: [], unknown: [] });
      expect(synced.length).toBeGreaterThan(KILLS * CLIENTS);
    },
    TEST_TIMEOUT_MS,
  );
});

/** Keeps several clients asking, kills the server in the middle, and tells what was sent and what was answered. */
async function killedDuringTraffic(server: ServerProcess): Promise<{ requests: Sent[]; killedAt: number }> {
  const requests: Sent[] = [];
  let killedAt = Number.POSITIVE_INFINITY;
  const client = async (): Promise<void> => {
    while (killedAt === Number.POSITIVE_INFINITY) {
      const traceId = randomBytes(16).toString('hex');
      const answeredAt = await fetch(`${server.url}/api/public/kursus`, {
        headers: { traceparent: `00-${traceId}-${randomBytes(8).toString('hex')}-01` },
      }).then(
        async (response) => {
          await response.arrayBuffer();
          return performance.now();
        },
        () => undefined,
      );
      requests.push({ traceId, answeredAt });
    }
  };
  const clients = Array.from({ length: CLIENTS }, client);
  await delay(TRAFFIC_MS + SYNCED_AFTER_MS);
  killedAt = performance.now();
  await server.kill();
  await Promise.all(clients);
  return { requests, killedAt };
}

/** Process ids of the Postgres servers that run on this data directory. */
function serversOf(dataDirectory: string): number[] {
  const isServer = (command: string): boolean =>
    command.includes('bin/postgres') && command.includes(`${dataDirectory}/postgres`);
  return processes().flatMap(({ pid, command }) => (isServer(command) ? [pid] : []));
}

/** Every process of this machine. Linux tells by files, also where there is no `ps`. */
function processes(): { pid: number; command: string }[] {
  if (!existsSync('/proc/self/cmdline')) {
    const lines = execFileSync('ps', ['-eo', 'pid=,args='], { encoding: 'utf8' }).split('\n');
    return lines.map((line) => ({ pid: Number.parseInt(line, 10), command: line }));
  }
  return readdirSync('/proc').flatMap((name) => {
    const file = `/proc/${name}/cmdline`;
    try {
      return /^\d+$/.test(name) ? [{ pid: Number(name), command: readFileSync(file, 'utf8') }] : [];
    } catch (error) {
      // A process that ended while the list was read.
      if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
        return [];
      }
      throw error;
    }
  });
}

/** How often each trace of the tutoring route is stored, read with the engine itself. */
async function readTraces(path: string): Promise<Map<string, number>> {
  const session = new Session(path);
  try {
    const answer = await session.queryAsync(
      "SELECT trace_id, count() AS stored FROM riwayat.requests WHERE endpoint = '/api/public/kursus' GROUP BY trace_id",
      { format: 'JSON' },
    );
    const { data } = storedTraces.parse(answer.json());
    return new Map(data.map((row) => [row.trace_id, row.stored]));
  } finally {
    session.close();
  }
}
