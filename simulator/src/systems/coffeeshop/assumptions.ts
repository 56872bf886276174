import type { Assumption } from '../system.ts';

/** The document names no traffic, no number of pages and no speed of the database: all of it is assumed. */
export const COFFEESHOP = {
  pages: {
    value: 60,
    unit: 'pages',
    meaning: 'menu, branches, promotions, books and articles of a chain of coffee shops',
    figures: [],
  },
  popularity: {
    value: 0.9,
    unit: 'exponent',
    meaning: 'Zipf; web pages lie between 0.6 and 1 (Breslau et al. 1999)',
    figures: [],
  },
  viewsPerDay: {
    value: 10_000,
    unit: 'views/day',
    meaning: 'a day of high traffic, which is what the cache is for',
    figures: [],
  },
  savesPerDay: {
    value: 40,
    unit: 'saves/day',
    meaning: 'a media team that edits in office hours; popular pages are edited more',
    figures: [],
  },
  otherPerView: {
    value: 0.175,
    unit: 'requests/view',
    meaning:
      'baskets, orders, log-ins and reports ask the database and are not cached; fitted, as nothing else decides ' +
      'what is left of the load once nearly every page comes from the cache',
    figures: ['cache.load-reduction'],
  },
  databaseMs: {
    value: 20,
    unit: 'ms',
    meaning:
      'work of the database on one request; the reduction does not depend on it while it is alike for all',
    figures: [],
  },
  databaseVariation: { value: 0.6, unit: 'deviation / mean', meaning: 'lognormal', figures: [] },
  connections: {
    value: 5,
    unit: 'connections',
    meaning: 'the default of the pool is twice the cores and one more: a machine of two cores',
    figures: [],
  },
  serverMs: {
    value: 1.5,
    unit: 'ms',
    meaning: 'routing and JSON in the one thread of the server, exponential',
    figures: [],
  },
  redisMs: { value: 0.6, unit: 'ms', meaning: 'a round trip within one network, exponential', figures: [] },
} as const satisfies Readonly<Record<string, Assumption>>;

/** Share of the day's views by hour, in proportion: breakfast, lunch, and most of all the evening. */
export const HOURLY_VIEWS: readonly number[] = [
  1, 1, 1, 1, 1, 2, 4, 7, 8, 7, 7, 8, 10, 9, 7, 7, 8, 9, 10, 13, 13, 9, 5, 2,
];

/** The busiest hours, the second not included. */
export const BUSIEST_HOURS: readonly [from: number, until: number] = [19, 21];

/** When administrators save, the second not included. */
export const OFFICE_HOURS: readonly [from: number, until: number] = [8, 17];
