import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { TenantId } from '@riwayat/collector';
import { Session } from 'chdb';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { People } from './identity/people.ts';
import { REFRESH_COOKIE } from './identity/routes.ts';
import { DatabaseUnavailableError } from './postgres/availability.ts';
import { type Database, openDatabase } from './postgres/database.ts';
import { borrowEmbeddedPostgres } from './postgres/embedded.ts';
import { TenantDirectory } from './tenants/directory.ts';
import { silent, temporaryDirectory } from './testing/postgres.ts';
import { type ServerProcess, startServer } from './testing/server.ts';

const TENANT = 'survivors';
const PASSWORD = 'correct horse battery staple';
const READERS = 4;
const MEMBERS = 4;
/** Connections are broken so often, for so long. */
const BREAK_EVERY_MS = 15;
const BREAKS = 80;
const RECOVERY_MS = 5_000;
const LONGEST_OUTAGE_MS = 30_000;
const POLL_MS = 50;
const TEST_TIMEOUT_MS = 120_000;

const storedTraces = z.object({
  data: z.array(z.object({ trace_id: z.string(), stored: z.coerce.number() })),
});

interface Answer {
  readonly traceId: string;
  readonly route: string;
  /** 0: there was no answer. */
  readonly status: number;
  readonly at: number;
}

describe('Postgres going away under load', () => {
  let dataDirectory: string;
  let server: ServerProcess;
  let database: Database;

  beforeAll(async () => {
    dataDirectory = await temporaryDirectory();
    server = await startServer({ dataDirectory, env: { DEMO: 'off', RATE_LIMITS: 'off' } });
    const postgres = await borrowEmbeddedPostgres({
      dataDirectory: join(dataDirectory, 'postgres'),
      logger: silent,
    });
    database = await openDatabase({ url: postgres.url, logger: silent, maxConnections: 2 });
    await new TenantDirectory(database).create({ id: TENANT, name: TENANT });
    const people = new People(database);
    for (let member = 0; member < MEMBERS; member += 1) {
      await people.createUser({
        email: email(member),
        name: 'Member',
        password: PASSWORD,
        memberships: [{ tenantId: TENANT as TenantId, role: 'member' }],
      });
    }
  });
  afterAll(async () => {
    await database.close();
    await server.kill();
    await rm(dataDirectory, { recursive: true, force: true });
  });

  it(
    'is answered with 503 until it is back, with every request recorded',
    async () => {
      const traffic = new Traffic(server.url);
      const clients = [
        ...Array.from({ length: READERS }, () => traffic.read()),
        ...Array.from({ length: MEMBERS }, (_, member) => traffic.renew(email(member))),
      ];
      await traffic.isWell();

      for (let broken = 0; broken < BREAKS; broken += 1) {
        await breakConnections(database);
        await delay(BREAK_EVERY_MS);
      }
      const calm = performance.now();
      await traffic.isWell();
      expect(performance.now() - calm).toBeLessThan(RECOVERY_MS);

      process.kill(postmaster(dataDirectory), 'SIGKILL');
      const killedAt = performance.now();
      await answering(database);
      const backAt = performance.now();
      await traffic.isWell();
      expect(performance.now() - backAt).toBeLessThan(RECOVERY_MS);

      traffic.stop();
      await Promise.all(clients);
      expect(await server.stop()).toBe(0);

      const unexpected = traffic.answers.filter(({ status }) => ![200, 401, 503].includes(status));
      expect(unexpected).toEqual([]);
      const refused = traffic.answers.filter(({ status, at }) => status === 503 && at > killedAt);
      expect(refused.length).toBeGreaterThan(0);
      const stored = await readTraces(join(dataDirectory, 'clickhouse'));
      const lost = traffic.answers.filter(({ traceId }) => stored.get(traceId) !== 1);
      expect(lost).toEqual([]);
    },
    TEST_TIMEOUT_MS,
  );
});

/** Clients that ask one thing after another until they are stopped. */
class Traffic {
  readonly answers: Answer[] = [];
  readonly #url: string;
  #stopped = false;

