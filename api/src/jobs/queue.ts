import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';
import { type JobState, STATE } from './state.ts';

/** What the queue holds, of all processes together. */
export interface QueueStatus {
  readonly jobs: Readonly<Record<JobState, number>>;
  /** Seconds for which the job that waits longest could have been done; 0 when none waits. */
  readonly oldestWaitingSeconds: number;
}

export const EMPTY_QUEUE: QueueStatus = {
  jobs: { waiting: 0, scheduled: 0, running: 0, failed: 0 },
  oldestWaitingSeconds: 0,
};

/** Counts the jobs by state. */
export async function queueStatus(db: Kysely<Schema>): Promise<QueueStatus> {
  const { rows } = await sql<{ state: JobState; count: number; oldest: number }>`
    select ${STATE} as state, count(*)::int as count,
      extract(epoch from clock_timestamp() - min(run_at))::float8 as oldest
    from graphile_worker._private_jobs as jobs
    group by 1`.execute(db);
  const of = (state: JobState) => rows.find((row) => row.state === state);
  const count = (state: JobState): number => of(state)?.count ?? 0;
  return {
    jobs: {
      waiting: count('waiting'),
      scheduled: count('scheduled'),
      running: count('running'),
      failed: count('failed'),
    },
    oldestWaitingSeconds: Math.max(0, of('waiting')?.oldest ?? 0),
  };
}

/** A job that nobody knew for so long is not one that a replica of the next version will do. */
const UNKNOWN_FOR_SECONDS = 10 * 60;

/**
 * Gives up the jobs of tasks that no handler knows: workers never take them, so they would wait for ever and unseen.
 *
 * @param known names of tasks
 * @returns how many were given up
 */
export async function giveUpUnknown(db: Kysely<Schema>, known: readonly string[]): Promise<number> {
  const { rows } = await sql<{ id: string }>`
    update graphile_worker._private_jobs as jobs
    set attempts = max_attempts, last_error = 'No worker knows this task: ' || tasks.identifier, updated_at = now()
    from graphile_worker._private_tasks as tasks
    where tasks.id = jobs.task_id and tasks.identifier <> all(${[...known]}::text[])
      and jobs.is_available and jobs.run_at < now() - make_interval(secs => ${UNKNOWN_FOR_SECONDS})
    returning jobs.id`.execute(db);
  return rows.length;
}
