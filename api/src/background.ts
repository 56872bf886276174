import type { Collector } from '@riwayat/collector';
import type { Metering } from './billing/metering.ts';
import type { Prices } from './billing/prices.ts';
import type { Pricing } from './billing/pricing.ts';
import type { Channels } from './channels/channels.ts';
import { deliveries } from './channels/deliveries.ts';
import type { Limits } from './coordination/coordination.ts';
import { DATA_EXPORTS_NIGHTLY, dataExport, dataExportSweep } from './data-export/make-export.ts';
import { type DocumentAttachments, documentAttachments } from './documents/attachments.ts';
import type { FileStore } from './files/file-store.ts';
import { fileSweep } from './files/sweep.ts';
import { FOLLOW_UP_DAILY, followUp } from './invoices/dunning.ts';
import { INVOICES_DAILY, invoiceRun } from './invoices/month-run.ts';
import type { Receivables } from './invoices/receivables.ts';
import { CLEAN_UP_NIGHTLY, cleanUp } from './jobs/clean-up.ts';
import type { JobHandler } from './jobs/handler.ts';
import type { DailySchedule } from './jobs/schedule.ts';
import { materialAnnouncement } from './materials/announce.ts';
import { SWEPT_MATERIALS } from './materials/sweep.ts';
import { LEVELS_DAILY, meterTelling } from './metering/background.ts';
import { mailCarrier } from './notifications/mail-carrier.ts';
import type { Mailer } from './notifications/mailer.ts';
import { CARDS_DAILY, cardDebits, SWEPT_INVOICE_PROOFS } from './payments/debit.ts';
import { paymentFollowUp } from './payments/follow-up.ts';
import type { PaymentProvider } from './payments/provider/provider.ts';
import { PLAN_CHANGES_DAILY, planChangeEffect } from './plan-changes/effect.ts';
import type { Database } from './postgres/database.ts';
import { reportAttachments } from './reports/report-mail.ts';
import { REPORTS_DAILY, reportSending } from './reports/send-reports.ts';
import type { UsageReports } from './reports/usage-reports.ts';
import type { TenantDirectory } from './tenants/directory.ts';
import { bookingExpiry, SWEPT_PROOFS } from './tutoring/background.ts';

/** Files that uploads can leave behind. */
const SWEPT = [SWEPT_MATERIALS, SWEPT_PROOFS, SWEPT_INVOICE_PROOFS];

/** What background jobs need. */
export interface BackgroundParts {
  readonly database: Database;
  readonly collector: Pick<Collector, 'ingest' | 'usage'>;
  readonly mailer: Mailer | undefined;
  readonly carriers: Channels['carriers'];
  /** How much may be sent in how long. */
  readonly limits: Limits;
  /** Who sends invoices, and how they can be paid. */
  readonly documents: Omit<DocumentAttachments, 'database'>;
  readonly files: FileStore;
  readonly metering: Metering;
  readonly prices: Prices;
  readonly pricing: Pricing;
  readonly receivables: Receivables;
  readonly reports: UsageReports;
  readonly tenants: TenantDirectory;
  /** Where people reach the application. */
  readonly publicUrl: string;
  readonly paymentProvider: PaymentProvider | undefined;
}

/** Every kind of background job there is, and who does it. */
export function jobHandlers(parts: BackgroundParts): JobHandler[] {
  const { database, collector, mailer, documents, files, metering, pricing, paymentProvider } = parts;
  const { prices, receivables, carriers, limits, reports, tenants, publicUrl } = parts;
  const mail =
    mailer &&
    mailCarrier({
      mailer,
      attachments: async (sent) =>
        sent.template === 'usage-report'
          ? reportAttachments(sent.values, sent.locale)
          : documentAttachments({ database, ...documents }, sent),
    });
  return [
    ...deliveries({ database, carriers: { ...carriers, ...(mail && { mail }) }, limits }),
    planChangeEffect({ database, prices }),
    dataExport({ database, files, usage: collector.usage }),
    dataExportSweep({ database, files }),
    cleanUp(database),
    paymentFollowUp({ database, receivables, provider: paymentProvider }),
    cardDebits({ database, receivables, provider: paymentProvider }),
    materialAnnouncement(database),
    bookingExpiry(database),
    ...SWEPT.map((swept) => fileSweep(swept, database, files)),
    followUp(database.db, () => new Date()),
    invoiceRun({ db: database.db, metering, pricing, now: () => new Date() }),
    ...meterTelling({ database, collector }),
    reportSending({ database, reports, tenants, publicUrl }),
  ];
}

/** What is started by itself, and when. */
export const DAILY_JOBS: readonly DailySchedule[] = [
  CLEAN_UP_NIGHTLY,
  PLAN_CHANGES_DAILY,
  DATA_EXPORTS_NIGHTLY,
  CARDS_DAILY,
  ...SWEPT.map(({ schedule }) => schedule),
  INVOICES_DAILY,
  LEVELS_DAILY,
  FOLLOW_UP_DAILY,
  REPORTS_DAILY,
];
