import { type Kysely, sql } from 'kysely';
import type { z } from 'zod';
import { jsonText } from '../postgres/json.ts';
import type { Schema } from '../postgres/schema.ts';

/** A kind of background job: its name, and what one of them carries. */
export interface Task<Payload> {
  /** Stable: jobs that wait are stored under it. */
  readonly name: string;
  readonly payload: z.ZodType<Payload>;
}

export interface JobOptions {
  /** Not before this instant. */
  readonly runAt?: Date;
  /** A job that waits under the same key is replaced, so that there is one. */
  readonly key?: string;
  /** Tries until it is given up; 8 unless said. */
  readonly maxAttempts?: number;
  /** Jobs of one queue are done one after another. */
  readonly queue?: string;
}

export const DEFAULT_MAX_ATTEMPTS = 8;

/**
 * Leaves a job for the workers. In a transaction, it is there when the transaction is committed, and only then.
 *
 * @param db the transaction that the job belongs to
 */
export async function addJob<Payload>(
  db: Kysely<Schema>,
  task: Task<Payload>,
  payload: Payload,
  { runAt, key, maxAttempts = DEFAULT_MAX_ATTEMPTS, queue }: JobOptions = {},
): Promise<void> {
  await sql`
    select graphile_worker.add_job(
      ${task.name}::text,
      payload := ${jsonText(task.payload.parse(payload))}::json,
      queue_name := ${queue ?? null}::text,
      run_at := ${runAt ?? null}::timestamptz,
      max_attempts := ${maxAttempts}::int,
      job_key := ${key ?? null}::text
    )`.execute(db);
}
