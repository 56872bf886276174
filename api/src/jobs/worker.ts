/*
 * The workers of one process, on graphile-worker.
 *
 * What always holds: Postgres going away never ends the process, and work goes on once it is back. The library alone
 * does not give that: a pool of its workers that fails to note a result shuts itself down, and when it fails to note
 * several, never says that it has; one that first asks while Postgres is away keeps the failure for an answer, or asks
 * again by itself with minutes between; one that never hears the answer to its question holds a job that it does not
 * know of. So a pool that has met a failure is replaced once Postgres is back, may bring to an end what it is doing, and
 * what it holds then is given to others. What it holds and this process has not in hand is not waited for.
 */
import { EventEmitter } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import {
  runTaskList,
  type Worker,
  type WorkerEvents,
  type WorkerPool,
  type Task as WorkerTask,
} from 'graphile-worker';
import type { Pool } from 'pg';
import type { Logger } from '../postgres/logger.ts';
import { jobsLogger } from '../postgres/migrate-jobs.ts';
import { rest } from '../stopping.ts';
import { type Again, attempting, type JobHandler, type ObserveJob } from './handler.ts';
import { Holds } from './hold.ts';

/** Jobs that this process does at once. */
const CONCURRENCY = 4;
/** How soon a job that was put off is found; a new one is told of at once. */
const POLL_MS = 2_000;
/** …nor is the next job of a queue, when the one before it has ended. */
const NEXT_OF_QUEUE_MS = 20;
/** Between two looks whether Postgres is back. */
const RETRY_MS = 1_000;
/** Running jobs are asked to end after this long… */
const ABORT_AFTER_MS = 4_000;
/** …and left, to be run again, after this long. */
const STOP_AFTER_MS = 8_000;
const FORCED_STOP_MS = 2_000;
/** Both set: the library drops the promise of an unbatched note, and its rejection would end the process. */
const NOTE_RESULTS_AFTER_MS = 0;

/** The job that is running is not tried again: its attempts are used up. */
const GIVE_UP = 'update graphile_worker._private_jobs set max_attempts = attempts where id = $1';
/** Once the attempt is noted as failed, the library adds e to the power of the attempts, in seconds. */
const PUT_OFF = `
  update graphile_worker._private_jobs
  set attempts = attempts - $3::int,
    run_at = now() + greatest(0, $2::float8 / 1000 - exp(least(attempts - $3::int, 10))) * interval '1 second'
  where id = $1`;

export interface WorkersOptions {
  /** Its own: a worker that waits for a connection of the application's pool would wait behind requests. */
  readonly pool: Pool;
  readonly handlers: readonly JobHandler[];
  readonly logger: Logger;
  readonly observe: ObserveJob;
  /** What Postgres has not answered by then, it never will. */
  readonly answerMs: number;
}

/** Does jobs until it is stopped. */
export class Workers {
  readonly #options: WorkersOptions;
  readonly #stopping = new AbortController();
  readonly #holds: Holds;
  /** Pools that may hold jobs: the one in use, and those that are ending. */
  readonly #pools = new Set<WorkerPool>();
  readonly #endings = new Set<Promise<void>>();
  /** Pools that ended, whose jobs nobody has given to others yet. */
  readonly #ended: string[] = [];
  readonly #running: Promise<void>;

  constructor(options: WorkersOptions) {
    this.#options = options;
    this.#holds = new Holds(options.answerMs);
    this.#running = this.#run();
  }

