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
  /** Workers of this process that hold jobs and will never end them. */
  readonly ended: readonly string[];
  readonly goneAfterSeconds?: number;
}

/**
 * Says which workers live, and frees the jobs of those that do not: dead processes', on any machine, and those of workers
 * that ended here. The library itself would do so after four hours.
 *
 * @returns how many jobs were freed
 */
export async function beat(
  db: Kysely<Schema>,
  { alive, ended, goneAfterSeconds = GONE_AFTER_SECONDS }: Beat,
): Promise<number> {
  const { rows } = await sql<{ freed: number }>`
    with living as (
      insert into job_workers (id, seen_at) select unnest(${[...alive]}::text[]), clock_timestamp()
      on conflict (id) do update set seen_at = excluded.seen_at
    ), forgotten as (
      delete from job_workers
      where seen_at < now() - make_interval(secs => ${FORGOTTEN_AFTER_SECONDS}) and id <> all(${[...alive]}::text[])
    ), gone as (
      select unnest(${[...ended]}::text[]) as id
      union
      select locked_by from graphile_worker._private_jobs as jobs
      where locked_at < now() - make_interval(secs => ${goneAfterSeconds})
        and locked_by <> all(${[...alive]}::text[])
        and not exists (
          select from job_workers
          where job_workers.id = jobs.locked_by
            and seen_at > now() - make_interval(secs => ${goneAfterSeconds})
        )
    ), queues as (
      update graphile_worker._private_job_queues set locked_at = null, locked_by = null
      where locked_by in (select id from gone)
    ), jobs as (
      update graphile_worker._private_jobs
      set locked_at = null, locked_by = null, last_error = ${LEFT}, updated_at = now()
      where locked_by in (select id from gone)
      returning id
    )
    select count(*)::int as freed from jobs`.execute(db);
  return rows[0]?.freed ?? 0;
}
