/*
 * Usage reports by mail: each morning about yesterday, each Monday about the last week.
 *
 * What always holds: of a period, one report is sent to each who gets one, however often the job is run; that it was
 * sent is written down in the transaction that puts the mails into the outbox. Nothing is sent where nothing was used.
 */
import type { TenantId } from '@riwayat/collector';
import { type Kysely, sql } from 'kysely';
import { send } from '../channels/send.ts';
import { type JobHandler, jobHandler } from '../jobs/handler.ts';
import { type DailyPayload, type DailySchedule, dailyPayload } from '../jobs/schedule.ts';
import type { Task } from '../jobs/task.ts';
import type { MailValues } from '../notifications/mail-templates.ts';
import type { Database } from '../postgres/database.ts';
import type { Schema } from '../postgres/schema.ts';
import type { TenantDirectory } from '../tenants/directory.ts';
import type { Tenant } from '../tenants/tenant.ts';
import { asSeenBy, type Recipient, recipientsOf } from './recipients.ts';
import { REPORT_KINDS, type ReportKind, type UsageReport } from './report.ts';
import { isDue, reportPeriod } from './report-period.ts';
import type { UsageReports } from './usage-reports.ts';

const SEND_USAGE_REPORTS: Task<DailyPayload> = { name: 'send-usage-reports', payload: dailyPayload };

/** In the morning: what came late of the day before is in. */
export const REPORTS_DAILY: DailySchedule = { task: SEND_USAGE_REPORTS, localTime: '07:00' };

/** What holds where a tenant has decided nothing: as the columns' defaults are. */
const UNLESS_DECIDED: Readonly<Record<ReportKind, boolean>> = { daily: false, weekly: true };

export interface ReportSending {
  readonly database: Database;
  readonly reports: UsageReports;
  readonly tenants: Pick<TenantDirectory, 'find'>;
  /** Where people reach the application. */
  readonly publicUrl: string;
}

/** Sends a tenant's reports, once a day. */
export function reportSending(sending: ReportSending): JobHandler {
  return jobHandler(SEND_USAGE_REPORTS, async ({ tenantId, date }, { signal }) => {
    const tenant = await sending.tenants.find(tenantId);
    if (tenant === undefined) {
      return;
    }
    const wanted = await wantedKinds(sending.database.db, tenant.id);
    for (const kind of wanted.filter((one) => isDue(one, date))) {
      signal.throwIfAborted();
      await sendReport(sending, tenant, kind, date);
    }
  });
}

/** The mails of a report, to some of those who may see it. */
export function reportMessages(
  report: UsageReport,
  recipients: readonly Recipient[],
  {
    tenantId,
    publicUrl,
    dedupeKey,
  }: { readonly tenantId: TenantId; readonly publicUrl: string; readonly dedupeKey: string },
) {
  return recipients.map((recipient) => ({
    tenantId,
    dedupeKey,
    channel: 'mail' as const,
    userId: recipient.id,
    template: 'usage-report' as const,
    values: reportValues(report, recipient, publicUrl),
  }));
}

/** What the mail of a report to somebody needs. */
export function reportValues(
  report: UsageReport,
  { name, role }: Pick<Recipient, 'name' | 'role'>,
  publicUrl: string,
): MailValues['usage-report'] {
  return {
    name,
    report: asSeenBy(role, report),
    link: new URL('/#/', publicUrl).href,
    preferences: new URL('/#/notifications', publicUrl).href,
  };
}

async function wantedKinds(db: Kysely<Schema>, tenantId: TenantId): Promise<ReportKind[]> {
  const settings = await db
    .selectFrom('alert_settings')
    .where('tenant_id', '=', tenantId)
    .select(['daily_report as daily', 'weekly_report as weekly'])
    .executeTakeFirst();
  return REPORT_KINDS.filter((kind) => (settings ?? UNLESS_DECIDED)[kind]);
}

async function sendReport(
  { database: { db }, reports, publicUrl }: ReportSending,
  tenant: Tenant,
  kind: ReportKind,
  today: string,
): Promise<void> {
  const { end } = reportPeriod(kind, today, tenant.timezone);
  const recipients = await recipientsOf(db, tenant.id, kind);
  if (recipients.length === 0 || (await isSent(db, tenant.id, kind, end))) {
    return;
  }
  const report = await reports.of(tenant, kind, today);
  if (report === undefined) {
    return;
  }
  const dedupeKey = `usage-report ${tenant.id} ${kind} ${end}`;
  const messages = reportMessages(report, recipients, { tenantId: tenant.id, publicUrl, dedupeKey });
  await db.transaction().execute(async (transaction) => {
    if (await claimed(transaction, tenant.id, kind, end)) {
      await send(transaction, messages);
    }
  });
}

async function isSent(
  db: Kysely<Schema>,
  tenantId: TenantId,
  kind: ReportKind,
  end: string,
): Promise<boolean> {
  const row = await db
    .selectFrom('reports_sent')
    .where('tenant_id', '=', tenantId)
    .where('kind', '=', kind)
    .where('last_day', '>=', sql<string>`${end}::date`)
    .select('kind')
    .executeTakeFirst();
  return row !== undefined;
}

/** True for one alone of those who send the report at the same time. */
async function claimed(
  db: Kysely<Schema>,
  tenantId: TenantId,
  kind: ReportKind,
  end: string,
): Promise<boolean> {
  const row = await db
    .insertInto('reports_sent')
    .values({ tenant_id: tenantId, kind, last_day: end })
    .onConflict((conflict) =>
      conflict
        .columns(['tenant_id', 'kind'])
        .doUpdateSet({ last_day: end })
        .where('reports_sent.last_day', '<', sql<string>`${end}::date`),
    )
    .returning('kind')
    .executeTakeFirst();
  return row !== undefined;
}
