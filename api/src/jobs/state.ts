import { sql } from 'kysely';

/**
 * What a job can be: due and not begun; put off to a later time, also between two attempts; being done; given up. One
 * that is done is gone.
 */
export const JOB_STATES = ['waiting', 'scheduled', 'running', 'failed'] as const;

export type JobState = (typeof JOB_STATES)[number];

/** The state of a row of graphile-worker's table, which must be called `jobs`. */
export const STATE = sql<JobState>`
  case
    when jobs.locked_at is not null then 'running'
    when jobs.attempts >= jobs.max_attempts then 'failed'
    when jobs.run_at <= now() then 'waiting'
    else 'scheduled'
  end`;
