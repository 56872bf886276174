import { type Kysely, sql } from 'kysely';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import { rest } from '../stopping.ts';
import { silent, startTestPostgres, type TestPostgres } from '../testing/postgres.ts';
import { type JobContext, JobError, type JobHandler, type JobOutcome, jobHandler } from './handler.ts';
import { type Jobs, startJobs } from './jobs.ts';
import { addJob, type Task } from './task.ts';

const GREET: Task<{ name: string }> = { name: 'greet', payload: z.object({ name: z.string() }) };
const INTERVALS = { measureMs: 50, beatMs: 100, scheduleMs: 100 };
const SOON = { timeout: 10_000, interval: 20 };
const LOOKED_LATE_SECONDS = 2;

let server: TestPostgres;
let database: Database;
let db: Kysely<Schema>;
let url: string;
const started: Jobs[] = [];

beforeAll(async () => {
  server = await startTestPostgres();
  ({ database, url } = await server.freshDatabase());
  ({ db } = database);
});
afterAll(() => server.stop());
beforeEach(async () => {
  await sql`delete from graphile_worker._private_jobs`.execute(db);
});
afterEach(async () => {
  await Promise.all(started.splice(0).map((jobs) => jobs.stop()));
});

function start(handlers: readonly JobHandler[], options: { url?: string; work?: boolean } = {}): Jobs {
  const jobs = startJobs({
    database,
    url,
    handlers,
    schedules: [],
    logger: silent,
    work: true,
    intervals: INTERVALS,
    ...options,
  });
  started.push(jobs);
  return jobs;
}

/** A handler of "greet", and whom it has greeted. */
function greeter(greet: (name: string, context: JobContext) => Promise<void> = async () => undefined) {
  const greeted: string[] = [];
  const handler = jobHandler(GREET, async ({ name }, context) => {
    greeted.push(name);
    await greet(name, context);
  });
  return { greeted, handler };
}

interface Row {
  readonly attempts: number;
  readonly max_attempts: number;
  readonly last_error: string | null;
  readonly locked: boolean;
  /** Seconds from now. */
  readonly due: number;
}

async function stored(): Promise<Row[]> {
  const { rows } = await sql<Row>`
    select attempts, max_attempts, last_error, locked_at is not null as locked,
      extract(epoch from run_at - now())::float8 as due
    from graphile_worker.jobs order by id`.execute(db);
  return rows;
}

