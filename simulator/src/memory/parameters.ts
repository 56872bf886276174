import type { Parameter, Parameters } from '../calibration/parameter.ts';

/** Free numbers of the memory model by the names that its parts call them. */
const PARAMETERS = {
  applicationChild: {
    id: 'memory.application.child',
    unit: 'MB',
    value: 5,
    lower: 1,
    upper: 60,
    figures: [],
    meaning:
      'A PHP-FPM child that has served nothing yet, beyond what it shares with the others: usual for a forked one',
  },
  applicationGrowth: {
    id: 'memory.application.growth',
    unit: 'MB',
    value: 28.4,
    lower: 5,
    upper: 100,
    figures: ['memory.days-1-2.application', 'memory.day-1.18', 'memory.day-1.mean'],
    meaning: 'What a child that has served much has grown by, while the database is empty',
  },
  applicationGrowthWithData: {
    id: 'memory.application.growth-with-data',
    unit: 'MB',
    value: 1270,
    lower: 0,
    upper: 1500,
    figures: ['memory.day-7.12', 'memory.day-7.18', 'memory.day-7.mean', 'memory.peak.application'],
    meaning: 'What is added to that growth when lists have their full length: more rows become objects',
  },
  applicationStep: {
    id: 'memory.application.step',
    unit: 'requests',
    value: 1.57,
    lower: 0.2,
    upper: 10,
    figures: ['memory.day-1.12', 'memory.day-7.06', 'memory.day-7.12', 'memory.week-2.mean'],
    meaning: 'Requests that a child serves in the mean for each of the five steps in which it grows',
  },
  applicationGarbage: {
    id: 'memory.application.garbage',
    unit: 'share',
    value: 0.809,
    lower: 0,
    upper: 1,
    figures: ['memory.week-4.application', 'memory.week-4.steady'],
    meaning: 'Share of the growth that is garbage, of which a better collection leaves less',
  },
  dataRequests: {
    id: 'memory.data.requests',
    unit: 'requests',
    value: 20000,
    lower: 200,
    upper: 20000,
    figures: ['memory.day-7.12', 'memory.day-1.18'],
    meaning: 'Requests to the database after which lists have 63 % of their full length',
  },
  databaseBase: {
    id: 'memory.database.base',
    unit: 'MB',
    value: 263,
    lower: 30,
    upper: 600,
    figures: ['memory.day-1.06', 'memory.days-1-2.database'],
    meaning: 'Database server and its replication without caches and connections',
  },
  databaseWork: {
    id: 'memory.database.work',
    unit: 'share',
    value: 0.002,
    lower: 0.001,
    upper: 0.05,
    figures: [],
    meaning:
      'Share of its sort buffer and temporary tables that an open connection holds in the mean: few sort at a time',
  },
  queryCacheRequests: {
    id: 'memory.database.query-cache-requests',
    unit: 'requests',
    value: 31.2,
    lower: 5,
    upper: 1000,
    figures: ['memory.days-1-2.database', 'memory.day-1.12'],
    meaning:
      'Requests to the database after which the query cache, and Redis, hold 63 % of what they will hold',
  },
  bufferPoolRequests: {
    id: 'memory.database.buffer-pool-requests',
    unit: 'requests',
    value: 37800,
    lower: 1000,
    upper: 1_000_000,
    figures: ['memory.peak.database', 'memory.week-4.database'],
    meaning: 'Requests to the database after which the rows that they read fill 63 % of the buffer pool',
  },
  cacheNode: {
    id: 'memory.cache.node',
    unit: 'MB',
    value: 83.9,
    lower: 20,
    upper: 200,
    figures: ['memory.week-4.redis', 'memory.week-2.low'],
    meaning: 'A Redis node without entries, with its buffers for replication and clients',
  },
  cacheWorkingSet: {
    id: 'memory.cache.working-set',
    unit: 'MB',
    value: 213,
    lower: 50,
    upper: 600,
    figures: ['memory.days-1-2.cache', 'memory.peak.database'],
    meaning: 'Entries that requests leave in Redis: pages, query results, locks, queues',
  },
  sessionStore: {
    id: 'memory.sessions.store',
    unit: 'MB',
    value: 257,
    lower: 0,
    upper: 400,
    figures: ['memory.week-4.sessions', 'memory.day-1.06'],
    meaning: 'The session store without sessions',
  },
  sessionShare: {
    id: 'memory.sessions.share',
    unit: 'share',
    value: 0.15,
    lower: 0.02,
    upper: 1,
    figures: ['memory.peak.sessions'],
    meaning: 'Share of the documented memory of an active user that is not shared with other users',
  },
  sessionCleaning: {
    id: 'memory.sessions.cleaning',
    unit: 'h',
    value: 3,
    lower: 2,
    upper: 120,
    figures: [],
    meaning:
      'Mean time until what an ended session left behind is cleaned up: the usual 120 minutes, and chance',
  },
  filePages: {
    id: 'memory.files.kept',
    unit: 'MB',
    value: 7.21,
    lower: 0.3,
    upper: 60,
    figures: ['memory.days-1-2.system', 'memory.peak.file-buffers'],
    meaning: 'Pages of a received file and its scaled variants that the kernel keeps',
  },
  systemBase: {
    id: 'memory.system.base',
    unit: 'MB',
    value: 71.7,
    lower: 10,
    upper: 400,
    figures: ['memory.week-4.services', 'memory.day-1.06'],
    meaning: 'Kernel, system services and monitoring',
  },
  writtenPages: {
    id: 'memory.system.written',
    unit: 'MB',
    value: 2.41,
    lower: 0,
    upper: 10,
    figures: ['memory.days-1-2.system', 'memory.peak.overhead'],
    meaning: 'Pages of logs, journals and tables that a request writes and the kernel keeps for a while',
  },
  pageLifetime: {
    id: 'memory.system.page-lifetime',
    unit: 'h',
    value: 3.33,
    lower: 0.5,
    upper: 12,
    figures: ['memory.days-1-2.system', 'memory.week-4.services'],
    meaning: 'Mean time that the kernel keeps pages of files and of what was written',
  },
  pressure: {
    id: 'memory.pressure',
    unit: 'share',
    value: 0.835,
    lower: 0.8,
    upper: 1,
    figures: ['memory.week-2.peak', 'memory.week-2.mean', 'alerts.memory'],
    meaning:
      'Share of the machine’s memory above which garbage is collected harder and idle children are ended',
  },
} as const satisfies Readonly<Record<string, Parameter>>;

type Name = keyof typeof PARAMETERS;

export const memoryParameters: readonly Parameter[] = Object.values(PARAMETERS);

/** Values of the free numbers, in their units. */
export type MemoryValues = Readonly<Record<Name, number>>;

/**
 * The model's own view of a set of parameters.
 *
 * @throws {RangeError} when one of them is missing
 */
export function memoryValues(parameters: Parameters): MemoryValues {
  const values = Object.fromEntries(
    Object.entries(PARAMETERS).map(([name, { id }]) => [name, parameters[id]]),
  );
  if (!isComplete(values)) {
    const missing = memoryParameters.filter(({ id }) => parameters[id] === undefined);
    throw new RangeError(
      `There is no value for "${missing.map(({ id }) => id).join('", "')}". Take the parameters from calibratedParameters().`,
    );
  }
  return values;
}

function isComplete(values: Readonly<Record<string, number | undefined>>): values is Record<Name, number> {
  return Object.keys(PARAMETERS).every((name) => values[name] !== undefined);
}
