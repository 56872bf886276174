import type { Parameter } from '../calibration/parameter.ts';

/** What the system model reads of a run's parameters. A number without figures is an assumption, and is not fitted. */
export const systemParameters = [
  {
    id: 'system.application.request',
    unit: 'ms',
    value: 87.8,
    lower: 20,
    upper: 150,
    figures: ['latency.courses', 'latency.mentors'],
    meaning: 'what every request takes in PHP: the framework, the middleware, Redis',
  },
  {
    id: 'system.application.password',
    unit: 'ms',
    value: 39,
    lower: 5,
    upper: 150,
    figures: ['latency.login'],
    meaning: 'the hash of a password',
  },
  {
    id: 'system.database.query',
    unit: 'ms',
    value: 4,
    lower: 1,
    upper: 10,
    figures: [],
    meaning:
      'a query without its rows: there and back, parsed and planned; usual for PostgreSQL beside its clients',
  },
  {
    id: 'system.database.row',
    unit: 'ms',
    value: 0.976,
    lower: 0.05,
    upper: 4,
    figures: ['latency.verification', 'latency.booking'],
    meaning: 'a row that is joined, read, made an object of and written out',
  },
  {
    id: 'system.database.write',
    unit: 'ms',
    value: 17.1,
    lower: 1,
    upper: 60,
    figures: ['latency.booking', 'latency.verification'],
    meaning: 'a statement that changes a row, with its share of the commit',
  },
  {
    id: 'system.storage.file',
    unit: 'ms',
    value: 1050,
    lower: 100,
    upper: 3000,
    figures: ['latency.upload'],
    meaning: 'putting the files of a request into object storage',
  },
  {
    id: 'system.failures.rate',
    unit: 'share of requests',
    value: 0.00301,
    lower: 0,
    upper: 0.02,
    figures: ['errors.days-22-30'],
    meaning: 'requests that fail whatever the load is; those that fail because of it come on top',
  },
  {
    id: 'system.failures.hang',
    unit: 's',
    value: 30.8,
    lower: 1,
    upper: 60,
    figures: ['latency.days-22-30'],
    meaning: 'for how long a failing request hangs until it is given up (PHP gives up after 30 s of its own)',
  },
  {
    id: 'system.cache.lifetime',
    unit: 'h',
    value: 47.7,
    lower: 1,
    upper: 720,
    figures: ['cache.week-3', 'cache.week-4', 'cache.browsers'],
    meaning: 'longest time for which a public page is kept for members',
  },
  {
    id: 'system.uploads.files',
    unit: 'files a request',
    value: 2.88,
    lower: 1,
    upper: 6,
    figures: ['uploads.days-22-30'],
    meaning: 'files of a request that carries any: a proof, a photo, a course, the report of a session',
  },
  {
    id: 'system.uploads.rejected',
    unit: 'share of uploads',
    value: 0.0411,
    lower: 0,
    upper: 0.3,
    figures: ['security.rejected-uploads'],
    meaning: 'uploads in a format that is not allowed',
  },
  {
    id: 'system.uploads.crowded-link',
    unit: 'KB/s',
    value: 7.9,
    lower: 1,
    upper: 200,
    figures: ['peak.uploads'],
    meaning: 'at which a mobile device sends while many send at once, during an upload burst',
  },
  {
    id: 'system.jobs.messages',
    unit: 'messages an event',
    value: 1.78,
    lower: 0,
    upper: 5,
    figures: ['messages.days-22-30'],
    meaning: 'WhatsApp messages for a booking, a proof, a verification, a session, a schedule, a review',
  },
  {
    id: 'system.jobs.records',
    unit: 'jobs a write',
    value: 0.151,
    lower: 0,
    upper: 3,
    figures: ['jobs.days-22-30'],
    meaning: 'jobs of other kinds (mail, statistics, search index) for a log-in or a change',
  },
  {
    id: 'system.jobs.image',
    unit: 's of one core',
    value: 20,
    lower: 1,
    upper: 90,
    figures: ['peak.jobs-queued'],
    meaning: 'work on a file that was sent: scanned, read, made smaller',
  },
  {
    id: 'system.workers.spare',
    unit: 'children',
    value: 9.67,
    lower: 2,
    upper: 16,
    figures: ['peak.database-connections'],
    meaning: 'idle PHP-FPM children kept at least (pm.min_spare_servers)',
  },
  {
    id: 'system.connections.base',
    unit: 'connections',
    value: 4,
    lower: 0,
    upper: 10,
    figures: [],
    meaning: 'connections that are always open: replication, monitoring, Horizon itself, an administrator',
  },
  {
    id: 'system.tabs.open',
    unit: 'min',
    value: 34.9,
    lower: 0,
    upper: 240,
    figures: ['security.token-renewals'],
    meaning: 'for how long a tab stays open after the last request of a session, renewing its token',
  },
  {
    id: 'system.tabs.suspended',
    unit: 'share of sessions',
    value: 0.146,
    lower: 0,
    upper: 1,
    figures: ['security.session-timeouts'],
    meaning:
      'sessions whose tab the device puts to sleep while it is open: nothing renews, and they time out',
  },
  {
    id: 'system.security.scrapers',
    unit: 'a month',
    value: 5.76,
    lower: 0,
    upper: 60,
    figures: ['alerts.security'],
    meaning: 'times that a program calls faster than people do',
  },
  {
    id: 'system.security.scraped',
    unit: 'calls',
    value: 40.3,
    lower: 1,
    upper: 500,
    figures: ['security.rate-limited'],
    meaning: 'calls of such a program',
  },
  {
    id: 'system.disk.snapshot',
    unit: 'GB',
    value: 2.23,
    lower: 0.1,
    upper: 6,
    figures: ['alerts.disk'],
    meaning: 'a snapshot of the data, four a day, kept until the weekly health check',
  },
  {
    id: 'system.alerts.connections',
    unit: 'connections',
    value: 1,
    lower: 1,
    upper: 30,
    figures: ['alerts.connections'],
    meaning: 'a rise above the mean of the hour before that is called a spike',
  },
] as const satisfies readonly Parameter[];

type SystemParameter = (typeof systemParameters)[number]['id'];

/**
 * Reads one of the system's parameters.
 *
 * @throws {RangeError} when the values do not have it
 */
export function systemParameter(values: Readonly<Record<string, number>>, id: SystemParameter): number {
  const value = values[id];
  if (value === undefined || !Number.isFinite(value)) {
    throw new RangeError(`The parameter "${id}" needs a number; give it with the others of the run.`);
  }
  return value;
}
