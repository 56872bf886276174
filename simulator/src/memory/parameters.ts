import type { Parameter, Parameters } from '../calibration/parameter.ts';

/** Free numbers of the memory model by the names that its parts call them. */
const PARAMETERS = {
  applicationBase: {
    id: 'memory.application.base',
    unit: 'MB',
    value: 150,
    lower: 60,
    upper: 500,
    figures: ['memory.day-1.06', 'memory.day-7.06', 'memory.day-7.24'],
    meaning: 'Web server, PHP master with its opcode cache, scheduler and queue supervisor',
  },
  applicationChild: {
    id: 'memory.application.child',
    unit: 'MB',
    value: 24,
    lower: 24,
    upper: 24,
    figures: [],
    meaning: 'A PHP-FPM child that has served nothing yet: the usual resident size of a Laravel worker after its start',
  },
  applicationGrowth: {
    id: 'memory.application.growth',
    unit: 'MB',
    value: 900,
    lower: 100,
    upper: 4000,
    figures: ['memory.days-1-2.application', 'memory.day-1.18', 'memory.day-1.mean'],
    meaning: 'High-water growth of all children together that have served much, while the database is empty',
  },
  applicationGrowthWithData: {
    id: 'memory.application.growth-with-data',
    unit: 'MB',
    value: 900,
    lower: 0,
    upper: 4000,
    figures: ['memory.day-7.12', 'memory.day-7.18', 'memory.day-7.mean', 'memory.peak.application'],
    meaning: 'What is added to that growth when lists have their full length, as more rows become objects',
  },
  applicationRequests: {
    id: 'memory.application.requests',
    unit: 'requests',
    value: 40,
    lower: 4,
    upper: 400,
    figures: ['memory.day-1.12', 'memory.day-7.12'],
    meaning: 'Requests after which the children have grown by 63 % of what they can',
  },
  applicationIdle: {
    id: 'memory.application.idle',
    unit: 'h',
    value: 4,
    lower: 0.5,
    upper: 24,
    figures: ['memory.day-7.06', 'memory.week-2.mean'],
    meaning: 'Mean time until a grown child that is idle is replaced by a new one',
  },
  applicationGarbage: {
    id: 'memory.application.garbage',
    unit: 'share',
    value: 0.4,
    lower: 0,
    upper: 1,
    figures: ['memory.week-4.application', 'memory.week-4.steady'],
    meaning: 'Share of the growth that is garbage, of which a better collection leaves less',
  },
  dataRequests: {
    id: 'memory.data.requests',
    unit: 'requests',
    value: 1500,
    lower: 200,
    upper: 10000,
    figures: ['memory.day-7.12', 'memory.day-1.18'],
    meaning: 'Requests to the database after which lists have 63 % of their full length',
  },
  databaseBase: {
    id: 'memory.database.base',
    unit: 'MB',
    value: 200,
    lower: 30,
    upper: 600,
    figures: ['memory.day-1.06', 'memory.days-1-2.database'],
    meaning: 'Database server and its replication without caches and connections',
  },
  databaseWork: {
    id: 'memory.database.work',
    unit: 'share',
    value: 0.02,
    lower: 0.02,
    upper: 0.02,
    figures: [],
    meaning: 'Share of its sort buffer and temporary tables that an open connection holds in the mean: most sort little',
  },
  queryCacheRequests: {
    id: 'memory.database.query-cache-requests',
    unit: 'requests',
    value: 60,
    lower: 5,
    upper: 1000,
    figures: ['memory.days-1-2.database', 'memory.day-1.12'],
    meaning: 'Requests to the database after which the query cache is filled to 63 %',
  },
  bufferPoolRequests: {
    id: 'memory.database.buffer-pool-requests',
    unit: 'requests',
    value: 60_000,
    lower: 1000,
    upper: 1_000_000,
    figures: ['memory.peak.database', 'memory.week-4.database'],
    meaning: 'Requests to the database after which the rows that they read fill 63 % of the buffer pool',
  },
  cacheNode: {
    id: 'memory.cache.node',
    unit: 'MB',
    value: 90,
    lower: 5,
    upper: 200,
    figures: ['memory.week-4.redis', 'memory.week-2.low'],
    meaning: 'A Redis node without entries, with its buffers for replication and clients',
  },
  cacheEntry: {
    id: 'memory.cache.entry',
    unit: 'MB',
    value: 1,
    lower: 0.05,
    upper: 5,
    figures: ['memory.days-1-2.cache', 'memory.peak.database'],
    meaning: 'What a request that the cache could not answer leaves in it: pages, query results, session data',
  },
  cacheLifetime: {
    id: 'memory.cache.lifetime',
    unit: 'h',
    value: 10,
    lower: 1,
    upper: 72,
    figures: ['memory.week-4.redis', 'memory.week-2.low'],
    meaning: 'Mean time that an entry stays in the cache',
  },
  sessionStore: {
    id: 'memory.sessions.store',
    unit: 'MB',
    value: 100,
    lower: 0,
    upper: 280,
    figures: ['memory.week-4.sessions', 'memory.day-1.06'],
    meaning: 'The session store without sessions',
  },
  sessionShare: {
    id: 'memory.sessions.share',
    unit: 'share',
    value: 0.25,
    lower: 0.02,
    upper: 1,
    figures: ['memory.peak.sessions'],
    meaning: 'Share of the documented memory of an active user that is not shared with other users',
  },
  sessionCleaning: {
    id: 'memory.sessions.cleaning',
    unit: 'h',
    value: 4,
    lower: 0.5,
    upper: 24,
    figures: ['memory.week-4.sessions'],
    meaning: 'Mean time until what an ended session left behind is cleaned up',
  },
  uploadBuffer: {
    id: 'memory.files.upload',
    unit: 'MB',
    value: 15,
    lower: 0.3,
    upper: 60,
    figures: ['memory.peak.file-buffers'],
    meaning: 'Buffers and decoded picture of a file that is being sent',
  },
  filePages: {
    id: 'memory.files.kept',
    unit: 'MB',
    value: 12,
    lower: 0.3,
    upper: 60,
    figures: ['memory.days-1-2.system', 'memory.peak.file-buffers'],
    meaning: 'Pages of a received file and its scaled variants that the kernel keeps',
  },
  fileLifetime: {
    id: 'memory.files.lifetime',
    unit: 'h',
    value: 6,
    lower: 6,
    upper: 6,
    figures: [],
    meaning: 'Mean time that the kernel keeps them: an assumption, a working morning or evening',
  },
  systemBase: {
    id: 'memory.system.base',
    unit: 'MB',
    value: 80,
    lower: 30,
    upper: 400,
    figures: ['memory.week-4.services', 'memory.day-1.06'],
    meaning: 'Kernel, system services and monitoring',
  },
  systemProcess: {
    id: 'memory.system.process',
    unit: 'MB',
    value: 3.5,
    lower: 0,
    upper: 10,
    figures: ['memory.peak.overhead', 'memory.week-4.services'],
    meaning: 'Page tables, sockets and kernel buffers of a PHP-FPM child or a database connection',
  },
  pressure: {
    id: 'memory.pressure',
    unit: 'share',
    value: 0.93,
    lower: 0.8,
    upper: 1,
    figures: ['memory.week-2.peak', 'memory.week-2.mean'],
    meaning: 'Share of the machine’s memory above which garbage is collected harder and idle children are ended',
  },
} as const satisfies Readonly<Record<string, Parameter>>;

export const memoryParameters: readonly Parameter[] = Object.values(PARAMETERS);

/** Values of the free numbers, in their units. */
export type MemoryValues = Readonly<Record<keyof typeof PARAMETERS, number>>;

/**
 * The model's own view of a set of parameters.
 *
 * @throws {RangeError} when one of them is missing
 */
export function memoryValues(parameters: Parameters): MemoryValues {
  const values: Record<string, number> = {};
  for (const [name, { id }] of Object.entries(PARAMETERS)) {
    const value = parameters[id];
    if (value === undefined) {
      throw new RangeError(`The parameter "${id}" is missing. Take the parameters from calibratedParameters().`);
    }
    values[name] = value;
  }
  return values as MemoryValues;
}
