import { type Kysely, sql } from 'kysely';
import type { AuditAction } from '../audit/actions.ts';
import { type Actor, audit } from '../audit/audit.ts';
import type { Database } from '../postgres/database.ts';
import { newestFirstPage } from '../postgres/newest-first.ts';
import type { Schema } from '../postgres/schema.ts';
import { isTenantId } from '../tenants/tenant.ts';
import { type JobState, STATE } from './state.ts';
import { DEFAULT_MAX_ATTEMPTS } from './task.ts';

/** A job that is not done yet, or never will be. What it carries is not told. */
export interface StoredJob {
  readonly id: string;
  readonly task: string;
  /** Null: nobody's in particular. */
  readonly tenantId: string | null;
  readonly state: JobState;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly lastError: string | null;
  readonly createdAt: Date;
  /** When it is or was due. */
  readonly runAt: Date;
}

/** Whose jobs are meant: one tenant's, or all. */
export type JobScope = { readonly tenantId: string } | 'all';

export interface JobsQuestion {
  readonly state: JobState | undefined;
  readonly limit: number;
  readonly cursor: string | undefined;
}

/** What became of a wish to change a job. */
export type JobChange =
  | { readonly outcome: 'changed' }
  | { readonly outcome: 'unknown' }
  /** Only a job that was given up can be retried or discarded. */
  | { readonly outcome: 'not-failed'; readonly state: Exclude<JobState, 'failed'> };

interface JobRow {
  readonly id: string;
  readonly task: string;
  readonly tenant_id: string | null;
  readonly state: JobState;
  readonly attempts: number;
  readonly max_attempts: number;
  readonly last_error: string | null;
  readonly created_at: Date;
  readonly run_at: Date;
}

const TENANT = sql<string | null>`jobs.payload->>'tenantId'`;
/** The channel by which workers are told of new jobs. */
const NEW_JOB = sql`select pg_notify('jobs:insert', '{"count":1}')`;

/** The jobs as they are stored: to be looked at, and when they were given up, to be retried or discarded. */
export class StoredJobs {
  readonly #db: Kysely<Schema>;

  constructor({ db }: Database) {
    this.#db = db;
  }

  /** A page of jobs, those added last first. */
  async list(
    scope: JobScope,
    { state, limit, cursor }: JobsQuestion,
  ): Promise<{ readonly jobs: StoredJob[]; readonly nextCursor: string | null }> {
    const { rows } = await sql<JobRow>`
      select jobs.id::text, tasks.identifier as task, ${TENANT} as tenant_id, ${STATE} as state, attempts, max_attempts,
        last_error, created_at, run_at
      from graphile_worker._private_jobs as jobs
      join graphile_worker._private_tasks as tasks on tasks.id = jobs.task_id
      where ${within(scope)}
        and ${state === undefined ? sql`true` : sql`${STATE} = ${state}`}
        and ${cursor === undefined ? sql`true` : sql`jobs.id < ${cursor}`}
      order by jobs.id desc
      limit ${limit + 1}`.execute(this.#db);
    const page = newestFirstPage(rows, limit);
    return {
      jobs: page.rows.map((row) => ({
        id: row.id,
        task: row.task,
        tenantId: row.tenant_id,
        state: row.state,
        attempts: row.attempts,
        maxAttempts: row.max_attempts,
        lastError: row.last_error,
        createdAt: row.created_at,
        runAt: row.run_at,
      })),
      nextCursor: page.nextCursor,
    };
  }

  /** Lets a job that was given up be tried again, as often as a new one. */
  async retry(scope: JobScope, id: string, actor: Actor): Promise<JobChange> {
    return this.#change(scope, id, { action: 'job.retried', actor }, async (transaction) => {
      await sql`
        update graphile_worker._private_jobs
        set attempts = 0, max_attempts = greatest(max_attempts, ${DEFAULT_MAX_ATTEMPTS}), last_error = null,
          run_at = now(), updated_at = now()
        where id = ${id}`.execute(transaction);
      await NEW_JOB.execute(transaction);
    });
  }

  /** Deletes a job that was given up. */
  async discard(scope: JobScope, id: string, actor: Actor): Promise<JobChange> {
    return this.#change(scope, id, { action: 'job.discarded', actor }, async (transaction) => {
      await sql`delete from graphile_worker._private_jobs where id = ${id}`.execute(transaction);
    });
  }

  async #change(
    scope: JobScope,
    id: string,
    { action, actor }: { readonly action: AuditAction; readonly actor: Actor },
    change: (transaction: Kysely<Schema>) => Promise<void>,
  ): Promise<JobChange> {
    return this.#db.transaction().execute(async (transaction): Promise<JobChange> => {
      const { rows } = await sql<Pick<JobRow, 'task' | 'tenant_id' | 'state' | 'last_error'>>`
        select tasks.identifier as task, ${TENANT} as tenant_id, ${STATE} as state, last_error
        from graphile_worker._private_jobs as jobs
        join graphile_worker._private_tasks as tasks on tasks.id = jobs.task_id
        where jobs.id = ${id} and ${within(scope)}
        for update of jobs`.execute(transaction);
      const [job] = rows;
      if (job === undefined) {
        return { outcome: 'unknown' };
      }
      if (job.state !== 'failed') {
        return { outcome: 'not-failed', state: job.state };
      }
      await change(transaction);
      const { tenant_id: tenantId, task } = job;
      await audit(transaction, {
        action,
        tenantId: tenantId !== null && isTenantId(tenantId) ? tenantId : null,
        actor,
        subject: { kind: 'job', id },
        details: { task, error: job.last_error },
      });
      return { outcome: 'changed' };
    });
  }
}

function within(scope: JobScope) {
  return scope === 'all' ? sql`true` : sql`${TENANT} = ${scope.tenantId}`;
}