describe('a job', () => {
  it('is done soon after its transaction is committed', async () => {
    const { greeted, handler } = greeter();
    start([handler]);
    await db.transaction().execute((transaction) => addJob(transaction, GREET, { name: 'Budi' }));
    await expect.poll(() => greeted, SOON).toEqual(['Budi']);
    await expect.poll(stored, SOON).toEqual([]);
  });

  it('is not there when its transaction is rolled back', async () => {
    const failing = db.transaction().execute(async (transaction) => {
      await addJob(transaction, GREET, { name: 'Budi' });
      throw new Error('no, after all');
    });
    await expect(failing).rejects.toThrow('no, after all');
    expect(await stored()).toEqual([]);
  });

  it('is done by one of several processes', async () => {
    const first = greeter();
    const second = greeter();
    start([first.handler]);
    start([second.handler]);
    const names = Array.from({ length: 200 }, (_, index) => `person ${index}`);
    await db
      .transaction()
      .execute((transaction) => Promise.all(names.map((name) => addJob(transaction, GREET, { name }))));
    await expect.poll(stored, SOON).toEqual([]);
    expect([...first.greeted, ...second.greeted].sort()).toEqual([...names].sort());
  });

  it.each([
    ['is tried again no sooner than it says, and that attempt counts', true, 1],
    ['is put off without an attempt being used up, when it was not the time for it', false, 0],
  ])('%s', async (_what, counts, attempts) => {
    const { handler } = greeter(async () => {
      throw new JobError('Not now.', { again: { afterMs: 90_000, counts } });
    });
    const outcomes: JobOutcome[] = [];
    start([handler]).onAttempt((_task, outcome) => outcomes.push(outcome));
    // Even the last attempt is none when it was not the time for it.
    await addJob(db, GREET, { name: 'Budi' }, { maxAttempts: counts ? 2 : 1 });
    await expect.poll(stored, SOON).toMatchObject([{ attempts, locked: false, last_error: 'Not now.' }]);
    const [row] = await stored();
    expect(row?.due).toBeLessThanOrEqual(90);
    expect(row?.due).toBeGreaterThan(90 - LOOKED_LATE_SECONDS);
    expect(outcomes).toEqual([counts ? 'failed' : 'put-off']);
  });

  it('is put off for longer after each failure, and says nothing of what went wrong inside', async () => {
    const { greeted, handler } = greeter(async () => {
      throw new Error('select secret from somewhere');
    });
    start([handler]);
    await addJob(db, GREET, { name: 'Budi' });
    const waits: number[] = [];
    for (const attempts of [1, 2, 3]) {
      await expect
        .poll(stored, SOON)
        .toMatchObject([
          { attempts, locked: false, last_error: expect.stringContaining('unexpectedly (Error)') },
        ]);
      const [row] = await stored();
      waits.push(row?.due ?? 0);
      await sql`update graphile_worker._private_jobs set run_at = now()`.execute(db);
    }
    // e, e² and e³ seconds, less what passed until we looked.
    for (const [index, wait] of waits.entries()) {
      expect(wait).toBeLessThanOrEqual(Math.E ** (index + 1));
      expect(wait).toBeGreaterThan(Math.E ** (index + 1) - LOOKED_LATE_SECONDS);
    }
    expect(greeted.length).toBeGreaterThanOrEqual(3);
  });

  it('is kept, and tried no more, when its attempts are used up', async () => {
    const outcomes: JobOutcome[] = [];
    const { handler } = greeter(async () => {
      throw new JobError('Nobody is at home.');
    });
    const jobs = start([handler]);
    jobs.onAttempt((_task, outcome) => outcomes.push(outcome));
    await addJob(db, GREET, { name: 'Budi' }, { maxAttempts: 1 });
    await expect
      .poll(stored, SOON)
      .toMatchObject([{ attempts: 1, max_attempts: 1, locked: false, last_error: 'Nobody is at home.' }]);
    expect(outcomes).toEqual(['given-up']);
    await expect.poll(() => jobs.queue().jobs.failed, SOON).toBe(1);
  });

  it('is given up at once when trying again would be in vain, or its payload is not the task’s', async () => {
    const { greeted, handler } = greeter(async () => {
      throw new JobError('There is nobody of this name.', { final: true });
    });
    start([handler]);
    await addJob(db, GREET, { name: 'Nobody' });
    await sql`select graphile_worker.add_job('greet', '{"name": 7}'::json)`.execute(db);
    await expect.poll(stored, SOON).toMatchObject([
      { attempts: 1, max_attempts: 1, last_error: 'There is nobody of this name.' },
      { attempts: 1, max_attempts: 1, last_error: expect.stringContaining('name: Invalid input') },
    ]);
    expect(greeted).toEqual(['Nobody']);
  });

  it('is given up when no worker knows its task for a while', async () => {
    start([greeter().handler]);
    await sql`select graphile_worker.add_job('unheard-of', run_at := now() - interval '1 hour')`.execute(db);
    await sql`select graphile_worker.add_job('unheard-of')`.execute(db);
    await expect.poll(stored, SOON).toMatchObject([
      { attempts: 25, last_error: 'No worker knows this task: unheard-of' },
      { attempts: 0, last_error: null },
    ]);
  });

  it('is left alone by a process that does no jobs, which tells of it all the same', async () => {
    const { greeted, handler } = greeter();
    const jobs = start([handler], { work: false });
    await addJob(db, GREET, { name: 'Budi' });
    await addJob(db, GREET, { name: 'Sari' }, { runAt: new Date(Date.now() + 3_600_000) });
    await expect
      .poll(() => jobs.queue().jobs, SOON)
      .toEqual({ waiting: 1, scheduled: 1, running: 0, failed: 0 });
    await expect.poll(() => jobs.queue().oldestWaitingSeconds, SOON).toBeGreaterThan(0.05);
    expect(greeted).toEqual([]);
  });

  it('is done once the jobs before it in its queue are done', async () => {
    let running = 0;
    let most = 0;
    const { greeted, handler } = greeter(async (_name, { signal }) => {
      running += 1;
      most = Math.max(most, running);
      await rest(20, signal);
      running -= 1;
    });
    start([handler]);
    for (const name of ['a', 'b', 'c', 'd']) {
      await addJob(db, GREET, { name }, { queue: 'greetings' });
    }
    await expect.poll(stored, SOON).toEqual([]);
    expect(greeted).toEqual(['a', 'b', 'c', 'd']);
    expect(most).toBe(1);
  });
});

describe('stopping', () => {
  it('waits for a job that ends in time', async () => {
    const { greeted, handler } = greeter(async () => {
      await rest(300, new AbortController().signal);
      greeted.push('done');
    });
    const jobs = start([handler]);
    await addJob(db, GREET, { name: 'Budi' });
    await expect.poll(() => greeted, SOON).toEqual(['Budi']);
    await jobs.stop();
    expect(greeted).toEqual(['Budi', 'done']);
    expect(await stored()).toEqual([]);
  });

  it('asks a long job to end, and leaves it to be run again', async () => {
    const { greeted, handler } = greeter(async (_name, { signal }) => {
      await rest(60_000, signal);
      signal.throwIfAborted();
    });
    const jobs = start([handler]);
    await addJob(db, GREET, { name: 'Budi' });
    await expect.poll(() => greeted, SOON).toEqual(['Budi']);
    const startedAt = Date.now();
    await jobs.stop();
    expect(Date.now() - startedAt).toBeLessThan(8_000);
    expect(await stored()).toMatchObject([{ attempts: 1, locked: false }]);
  });

  it('does not wait for ever for a job that does not listen', async () => {
    const { greeted, handler } = greeter(() => new Promise(() => undefined));
    const jobs = start([handler]);
    await addJob(db, GREET, { name: 'Budi' });
    await expect.poll(() => greeted, SOON).toEqual(['Budi']);
    const startedAt = Date.now();
    await jobs.stop();
    expect(Date.now() - startedAt).toBeLessThan(12_000);
    expect(await stored()).toMatchObject([{ attempts: 1, locked: false }]);
  }, 30_000);
});
