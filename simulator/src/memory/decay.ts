import { MINUTES_PER_DAY, MINUTES_PER_HOUR } from './settings.ts';

/**
 * Every night at 23:00 PHP-FPM and the queue workers are started again and ended sessions are swept out. An
 * assumption, and the only one that fits: days 1 and 7 are 1.3 and 1.5 GB lower at midnight than at 18:00, although their
 * busiest hours lie between.
 */
const NIGHTLY_MAINTENANCE = 23 * MINUTES_PER_HOUR;

export function isNightlyMaintenance(minute: number): boolean {
  return minute % MINUTES_PER_DAY === NIGHTLY_MAINTENANCE;
}

/** Share that is left after a minute of what decays exponentially with a mean lifetime in hours. */
export function remaining(hours: number): number {
  return Math.exp(-1 / (hours * MINUTES_PER_HOUR));
}
