/*
 * Daily tasks, each at a time of day where the tenant is.
 *
 * What always holds: a task is started once for a tenant and a local date, whatever the number of replicas, however often
 * the clock shows the hour or skips it. After a downtime it is started once, for the last date that was due.
 */
import { type Kysely, sql } from 'kysely';
import { Temporal } from 'temporal-polyfill';
import { z } from 'zod';
import type { Logger } from '../postgres/logger.ts';
import type { Schema } from '../postgres/schema.ts';
import { DEFAULT_MAX_ATTEMPTS, type Task } from './task.ts';

/** What a daily job carries: for whom it is, and for which of their days. */
export const dailyPayload = z.object({ tenantId: z.string(), date: z.iso.date() });
export type DailyPayload = z.infer<typeof dailyPayload>;

export interface DailySchedule {
  readonly task: Task<DailyPayload>;
  /** `02:00`, on the clocks of the tenant. A time that a day does not have is taken as much later as clocks are put. */
  readonly localTime: string;
  /** One tenant alone; each, unless given. */
  readonly only?: string;
}

/** The last date for which something daily is due, and since when. */
export interface Due {
  /** `2026-11-21`. */
  readonly date: string;
  readonly at: Date;
}

/**
 * The last date whose hour has come.
 *
 * @param timezone IANA name
 * @throws {RangeError} when the zone is not known here
 */
export function lastDue(localTime: string, timezone: string, now: Date): Due {
  const instant = Temporal.Instant.fromEpochMilliseconds(now.getTime());
  const today = instant.toZonedDateTimeISO(timezone).toPlainDate();
  const on = (date: Temporal.PlainDate): Temporal.ZonedDateTime =>
    date.toZonedDateTime({ timeZone: timezone, plainTime: Temporal.PlainTime.from(localTime) });
  const hasCome = Temporal.Instant.compare(on(today).toInstant(), instant) <= 0;
  const due = hasCome ? on(today) : on(today.subtract({ days: 1 }));
  return {
    date: (hasCome ? today : today.subtract({ days: 1 })).toString(),
    at: new Date(due.epochMilliseconds),
  };
}

/**
 * Adds the daily jobs that are due and have not been added yet.
 *
 * @returns how many were added
 */
export async function addDueJobs(
  db: Kysely<Schema>,
  schedules: readonly DailySchedule[],
  { now, logger }: { readonly now: Date; readonly logger: Logger },
): Promise<number> {
  const zones = await db.selectFrom('tenants').select('timezone').distinct().execute();
  const due = zones.flatMap(({ timezone }) => dueIn(timezone, schedules, now, logger));
  if (due.length === 0) {
    return 0;
  }
  const { rows } = await sql<{ added: number }>`
    with due as (
      select due.task, tenants.id as tenant_id, due.date
      from jsonb_to_recordset(${JSON.stringify(due)}::jsonb)
        as due(task text, zone text, date date, at timestamptz, "only" text)
      join tenants on tenants.timezone = due.zone and tenants.id = coalesce(due."only", tenants.id)
      -- What was due before the tenant was there is not due to it.
      where tenants.created_at <= due.at
    ), begun as (
      insert into job_schedules as known (task, tenant_id, last_date)
      select task, tenant_id, date from due
      on conflict (task, tenant_id) do update set last_date = excluded.last_date
      where known.last_date < excluded.last_date
      returning known.task, known.tenant_id, known.last_date
    ), specified as (
      select array_agg((
        task, json_build_object('tenantId', tenant_id, 'date', last_date::text),
        null, null, ${DEFAULT_MAX_ATTEMPTS}::int, null, null, null
      )::graphile_worker.job_spec) as specs
      from begun
    )
    select count(*)::int as added
    from specified, lateral graphile_worker.add_jobs(specs)
    where specs is not null`.execute(db);
  return rows[0]?.added ?? 0;
}

interface DueInZone extends Due {
  readonly task: string;
  readonly zone: string;
  readonly only: string | undefined;
}

function dueIn(zone: string, schedules: readonly DailySchedule[], now: Date, logger: Logger): DueInZone[] {
  try {
    return schedules.map(({ task, localTime, only }) => ({
      task: task.name,
      zone,
      only,
      ...lastDue(localTime, zone, now),
    }));
  } catch (error) {
    if (!(error instanceof RangeError)) {
      throw error;
    }
    // One tenant's zone that this machine does not know must not hold up all others.
    logger.error({ err: error, zone }, 'daily jobs of this time zone are not started');
    return [];
  }
}
