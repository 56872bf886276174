import { randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
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
const BOOKERS = 3;
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

interface Reply {
  readonly status: number;
  readonly cookies: readonly string[];
  readonly body: string;
}

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
    const { id: tenantId } = await new TenantDirectory(database).create({ id: TENANT, name: TENANT });
    const people = new People(database);
    const members = Array.from({ length: MEMBERS }, (_, member) => `member-${member}`);
    const bookers = Array.from({ length: BOOKERS }, (_, booker) => `booker-${booker}`);
    for (const name of ['mentor', ...members, ...bookers]) {
      await people.createUser({
        email: email(name),
        name,
        password: PASSWORD,
        memberships: [{ tenantId, role: name === 'mentor' ? 'mentor' : 'member' }],
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
      const { course, slots } = await openSchool(server.url);
      const clients = [
        ...Array.from({ length: READERS }, () => traffic.read()),
        ...Array.from({ length: MEMBERS }, (_, member) => traffic.renew(email(`member-${member}`))),
        ...Array.from({ length: BOOKERS }, (_, booker) =>
          traffic.book(
            email(`booker-${booker}`),
            course,
            slots.filter((_slot, at) => at % BOOKERS === booker),
          ),
        ),
      ];
      await traffic.isWell();

      for (let broken = 0; broken < BREAKS; broken += 1) {
        await breakConnections(database);
        await delay(BREAK_EVERY_MS);
      }
      const calm = performance.now();
      await traffic.isWell();
      expect(traffic.lastRefusal() - calm).toBeLessThan(RECOVERY_MS);

      process.kill(postmaster(dataDirectory), 'SIGKILL');
      const killedAt = performance.now();
      await answering(database);
      const backAt = performance.now();
      await traffic.isWell();
      expect(traffic.lastRefusal() - backAt).toBeLessThan(RECOVERY_MS);

      traffic.stop();
      await Promise.all(clients);
      const bookings = await database.db.selectFrom('bookings').select(['id', 'state']).execute();
      const stateOf = new Map(bookings.map(({ id, state }) => [id, state]));
      expect([...traffic.booked].filter((id) => !stateOf.has(id))).toEqual([]);
      expect([...traffic.cancelled].filter((id) => stateOf.get(id) !== 'cancelled')).toEqual([]);
      expect(traffic.cancelled.size).toBeGreaterThan(0);
      expect(await server.stop()).toBe(0);

      const unexpected = traffic.answers.filter(({ status }) => ![200, 201, 401, 409, 503].includes(status));
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
  /** Bookings that were answered as made, and as cancelled. */
  readonly booked = new Set<string>();
  readonly cancelled = new Set<string>();
  readonly #url: string;
  #stopped = false;

  constructor(url: string) {
    this.#url = url;
  }

  stop(): void {
    this.#stopped = true;
  }

  /** When a request was last answered 503, in milliseconds since the process began. */
  lastRefusal(): number {
    return Math.max(...this.answers.filter(({ status }) => status === 503).map(({ at }) => at));
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
      const bookings = recent.filter(({ route }) => route === 'book').slice(-enough);
      const well = (ones: Answer[]): boolean =>
        ones.length === enough && ones.every(({ status }) => status !== 503 && status !== 0);
      if (well(reads) && well(renewals) && well(bookings)) {
        return;
      }
      await delay(POLL_MS);
    }
    throw new Error(`not well: ${JSON.stringify(this.answers.slice(-enough))}`);
  }

  /** Searches, which is never answered from a cache. */
  async read(): Promise<void> {
    while (!this.#stopped) {
      await this.#ask('read', '/api/public/kursus?q=catur', { headers: { 'x-tenant': TENANT } });
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
        cookie = response.cookies.find((one) => one.startsWith(REFRESH_COOKIE))?.split(';')[0];
      } else if (response?.status === 401) {
        cookie = undefined;
      }
    }
  }

  /** Books one slot after another and cancels it again. Slots whose booking was not answered stay as they are. */
  async book(person: string, course: string, slots: readonly string[]): Promise<void> {
    let authorization: string | undefined;
    for (let attempt = 0; !this.#stopped; attempt += 1) {
      const headers = { 'content-type': 'application/json', ...(authorization && { authorization }) };
      const post = (route: string, path: string, body: object): Promise<Reply | undefined> =>
        this.#ask(route, path, { method: 'POST', headers, body: JSON.stringify(body) });
      if (authorization === undefined) {
        const session = await post('log-in', '/api/login', { email: person, password: PASSWORD });
        if (session?.status === 200) {
          authorization = `Bearer ${tokenBody.parse(JSON.parse(session.body)).access_token}`;
        }
        continue;
      }
      const slot = slots[attempt % slots.length];
      const booking = await post('book', '/api/pelanggan/pesan-sesi', { course, slot });
      if (booking?.status === 201) {
        const { id } = idBody.parse(JSON.parse(booking.body));
        this.booked.add(id);
        const cancelled = await post('cancel', '/api/pelanggan/batalkan-sesi', { booking: id });
        if (cancelled?.status === 200) {
          this.cancelled.add(id);
        }
      }
    }
  }

  async #ask(
    route: string,
    path: string,
    { headers, ...init }: RequestInit & { headers: Record<string, string> },
  ): Promise<Reply | undefined> {
    const traceId = randomBytes(16).toString('hex');
    const traceparent = `00-${traceId}-${randomBytes(8).toString('hex')}-01`;
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      headers: { ...headers, traceparent },
    }).then(
      async (answer) => {
        const { status, headers: sent } = answer;
        return { status, cookies: sent.getSetCookie(), body: await answer.text() };
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

function email(name: string): string {
  return `${name}@survivors.example`;
}

const tokenBody = z.object({ access_token: z.string() });
const idBody = z.object({ id: z.string() });
const slotsBody = z.object({ data: z.array(idBody) });

/** A course, and the times at which its mentor can be booked. */
async function openSchool(url: string): Promise<{ course: string; slots: string[] }> {
  const headers: Record<string, string> = { 'content-type': 'application/json', 'x-tenant': TENANT };
  const ask = async <T>(schema: z.ZodType<T>, path: string, body?: object): Promise<T> => {
    const method = body === undefined ? 'GET' : 'POST';
    const answer = await fetch(`${url}${path}`, {
      method,
      headers,
      ...(body && { body: JSON.stringify(body) }),
    });
    const text = await answer.text();
    if (!answer.ok) {
      throw new Error(`${path}: ${text}`);
    }
    return schema.parse(JSON.parse(text));
  };
  const { access_token } = await ask(tokenBody, '/api/login', { email: email('mentor'), password: PASSWORD });
  headers['authorization'] = `Bearer ${access_token}`;
  const lessons = { title: 'Catur', subject: 'Catur', price_idr: 100_000 };
  const { id: course } = await ask(idBody, '/api/mentor/kursus', lessons);
  const weekdays = [1, 2, 3, 4, 5, 6, 7];
  const weekly = weekdays.map((day) => ({ day, from: '06:00', until: '22:00' }));
  await ask(z.unknown(), '/api/mentor/atur-jadwal', { weekly });
  const { id: mentor } = await ask(idBody, '/api/mentor/profil-saya');
  const { data } = await ask(slotsBody, `/api/public/mentor/${mentor}/jadwal?limit=100`);
  return { course, slots: data.map(({ id }) => id) };
}
