import { runMigrations, Logger as WorkerLogger } from 'graphile-worker';
import type { Logger } from './logger.ts';

/**
 * Brings the tables of the background jobs up to date.
 *
 * @param url `postgres://…`
 */
export async function migrateJobs(url: string, logger: Logger): Promise<void> {
  await runMigrations({ connectionString: url, logger: jobsLogger(logger) });
}

/** What the workers' library says of itself is for finding faults. */
export function jobsLogger(logger: Logger): WorkerLogger {
  return new WorkerLogger(() => (level, message) => {
    if (level === 'error' || level === 'warning') {
      logger.warn({ jobs: level }, message);
    } else {
      logger.debug({ jobs: level }, message);
    }
  });
}
