import { SEVERITIES } from '@riwayat/alerting';
import type { TenantId } from '@riwayat/collector';
import type { Kysely } from 'kysely';
import { z } from 'zod';
import { type Actor, audit } from '../../audit/audit.ts';
import type { Schema } from '../../postgres/schema.ts';

const DAY_SECONDS = 86_400;
const SHORTEST_ESCALATION_SECONDS = 60;
const MINUTES = 'HH:MM'.length;

const timeOfDay = z.string().regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'must be a time of day: HH:MM');

export const alertSettings = z
  .object({
    quiet_hours: z
      .object({ from: timeOfDay, until: timeOfDay.describe('May be of the next day') })
      .refine(({ from, until }) => from !== until, {
        path: ['until'],
        message: 'must differ from the beginning',
      })
      .nullable()
      .describe('On the tenant’s clocks. Null: none'),
    quiet_least: z
      .enum(SEVERITIES)
      .describe('The least severity that people are told of in quiet hours as well'),
    escalate_after: z
      .int()
      .min(SHORTEST_ESCALATION_SECONDS)
      .max(DAY_SECONDS)
      .nullable()
      .describe('Seconds after which an alert that nobody has acknowledged is handed on; null: never'),
    daily_report: z.boolean(),
    weekly_report: z.boolean(),
  })
  .meta({
    id: 'AlertSettings',
    examples: [
      {
        quiet_hours: { from: '22:00', until: '06:00' },
        quiet_least: 'critical',
        escalate_after: 900,
        daily_report: false,
        weekly_report: true,
      },
    ],
  });

export type AlertSettings = z.infer<typeof alertSettings>;

/** Of who never decided anything: what the columns have of themselves. */
const DEFAULT_SETTINGS: AlertSettings = {
  quiet_hours: null,
  quiet_least: 'critical',
  escalate_after: 900,
  daily_report: false,
  weekly_report: true,
};

/** How a tenant wants to be told of alerts. */
export async function readAlertSettings(db: Kysely<Schema>, tenantId: TenantId): Promise<AlertSettings> {
  const row = await db
    .selectFrom('alert_settings')
    .where('tenant_id', '=', tenantId)
    .select(['quiet_from', 'quiet_until', 'quiet_least', 'escalate_after', 'daily_report', 'weekly_report'])
    .executeTakeFirst();
  if (row === undefined) {
    return DEFAULT_SETTINGS;
  }
  const { quiet_from: from, quiet_until: until, ...rest } = row;
  const quiet_hours =
    from === null || until === null ? null : { from: from.slice(0, MINUTES), until: until.slice(0, MINUTES) };
  return { quiet_hours, ...rest };
}

/** Decides it, all of it at once. */
export async function writeAlertSettings(
  db: Kysely<Schema>,
  tenantId: TenantId,
  { quiet_hours, ...rest }: AlertSettings,
  actor: Actor,
  now: Date,
): Promise<void> {
  const row = {
    ...rest,
    quiet_from: quiet_hours?.from ?? null,
    quiet_until: quiet_hours?.until ?? null,
    updated_at: now,
  };
  await db.transaction().execute(async (transaction) => {
    await transaction
      .insertInto('alert_settings')
      .values({ tenant_id: tenantId, ...row })
      .onConflict((conflict) => conflict.column('tenant_id').doUpdateSet(row))
      .execute();
    await audit(transaction, {
      action: 'alert-settings.changed',
      tenantId,
      actor,
      details: {
        ...rest,
        quiet_hours: quiet_hours && `${quiet_hours.from}–${quiet_hours.until}`,
      },
    });
  });
}
