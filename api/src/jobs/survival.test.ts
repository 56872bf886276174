import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { z } from 'zod';
import { DatabaseUnavailableError } from '../postgres/availability.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { aborted, rest } from '../stopping.ts';
import { inherited } from '../testing/environment.ts';
import { severable, silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { jobHandler } from './handler.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { addJob, type Task } from './task.ts';

const GREET: Task<{ name: string }> = { name: 'greet', payload: z.object({ name: z.string() }) };
const INTERVALS = { measureMs: 100, beatMs: 100, scheduleMs: 1_000, answerMs: 2_000 };
const SOON = { timeout: 15_000, interval: 20 };
const A_WHILE_MS = 120_000;
const HOUR_MS = 3_600_000;
const WORKER = fileURLToPath(new URL('../testing/job-worker.ts', import.meta.url));

let server: TestPostgres;
let database: Database;
let db: Kysely<Schema>;
let url: string;
let greeted: string[];
const started: Jobs[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database, url } = await server.freshDatabase());
  ({ db } = database);
});
afterAll(() => server.stop());
beforeEach(async () => {
  greeted = [];
  await sql`delete from graphile_worker._private_jobs`.execute(db);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((jobs) => jobs.stop()));
});

interface Start {
  readonly url?: string;
  /** How long a greeting takes. */
  readonly takesMs?: number;
  /** Greetings do not end before these have aborted. */
  readonly ends?: ReadonlyMap<string, AbortController>;
  readonly goneAfterSeconds?: number;
}

function start({ takesMs = 0, ends, ...options }: Start = {}): Jobs {
  const jobs = startJobs({
    database,
    url,
    handlers: [
      jobHandler(GREET, async ({ name }, { signal }) => {
        greeted.push(name);
        await rest(takesMs, signal);
        const end = ends?.get(name);
        if (end) {
          await aborted(end.signal);
        }
      }),
    ],
    schedules: [],
    logger: silent,
    work: true,
    intervals: INTERVALS,
    ...options,
  });
  started.push(jobs);
  return jobs;
}

const left = async (): Promise<number> => {
  const { rows } = await sql<{ left: number }>`
    select count(*)::int as left from graphile_worker._private_jobs`.execute(db);
  return rows[0]?.left ?? 0;
};

it(
  'does what was added while the way to Postgres was cut, once it is open again',
  async () => {
    const way = await severable(url);
    start({ url: way.url });
    await addJob(db, GREET, { name: 'before' });
    await expect.poll(left, SOON).toBe(0);
    await way.sever();
    await addJob(db, GREET, { name: 'meanwhile' });
    await rest(5_000, new AbortController().signal);
    expect(greeted).toEqual(['before']);
    await way.restore();
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['before', 'meanwhile']);
    await way.sever();
  },
  A_WHILE_MS,
);

it(
  'begins once Postgres is there, when it was not at the start',
  async () => {
    const way = await severable(url);
    await way.sever();
    start({ url: way.url });
    await addJob(db, GREET, { name: 'patient' });
    await rest(3_000, new AbortController().signal);
    await way.restore();
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['patient']);
    await way.sever();
  },
  A_WHILE_MS,
);

it(
  'runs a job again whose end could not be noted, and soon',
  async () => {
    const way = await severable(url);
    const end = new AbortController();
    start({ url: way.url, ends: new Map([['twice', end]]) });
    await addJob(db, GREET, { name: 'twice' });
    await expect.poll(() => greeted, SOON).toEqual(['twice']);
    await way.sever();
    end.abort();
    await rest(1_000, new AbortController().signal);
    await way.restore();
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['twice', 'twice']);
    await way.sever();
  },
  A_WHILE_MS,
);

it(
  'runs jobs again whose ends could not be noted, one after another',
  async () => {
    const way = await severable(url);
    const names = ['a', 'b', 'c', 'd'];
    const ends = new Map(names.map((name) => [name, new AbortController()]));
    start({ url: way.url, ends });
    await Promise.all(names.map((name) => addJob(db, GREET, { name })));
    await expect.poll(() => greeted.toSorted(), SOON).toEqual(names);
    await way.sever();
    for (const end of ends.values()) {
      end.abort();
      // Each is noted by itself: several at a time are noted together.
      await rest(50, new AbortController().signal);
    }
    await way.restore();
    await expect.poll(left, SOON).toBe(0);
    expect(greeted.toSorted()).toEqual(['a', 'a', 'b', 'b', 'c', 'c', 'd', 'd']);
    await way.sever();
  },
  A_WHILE_MS,
);

