import { CLEAN_UP_NIGHTLY, cleanUp } from './jobs/clean-up.ts';
import type { JobHandler } from './jobs/handler.ts';
import type { DailySchedule } from './jobs/schedule.ts';
import { mailDelivery } from './notifications/delivery.ts';
import type { Mailer } from './notifications/mailer.ts';
import type { Database } from './postgres/database.ts';

/** What background jobs need. */
export interface BackgroundParts {
  readonly database: Database;
  readonly mailer: Mailer | undefined;
}

/** Every kind of background job there is, and who does it. */
export function jobHandlers({ database, mailer }: BackgroundParts): JobHandler[] {
  return [mailDelivery({ database, mailer }), cleanUp(database)];
}

/** What is started by itself, and when. */
export const DAILY_JOBS: readonly DailySchedule[] = [CLEAN_UP_NIGHTLY];