  constructor(url: string) {
    this.#url = url;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** Resolves once every kind of request has been answered well many times in a row. */
  async isWell(): Promise<void> {
    const from = this.answers.length;
    const enough = 20;
    const until = performance.now() + LONGEST_OUTAGE_MS;
    while (performance.now() < until) {
      const recent = this.answers.slice(from);
      const reads = recent.filter(({ route }) => route === 'read').slice(-enough);
      const renewals = recent.filter(({ route }) => route === 'renew').slice(-enough);
      if (
        [reads, renewals].every(
          (ones) => ones.length === enough && ones.every(({ status }) => status === 200),
        )
      ) {
        return;
      }
      await delay(POLL_MS);
    }
    throw new Error(`not well: ${JSON.stringify(this.answers.slice(-enough))}`);
  }

  /** Asks the database for a list. */
  async read(): Promise<void> {
    while (!this.#stopped) {
      await this.#ask('read', '/api/public/kursus', { headers: { 'x-tenant': TENANT } });
    }
  }

  /** Renews a session, a transaction each time; logs in again when the session is over. */
  async renew(person: string): Promise<void> {
    let cookie: string | undefined;
    while (!this.#stopped) {
      const response =
        cookie === undefined
          ? await this.#ask('log-in', '/api/login', {
              method: 'POST',
              headers: { 'content-type': 'application/json' },
              body: JSON.stringify({ email: person, password: PASSWORD }),
            })
          : await this.#ask('renew', '/api/token/refresh', {
              method: 'POST',
              headers: { cookie, origin: this.#url },
            });
      if (response?.status === 200) {
        cookie = response.headers
          .getSetCookie()
          .find((one) => one.startsWith(REFRESH_COOKIE))
          ?.split(';')[0];
      } else if (response?.status === 401) {
        cookie = undefined;
      }
    }
  }

  async #ask(
    route: string,
    path: string,
    { headers, ...init }: RequestInit & { headers: Record<string, string> },
  ): Promise<Response | undefined> {
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      headers: { ...headers, traceparent },
    }).then(
      async (answer) => {
        await answer.arrayBuffer();
        return answer;
      },
      () => undefined,
    );
    this.answers.push({ traceId, route, status: response?.status ?? 0, at: performance.now() });
    if (response?.status === 503) {
      // As a client that heeds Retry-After does, only sooner.
      await delay(POLL_MS);
    }
    return response;
  }
}

/** Ends every connection that the application has, whatever it is in the middle of. */
async function breakConnections({ db }: Database): Promise<void> {
  await sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`.execute(db);
}

/** Resolves once Postgres takes statements again. */
async function answering(database: Database): Promise<void> {
  const until = performance.now() + LONGEST_OUTAGE_MS;
  for (;;) {
    try {
      return await database.ping();
    } catch (error) {
      if (!(error instanceof DatabaseUnavailableError) || performance.now() > until) {
        throw error;
      }
      await delay(POLL_MS);
    }
  }
}

/** Process id of the server on this data directory: the first line of its `postmaster.pid`. */
function postmaster(dataDirectory: string): number {
  const parent = join(dataDirectory, 'postgres');
  const [file] = [parent, ...readdirSync(parent).map((name) => join(parent, name))]
    .map((directory) => join(directory, 'postmaster.pid'))
    .filter((path) => existsSync(path));
  return Number(readFileSync(file ?? '', 'utf8').split('\n')[0]);
}

/** How often each trace is stored, read with the engine itself. */
async function readTraces(path: string): Promise<Map<string, number>> {
  const session = new Session(path);
  try {
    const answer = await session.queryAsync(
      'SELECT trace_id, count() AS stored FROM riwayat.requests GROUP BY trace_id',
      { format: 'JSON' },
    );
    const { data } = storedTraces.parse(answer.json());
    return new Map(data.map((row) => [row.trace_id, row.stored]));
  } finally {
    session.close();
  }
}

function email(member: number): string {
  return `member-${member}@survivors.example`;
}
