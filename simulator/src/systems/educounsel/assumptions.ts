import type { Assumption } from '../system.ts';

/** What the document leaves open: who does what how often, and how much work each step is. */
export const EDUCOUNSEL = {
  teachers: {
    value: 0.1,
    unit: 'share',
    meaning: 'of those who are on line, who upload and open dashboards; the others are students',
    figures: [],
  },
  teacherAccounts: {
    value: 30,
    unit: 'people',
    meaning: 'who take turns; each has a dashboard of their own in the cache',
    figures: [],
  },
  students: {
    value: 300,
    unit: 'people',
    meaning: 'are told of an upload, one after the other',
    figures: [],
  },
  think: {
    value: 8,
    unit: 's',
    meaning:
      'between an answer and the next request, exponential. With 100 users it gives some 730 requests a minute, so that ' +
      'they stay between the two documented limits (200 and 1,000) and twice as many do not',
    figures: ['instances.desired'],
  },
  sessionActions: { value: 30, unit: 'actions', meaning: 'after a log-in, geometric', figures: [] },
  teacherDashboard: { value: 0.25, unit: 'share', meaning: "of a teacher's actions", figures: [] },
  teacherUpload: { value: 0.05, unit: 'share', meaning: "of a teacher's actions", figures: [] },
  studentDownload: { value: 0.3, unit: 'share', meaning: "of a student's actions", figures: [] },
  roundTrip: {
    value: 20,
    unit: 'ms',
    meaning: 'from a browser in Jakarta to Singapore and back',
    figures: [],
  },
  frameworkCpu: {
    value: 130,
    unit: 'ms',
    meaning:
      'of a core, to start the framework and to draw a page with its widgets, exponential. Chosen with the think time so ' +
      'that 100 users take between 30 and 70 % of two instances, which is where auto scaling leaves them alone',
    figures: ['instances.desired'],
  },
  loginCpu: {
    value: 180,
    unit: 'ms',
    meaning: 'of a core, nearly all to hash the password (bcrypt, 12 rounds), the same each time; fitted',
    figures: ['login.from', 'login.to'],
  },
  uploadCpu: { value: 60, unit: 'ms', meaning: 'of a core, to check and to read the file', figures: [] },
  uploadMegabytes: {
    value: 3.7,
    unit: 'MB',
    meaning: 'mean of the files, lognormal; fitted with the speed of the line',
    figures: ['upload.from', 'upload.to'],
  },
  uploadVariation: { value: 0.2, unit: 'deviation / mean', meaning: 'of the size of a file', figures: [] },
  uplink: { value: 2.5, unit: 'MB/s', meaning: 'from a school: 20 Mbit/s', figures: [] },
  storageRoundTrip: { value: 100, unit: 'ms', meaning: 'S3, to accept a file', figures: [] },
  storageSpeed: { value: 8, unit: 'MB/s', meaning: 'from the instance to S3', figures: [] },
  query: { value: 4, unit: 'ms', meaning: 'of the database, by key, exponential', figures: [] },
  countQuery: {
    value: 19.2,
    unit: 'ms',
    meaning: 'of the database, over a whole table as the dashboard asks, exponential; fitted',
    figures: ['dashboard.fresh'],
  },
  redisRoundTrip: { value: 1, unit: 'ms', meaning: 'within the network, exponential', figures: [] },
  unpackCpu: {
    value: 3.6,
    unit: 'ms',
    meaning: 'of a core, to read the stored dashboard; fitted',
    figures: ['dashboard.cached'],
  },
  notification: { value: 20, unit: 'ms', meaning: 'to tell one student through Pusher', figures: [] },
  edgeVariation: {
    value: 0.3,
    unit: 'deviation / mean',
    meaning: 'of the time to the first byte, lognormal, at the edge and at the origin',
    figures: [],
  },
  files: { value: 2000, unit: 'files', meaning: 'in the library', figures: [] },
  filePopularity: { value: 0.8, unit: 'exponent', meaning: 'Zipf', figures: [] },
  weeklyDownloads: {
    value: 200_000,
    unit: 'downloads/week',
    meaning: 'through one edge; says which files are there when the hour begins',
    figures: [],
  },
  boot: {
    value: 120,
    unit: 's',
    meaning: 'to start an instance, before its first health check',
    figures: [],
  },
  cooldown: {
    value: 5,
    unit: 'min',
    meaning: 'between two changes: what AWS gives unless told otherwise',
    figures: [],
  },
} as const satisfies Readonly<Record<string, Assumption>>;
