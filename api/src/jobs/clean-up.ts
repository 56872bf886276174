import { sql } from 'kysely';
import { OPERATORS_TENANT } from '../identity/permissions.ts';
import type { Database } from '../postgres/database.ts';
import { type JobHandler, jobHandler } from './handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from './schedule.ts';
import type { Task } from './task.ts';

/** Rows that are deleted at once: as many as never hold a lock for long. */
const BATCH_ROWS = 5_000;

/** What is deleted, and when it has had its time. Each is a condition on the table's own columns. */
const OVER = [
  // One that is over is refused as any unknown one is; the trail of who logged in is the audit log's.
  { table: 'refresh_tokens', condition: sql`expires_at < now() - interval '1 day'` },
  {
    table: 'sessions',
    condition: sql`least(expires_at, revoked_at) < now() - interval '30 days'`,
  },
  { table: 'ended_sessions', condition: sql`ended_at < now() - interval '1 day'` },
  { table: 'login_attempts', condition: sql`greatest(judged_by, locked_until) < now() - interval '1 day'` },
  { table: 'account_locks', condition: sql`until < now() - interval '30 days'` },
  { table: 'registrations', condition: sql`expires_at < now() - interval '1 day'` },
  { table: 'password_resets', condition: sql`expires_at < now() - interval '1 day'` },
  { table: 'invitations', condition: sql`expires_at < now() - interval '30 days'` },
  { table: 'notifications', condition: sql`read_at < now() - interval '90 days'` },
  // As long as usage is kept.
  { table: 'uptime_hours', condition: sql`hour < now() - interval '13 months'` },
  { table: 'outbox', condition: sql`state <> 'queued' and created_at < now() - interval '30 days'` },
] as const;

const CLEAN_UP: Task<DailyPayload> = { name: 'clean-up', payload: dailyPayload };

/** Once a day, for all tenants at once: the tables are common to them. */
export const CLEAN_UP_NIGHTLY: DailySchedule = { task: CLEAN_UP, localTime: '02:00', only: OPERATORS_TENANT };

/** Deletes what nobody has a use for any more. */
export function cleanUp({ db }: Database): JobHandler {
  return jobHandler(CLEAN_UP, async (_payload, { signal }) => {
    for (const { table, condition } of OVER) {
      let deleted: bigint | undefined;
      do {
        signal.throwIfAborted();
        ({ numAffectedRows: deleted } = await sql`
          delete from ${sql.table(table)} where ctid = any(array(
            select ctid from ${sql.table(table)} where ${condition} limit ${BATCH_ROWS}
          ))`.execute(db));
      } while (deleted === BigInt(BATCH_ROWS));
    }
  });
}