it(
  'does a job that it was given without hearing of it',
  async () => {
    start({ goneAfterSeconds: 2 });
    await addJob(db, GREET, { name: 'heard of' });
    await expect.poll(left, SOON).toBe(0);
    await addJob(db, GREET, { name: 'unheard of' }, { runAt: new Date(Date.now() + HOUR_MS) });
    await sql`
      update graphile_worker._private_jobs
      set run_at = now(), attempts = 1, locked_at = now(),
        locked_by = (select id from job_workers order by seen_at desc limit 1)`.execute(db);
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['heard of', 'unheard of']);
  },
  A_WHILE_MS,
);

it(
  'does the jobs of a queue that is taken for none of them',
  async () => {
    start({ goneAfterSeconds: 2 });
    await addJob(db, GREET, { name: 'first' }, { queue: 'greetings' });
    await expect.poll(left, SOON).toBe(0);
    await sql`
      update graphile_worker._private_job_queues
      set locked_at = now(), locked_by = (select id from job_workers order by seen_at desc limit 1)`.execute(
      db,
    );
    await addJob(db, GREET, { name: 'second' }, { queue: 'greetings' });
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['first', 'second']);
  },
  A_WHILE_MS,
);

it(
  'leaves a job alone for as long as it is done',
  async () => {
    start({ takesMs: 3_000, goneAfterSeconds: 1 });
    await addJob(db, GREET, { name: 'in hand' });
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['in hand']);
  },
  A_WHILE_MS,
);

it(
  'stops in time while Postgres is away',
  async () => {
    const way = await severable(url);
    const jobs = start({ url: way.url });
    await addJob(db, GREET, { name: 'before' });
    await expect.poll(left, SOON).toBe(0);
    await way.sever();
    await addJob(db, GREET, { name: 'after' });
    const startedAt = Date.now();
    await jobs.stop();
    expect(Date.now() - startedAt).toBeLessThan(12_000);
    expect(greeted).toEqual(['before']);
    expect(await left()).toBe(1);
  },
  A_WHILE_MS,
);

it(
  'does every job while the server is killed again and again',
  async () => {
    start({ takesMs: 50, goneAfterSeconds: 5 });
    start({ takesMs: 50, goneAfterSeconds: 5 });
    const names = Array.from({ length: 120 }, (_, index) => `person ${index}`);
    await Promise.all(names.map((name) => addJob(db, GREET, { name })));
    for (let kill = 0; kill < 3; kill += 1) {
      await rest(400, new AbortController().signal);
      const { rows } = await answered(() =>
        sql<{ file: string }>`select pg_read_file('postmaster.pid') as file`.execute(db),
      );
      process.kill(Number.parseInt(rows[0]?.file ?? '', 10), 'SIGQUIT');
    }
    // What nobody has in hand is free 5 s after it was taken, or 2 s after it was done; the rest is Postgres's own start.
    await expect.poll(() => answered(left), { timeout: 60_000, interval: 100 }).toBe(0);
    expect(new Set(greeted)).toEqual(new Set(names));
  },
  A_WHILE_MS,
);

it(
  'runs a job again that a process was killed in the middle of',
  async () => {
    const child = spawn(process.execPath, ['--import', 'tsx', '--conditions=@riwayat/source', WORKER, url], {
      env: inherited,
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    await addJob(db, GREET, { name: 'left behind' });
    const [said] = await once(child.stdout, 'data');
    expect(String(said)).toBe('taken: left behind\n');
    start({ goneAfterSeconds: 4 });
    await rest(5_000, new AbortController().signal);
    // As long as it lives, the job is its.
    expect(greeted).toEqual([]);
    child.kill('SIGKILL');
    await expect.poll(left, SOON).toBe(0);
    expect(greeted).toEqual(['left behind']);
  },
  A_WHILE_MS,
);

/** What is answered once Postgres can be reached. */
async function answered<T>(ask: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await ask();
    } catch (error) {
      expect(error).toBeInstanceOf(DatabaseUnavailableError);
      await rest(50, new AbortController().signal);
    }
  }
}