  /** Under these names this process holds jobs. */
  ids(): string[] {
    return [...this.#pools].map(({ id }) => id);
  }

  /** The jobs that are done here, or were until a moment ago. */
  jobIds(): string[] {
    return this.#holds.jobIds();
  }

  /** Names under which jobs may be left that nobody here works on any more; each is told once. */
  takeEnded(): string[] {
    return this.#ended.splice(0);
  }

  /** Takes no more jobs and waits for those that run, {@link STOP_AFTER_MS} at most; what is not done by then is run again. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#running;
    await Promise.all(this.#endings);
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      const workers = this.#startPool();
      const trouble = await this.#uselessness(workers);
      const ending = this.#end(workers.pool).finally(() => this.#endings.delete(ending));
      this.#endings.add(ending);
      if (!signal.aborted) {
        this.#options.logger.warn(
          { err: trouble },
          'the job workers lost Postgres; they begin anew when it is back',
        );
        await this.#postgresIsBack();
      }
    }
  }

  #startPool(): RunningPool {
    const { pool, handlers, logger, observe } = this.#options;
    const giveUp = async (jobId: string): Promise<void> => {
      await pool.query(GIVE_UP, [jobId]);
    };
    const putOff = async (jobId: string, { afterMs, counts }: Again): Promise<void> => {
      await pool.query(PUT_OFF, [jobId, afterMs, counts ? 0 : 1]);
    };
    const events: WorkerEvents = new EventEmitter();
    const workers = runTaskList(
      {
        concurrency: CONCURRENCY,
        noHandleSignals: true,
        pollInterval: POLL_MS,
        gracefulShutdownAbortTimeout: ABORT_AFTER_MS,
        logger: jobsLogger(logger),
        events,
        preset: {
          worker: {
            completeJobBatchDelay: NOTE_RESULTS_AFTER_MS,
            failJobBatchDelay: NOTE_RESULTS_AFTER_MS,
          },
        },
      },
      Object.fromEntries(
        handlers.map((handler) => [
          handler.task,
          this.#holding(attempting(handler, { logger, observe, giveUp, putOff })),
        ]),
      ),
      pool,
    );
    events.on('job:complete', ({ job }) => {
      if (job.job_queue_id !== null) {
        nudgeSoon(workers);
      }
    });
    this.#pools.add(workers);
    return { pool: workers, events };
  }

  #holding(work: WorkerTask): WorkerTask {
    return (payload, helpers) =>
      this.#holds.during(helpers.job.id, async () => void (await work(payload, helpers)));
  }

  /** Resolves when a pool is to be replaced, or when all is to stop: with what happened to it. */
  async #uselessness({ pool: workers, events }: RunningPool): Promise<unknown> {
    return new Promise((resolve) => {
      const lost = async (error: unknown): Promise<void> => {
        await this.#postgresIsBack();
        resolve(error);
      };
      // Postgres may have given it a job whose name was lost on the way: only when the pool has ended, others may do it.
      events.once('worker:getJob:error', ({ error }) => lost(error));
      onUnanswered(events, this.#options.answerMs, () =>
        lost(new Error('A question for a job was not answered.')),
      );
      events.once('pool:fatalError', ({ error }) => resolve(error));
      workers.promise.then(resolve, resolve);
      this.#stopping.signal.addEventListener('abort', () => resolve(undefined), { once: true });
    });
  }

  async #end(workers: WorkerPool): Promise<void> {
    const { logger, answerMs } = this.#options;
    const { signal } = this.#stopping;
    const idle = Promise.allSettled(workers._workers.map(({ promise }) => promise));
    const ended = Promise.race([
      // One that is shutting down already has failed; its promise tells when it has ended.
      workers._shuttingDown ? workers.promise : workers.gracefulShutdown(),
      // Or never does: it miscounts the notes that failed, and waits for more of them.
      idle.then(() => pause(answerMs, undefined, { ref: false })),
    ]);
    // Who lost Postgres may take its time; who stops may not.
    while (!(await within(STOP_AFTER_MS, ended))) {
      if (signal.aborted) {
        logger.warn({ workers: workers.id }, 'jobs were still running; they are run again');
        const forced = Promise.resolve(workers.forcefulShutdown('The process stopped in the middle of it.'));
        await within(FORCED_STOP_MS, forced);
        break;
      }
    }
    this.#pools.delete(workers);
    this.#ended.push(workers.id);
  }

  async #postgresIsBack(): Promise<void> {
    const { pool, logger } = this.#options;
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        await pool.query('select 1');
        return;
      } catch (error) {
        logger.debug({ err: error }, 'Postgres is still away');
        await rest(RETRY_MS, signal);
      }
    }
  }
}

interface RunningPool {
  readonly pool: WorkerPool;
  readonly events: WorkerEvents;
}

/** Tells when a worker has asked for a job and heard nothing, not even of a failure, for some time. */
function onUnanswered(events: WorkerEvents, answerMs: number, tell: () => void): void {
  const questions = new Map<Worker, NodeJS.Timeout>();
  events.on('worker:getJob:start', ({ worker }) => {
    questions.set(worker, setTimeout(tell, answerMs).unref());
  });
  for (const answer of ['worker:getJob:empty', 'worker:getJob:error', 'job:start'] as const) {
    events.on(answer, ({ worker }) => clearTimeout(questions.get(worker)));
  }
}

/** The next job of a queue may be taken once the end of the one before is noted, which is a moment after it is told. */
function nudgeSoon(workers: WorkerPool): void {
  setTimeout(() => {
    if (!workers._shuttingDown) {
      workers.nudge(1);
    }
  }, NEXT_OF_QUEUE_MS).unref();
}

/** Whether some work ended, well or not, within a time. */
async function within(milliseconds: number, work: Promise<unknown>): Promise<boolean> {
  const ended = work.then(
    () => true,
    () => true,
  );
  return Promise.race([ended, pause(milliseconds, false, { ref: false })]);
}
