import { performance } from 'node:perf_hooks';
import type { JobHelpers, Task as WorkerTask } from 'graphile-worker';
import type { Logger } from '../postgres/logger.ts';
import type { Task } from './task.ts';

/** What a handler may know of the job, beside its payload. */
export interface JobContext {
  readonly jobId: string;
  /** From 1. */
  readonly attempt: number;
  /** Whether the job is given up when this attempt fails. */
  readonly lastAttempt: boolean;
  /** Aborted when the process is about to stop: end early, the job is run again. */
  readonly signal: AbortSignal;
}

/** Does the jobs of one task. */
export interface JobHandler {
  readonly task: string;
  readonly run: (payload: unknown, context: JobContext) => Promise<void>;
}

/** When a job that failed is tried again. */
export interface Again {
  /** No sooner than in so many milliseconds. */
  readonly afterMs: number;
  /** False for an attempt that was none, because it was not the time for it: it uses up nothing. */
  readonly counts: boolean;
}

/**
 * Why a job failed, in words that may be shown to the tenant whose job it is. Of any other error only its kind is shown,
 * because its message may hold SQL or somebody else's data.
 */
export class JobError extends Error {
  override readonly name = 'JobError';
  /** Whether trying again would be in vain. */
  readonly final: boolean;
  /** Undefined: after a while that grows with each attempt. */
  readonly again: Again | undefined;

  constructor(
    message: string,
    { final = false, again, cause }: { final?: boolean; again?: Again; cause?: unknown } = {},
  ) {
    super(message, { cause });
    this.final = final;
    this.again = again;
  }
}

/**
 * Says how the jobs of a task are done. A job may be run more than once: when the process dies in the middle, or
 * Postgres is away when it is done. So a handler must do no harm the second time.
 *
 * @param run gets the payload as the task describes it
 */
export function jobHandler<Payload>(
  task: Task<Payload>,
  run: (payload: Payload, context: JobContext) => Promise<void>,
): JobHandler {
  return {
    task: task.name,
    async run(unchecked, context) {
      const { data, success, error } = task.payload.safeParse(unchecked);
      if (!success) {
        const [issue] = error.issues;
        throw new JobError(
          `The payload is not one of this task: ${issue?.path.join('.') || 'payload'}: ${issue?.message}.`,
          { final: true, cause: error },
        );
      }
      await run(data, context);
    },
  };
}

export type JobOutcome = 'done' | 'failed' | 'put-off' | 'given-up';

/** Told of each attempt. */
export type ObserveJob = (task: string, outcome: JobOutcome, seconds: number) => void;

export interface AttemptOptions {
  readonly logger: Logger;
  readonly observe: ObserveJob;
  /** Sees to it that a job is not tried again. */
  readonly giveUp: (jobId: string) => Promise<void>;
  /** Sees to it that a job is tried again when it should be. */
  readonly putOff: (jobId: string, again: Again) => Promise<void>;
}

const MS_PER_SECOND = 1_000;

/** A handler as the workers call it: counts, logs what failed, and tells Postgres only what may be shown. */
export function attempting(
  { task, run }: JobHandler,
  { logger, observe, giveUp, putOff }: AttemptOptions,
): WorkerTask {
  return async function attempt(payload: unknown, { job, abortSignal }: JobHelpers): Promise<void> {
    const startedAt = performance.now();
    const lastAttempt = job.attempts >= job.max_attempts;
    const seconds = (): number => (performance.now() - startedAt) / MS_PER_SECOND;
    try {
      await run(payload, { jobId: job.id, attempt: job.attempts, lastAttempt, signal: abortSignal });
      observe(task, 'done', seconds());
    } catch (error) {
      const outcome = outcomeOf(error, lastAttempt);
      observe(task, outcome, seconds());
      logger[outcome === 'put-off' ? 'debug' : 'warn'](
        { err: error, task, job: job.id, attempt: job.attempts, outcome },
        'a job failed',
      );
      if (error instanceof JobError && error.final) {
        await giveUp(job.id);
      } else if (error instanceof JobError && error.again !== undefined && outcome !== 'given-up') {
        await putOff(job.id, error.again);
      }
      throw new Error(shown(error, job.id));
    }
  };
}

function outcomeOf(error: unknown, lastAttempt: boolean): JobOutcome {
  if (!(error instanceof JobError)) {
    return lastAttempt ? 'given-up' : 'failed';
  }
  if (!error.final && error.again?.counts === false) {
    return 'put-off';
  }
  return error.final || lastAttempt ? 'given-up' : 'failed';
}

function shown(error: unknown, jobId: string): string {
  if (error instanceof JobError) {
    return error.message;
  }
  const kind = error instanceof Error ? error.name : typeof error;
  return `It failed unexpectedly (${kind}). The log has it under job ${jobId}.`;
}
