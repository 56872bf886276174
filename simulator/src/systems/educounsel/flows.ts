import { documented } from './figures.ts';

/** What a person asks for. */
export type Flow = 'login' | 'upload' | 'download' | 'dashboard' | 'page';

/** One thing that is done for a request. */
export const STEP = {
  /** From the browser and back. */
  travel: 0,
  /** The file goes from the browser to the instance. */
  send: 1,
  /** The load balancer chooses an instance. */
  route: 2,
  hashPassword: 3,
  drawPage: 4,
  checkFile: 5,
  unpack: 6,
  query: 7,
  countQuery: 8,
  /** A round trip to Redis. */
  redis: 9,
  /** The file goes from the instance to S3. */
  store: 10,
  /** Those who are to be told are told by a worker, or while the browser waits. */
  notify: 11,
  /** The dashboard is looked up; {@link DASHBOARD_HIT} and {@link DASHBOARD_MISS} say how it goes on. */
  lookUp: 12,
  keep: 13,
  /** The browser follows the signed URL. */
  edge: 14,
  /** From here on the flow's documented time runs. */
  mark: 15,
  /** And here it ends. */
  measure: 16,
  answer: 17,
} as const;
export type Step = (typeof STEP)[keyof typeof STEP];

/** What is done for each flow, in order. */
export const PROGRAMS: Readonly<Record<Flow, readonly Step[]>> = {
  login: [
    STEP.mark,
    STEP.travel,
    STEP.route,
    STEP.query,
    STEP.hashPassword,
    STEP.redis,
    STEP.measure,
    STEP.answer,
  ],
  upload: [
    STEP.mark,
    STEP.send,
    STEP.route,
    STEP.checkFile,
    STEP.store,
    STEP.query,
    STEP.redis,
    STEP.notify,
    STEP.measure,
    STEP.answer,
  ],
  download: [STEP.travel, STEP.route, STEP.drawPage, STEP.mark, STEP.edge, STEP.measure, STEP.answer],
  dashboard: [STEP.travel, STEP.route, STEP.mark, STEP.redis, STEP.lookUp],
  page: [STEP.travel, STEP.route, STEP.drawPage, STEP.query, STEP.query, STEP.answer],
};

const PAGE_AROUND: readonly Step[] = [STEP.measure, STEP.drawPage, STEP.answer];

/** How a dashboard goes on that was in the cache. */
export const DASHBOARD_HIT: readonly Step[] = [STEP.unpack, ...PAGE_AROUND];

/** And one that was not: its queries, one after the other, then it is stored. */
export const DASHBOARD_MISS: readonly Step[] = [
  ...Array.from({ length: documented('dashboard.queries') }, () => STEP.countQuery),
  STEP.unpack,
  STEP.keep,
  STEP.redis,
  ...PAGE_AROUND,
];
