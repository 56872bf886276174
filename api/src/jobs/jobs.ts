import { type Database, quietPool } from '../postgres/database.ts';
import type { Logger } from '../postgres/logger.ts';
import type { JobHandler, ObserveJob } from './handler.ts';
import { BEAT_MS, beat } from './liveness.ts';
import { EMPTY_QUEUE, giveUpUnknown, type QueueStatus, queueStatus } from './queue.ts';
import { repeating } from './repeating.ts';
import { addDueJobs, type DailySchedule } from './schedule.ts';
import { Workers } from './worker.ts';

/** How old what is told of the queue may be. */
const MEASURE_MS = 5_000;
/** How late a daily job may begin. */
const SCHEDULE_MS = 60_000;
/** One listens for new jobs; the others take them and note what became of them. */
const CONNECTIONS = 3;
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 15_000;
const QUERY_TIMEOUT_MS = STATEMENT_TIMEOUT_MS + 3_000;
/** What Postgres has not answered by then, it never will. */
const ANSWER_MS = CONNECT_TIMEOUT_MS + QUERY_TIMEOUT_MS;

export interface JobsOptions {
  readonly database: Database;
  /** `postgres://…` of the same database: the workers have connections of their own. */
  readonly url: string;
  readonly handlers: readonly JobHandler[];
  readonly schedules: readonly DailySchedule[];
  readonly logger: Logger;
  /** Whether this process does jobs; if not, it only tells of the queue. */
  readonly work: boolean;
  readonly now?: () => Date;
  /** For tests: shorter than what production has. */
  readonly intervals?: Partial<typeof INTERVALS>;
  /** After how long without a sign of life another process is taken for dead. */
  readonly goneAfterSeconds?: number;
}

const INTERVALS = { measureMs: MEASURE_MS, beatMs: BEAT_MS, scheduleMs: SCHEDULE_MS, answerMs: ANSWER_MS };

/** The background jobs of one process. */
export interface Jobs {
  /** What the queue held a moment ago; empty until it is known. */
  queue(): QueueStatus;
  /**
   * Tells of each attempt that this process makes.
   *
   * @returns ends it
   */
  onAttempt(listener: ObserveJob): () => void;
  /** Takes no more jobs, gives those that run some seconds to end, and leaves the rest to be run again. */
  stop(): Promise<void>;
}

/** Begins to do the jobs that wait, to start the daily ones, and to look after those of processes that died. */
export function startJobs(options: JobsOptions): Jobs {
  const { database, handlers, schedules, logger, work, now = () => new Date() } = options;
  const { measureMs, beatMs, scheduleMs, answerMs } = { ...INTERVALS, ...options.intervals };
  const { db } = database;
  const listeners = new Set<ObserveJob>();
  let status = EMPTY_QUEUE;
  let stopped: Promise<void> | undefined;
  const measuring = repeating(
    measureMs,
    async () => {
      status = await queueStatus(db);
    },
    logger,
  );
  const working = work
    ? startWorking({
        options,
        beatMs,
        answerMs,
        observe: (...attempt) => {
          for (const listener of listeners) {
            listener(...attempt);
          }
        },
      })
    : undefined;
  const scheduling =
    working &&
    repeating(
      scheduleMs,
      async () => {
        await addDueJobs(db, schedules, { now: now(), logger });
        const unknown = await giveUpUnknown(
          db,
          handlers.map(({ task }) => task),
        );
        if (unknown > 0) {
          logger.error({ jobs: unknown }, 'jobs of unknown tasks were given up');
        }
      },
      logger,
    );
  return {
    queue: () => status,
    onAttempt(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    stop() {
      stopped ??= Promise.all([measuring(), scheduling?.()]).then(() => working?.());
      return stopped;
    },
  };
}

interface Working {
  readonly options: JobsOptions;
  readonly beatMs: number;
  readonly answerMs: number;
  readonly observe: ObserveJob;
}

/** @returns what stops it */
function startWorking({ options, beatMs, answerMs, observe }: Working): () => Promise<void> {
  const { url, database, handlers, logger, goneAfterSeconds } = options;
  const pool = quietPool(
    {
      connectionString: url,
      application_name: 'riwayat jobs',
      max: CONNECTIONS,
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      keepAlive: true,
      statement_timeout: STATEMENT_TIMEOUT_MS,
      query_timeout: QUERY_TIMEOUT_MS,
    },
    logger,
  );
  const workers = new Workers({ pool, handlers, logger, observe, answerMs });
  let ended: string[] = [];
  const tellAlive = async (): Promise<void> => {
    ended = [...ended, ...workers.takeEnded()];
    const freed = await beat(database.db, {
      alive: workers.ids(),
      inHand: workers.jobIds(),
      ended,
      ...(goneAfterSeconds !== undefined && { goneAfterSeconds }),
    });
    ended = [];
    if (freed > 0) {
      logger.warn({ jobs: freed }, 'jobs that were left in the middle are run again');
    }
  };
  const beating = repeating(beatMs, tellAlive, logger);
  return async () => {
    await workers.stop();
    await beating();
    try {
      // What did not end in time is free for others at once.
      await tellAlive();
    } catch (error) {
      logger.debug({ err: error }, 'Postgres is away; others will find what was left');
    }
    await pool.end();
  };
}
