import { type Kysely, sql } from 'kysely';
import type { Schema } from '../postgres/schema.ts';

/** A process says this often that it is alive… */
export const BEAT_MS = 10_000;
/** …and is taken for dead when it has not for this long: its jobs are given to others. */
const GONE_AFTER_SECONDS = 60;
/** Only so that the table does not grow. */
const FORGOTTEN_AFTER_SECONDS = 24 * 60 * 60;

const LEFT = 'The process that did it ended in the middle.';

export interface Beat {
  /** Workers of this process that hold jobs. */
  readonly alive: readonly string[];
  /** The jobs that those have in hand. What else they hold, they do not know of: the answer that gave it to them was lost. */
  readonly inHand: readonly string[];
  /** Workers of this process that hold jobs and will never end them. */
  readonly ended: readonly string[];
  readonly goneAfterSeconds?: number;
}

/**
 * Says which workers live, and frees the jobs that nobody works on: at once those of workers that ended here; and when
 * they were taken {@link GONE_AFTER_SECONDS} ago, those of dead processes, on any machine, and those that a worker here
 * holds and does not know of. The library itself would do so after four hours.
 *
 * @returns how many jobs were freed
 */
export async function beat(
  db: Kysely<Schema>,
  { alive, inHand, ended, goneAfterSeconds = GONE_AFTER_SECONDS }: Beat,
): Promise<number> {
  const longAgo = sql`now() - make_interval(secs => ${goneAfterSeconds})`;
  const { rows } = await sql<{ freed: number }>`
    with living as (
      insert into job_workers (id, seen_at) select unnest(${[...alive]}::text[]), clock_timestamp()
      on conflict (id) do update set seen_at = excluded.seen_at
    ), forgotten as (
      delete from job_workers
      where seen_at < now() - make_interval(secs => ${FORGOTTEN_AFTER_SECONDS}) and id <> all(${[...alive]}::text[])
    ), abandoned as (
      select id, job_queue_id, locked_by, locked_at from graphile_worker._private_jobs as jobs
      where locked_by = any(${[...ended]}::text[])
        or (
          locked_at < ${longAgo}
          and id <> all(${[...inHand]}::bigint[])
          and (
            locked_by = any(${[...alive]}::text[])
            or not exists (
              select from job_workers
              where job_workers.id = jobs.locked_by and seen_at > ${longAgo}
            )
          )
        )
    ), queues as (
      update graphile_worker._private_job_queues as queues set locked_at = null, locked_by = null
      where (id, locked_by) in (select job_queue_id, locked_by from abandoned)
        -- Taken for a job that another worker, thought dead, deleted as done after all.
        or (
          locked_at < ${longAgo}
          and not exists (
            select from graphile_worker._private_jobs as jobs
            where jobs.job_queue_id = queues.id and jobs.locked_by = queues.locked_by
          )
        )
    ), jobs as (
      update graphile_worker._private_jobs as jobs
      set locked_at = null, locked_by = null, last_error = ${LEFT}, updated_at = now()
      from abandoned
      where jobs.id = abandoned.id
        -- Another process may have freed it a moment ago, and somebody taken it.
        and jobs.locked_by = abandoned.locked_by and jobs.locked_at = abandoned.locked_at
      returning jobs.id
    )
    select count(*)::int as freed from jobs`.execute(db);
  return rows[0]?.freed ?? 0;
}
