import type { Figure } from '../../figures/figure.ts';
import type { Tolerance } from '../../validation/tolerance.ts';
import { documentedIn } from '../system.ts';

export const EDUCOUNSEL_DOCUMENT = 'EduCounsel on AWS: architecture, 7 November 2025';

const LOGIN = 'Flow 1: User Login';
const UPLOAD = 'Flow 2: Upload Materi (PDF)';
const DOWNLOAD = 'Flow 3: Download Materi (Siswa)';
const DASHBOARD = 'Flow 4: Dashboard Analytics';
const SCALING = '10. Auto Scaling';
const BALANCER = '5. Application Load Balancer (ALB)';
const REDIS = '4. ElastiCache (Redis)';
const CDN = '7. CloudFront (CDN)';
const EC2 = '1. EC2 (Elastic Compute Cloud)';

/**
 * What the document says of speed and size. A documented range of times is two figures: it is met when the mean is at
 * least its lower end and 95 of 100 requests take its upper end at most.
 */
export const educounselFigures = [
  { id: 'users', value: 100, unit: 'people', section: 'Head', kind: 'input', note: 'at the same time' },
  { id: 'login.from', value: 200, unit: 'ms', section: LOGIN, kind: 'output', note: 'at least; mean' },
  {
    id: 'login.to',
    value: 300,
    unit: 'ms',
    section: LOGIN,
    kind: 'output',
    note: 'at most; 95th percentile',
  },
  { id: 'upload.from', value: 2, unit: 's', section: UPLOAD, kind: 'output', note: 'at least; mean' },
  { id: 'upload.to', value: 3, unit: 's', section: UPLOAD, kind: 'output', note: 'at most; 95th percentile' },
  { id: 'upload.limit', value: 10, unit: 'MB', section: UPLOAD, kind: 'input' },
  {
    id: 'download.from',
    value: 5,
    unit: 'ms',
    section: DOWNLOAD,
    kind: 'output',
    note: 'at least; mean from the redirect to the first byte',
  },
  {
    id: 'download.to',
    value: 50,
    unit: 'ms',
    section: DOWNLOAD,
    kind: 'output',
    note: 'at most; 95th percentile',
  },
  { id: 'download.edge', value: 5, unit: 'ms', section: CDN, kind: 'input', note: 'the file is at the edge' },
  {
    id: 'download.origin',
    value: 50,
    unit: 'ms',
    section: CDN,
    kind: 'input',
    note: 'the file is fetched from S3',
  },
  { id: 'download.speed-up', value: 10, unit: 'times', section: CDN, kind: 'output', note: 'origin / edge' },
  {
    id: 'download.edge-time-to-live',
    value: 168,
    unit: 'h',
    section: CDN,
    kind: 'input',
    note: 'PDF: one week',
  },
  {
    id: 'dashboard.cached',
    value: 5,
    unit: 'ms',
    section: DASHBOARD,
    kind: 'output',
    note: 'to look the data up; the page around it is not in it',
  },
  {
    id: 'dashboard.fresh',
    value: 100,
    unit: 'ms',
    section: DASHBOARD,
    kind: 'output',
    note: 'to miss, to ask the database and to store',
  },
  { id: 'dashboard.queries', value: 5, unit: 'count', section: DASHBOARD, kind: 'input' },
  { id: 'dashboard.time-to-live', value: 5, unit: 'min', section: DASHBOARD, kind: 'input' },
  {
    id: 'dashboard.speed-up',
    value: 10,
    unit: 'times',
    section: REDIS,
    kind: 'contradicted',
    note: '100 ms / 5 ms of flow 4 is 20; the times are used, as they say what they are of',
  },
  {
    id: 'instances.desired',
    value: 2,
    unit: 'instances',
    section: SCALING,
    kind: 'output',
    note: 'in service on average, with the documented users',
  },
  {
    id: 'instances.least',
    value: 1,
    unit: 'instances',
    section: SCALING,
    kind: 'output',
    note: 'at the end of a quiet hour with a tenth of the users',
  },
  {
    id: 'instances.most',
    value: 5,
    unit: 'instances',
    section: SCALING,
    kind: 'output',
    note: 'after 25 minutes with four times the users',
  },
  { id: 'scaling.out.cpu', value: 70, unit: '%', section: SCALING, kind: 'input' },
  { id: 'scaling.out.cpu-time', value: 5, unit: 'min', section: SCALING, kind: 'input' },
  { id: 'scaling.out.requests', value: 1000, unit: 'requests/min', section: SCALING, kind: 'input' },
  { id: 'scaling.in.cpu', value: 30, unit: '%', section: SCALING, kind: 'input' },
  { id: 'scaling.in.cpu-time', value: 10, unit: 'min', section: SCALING, kind: 'input' },
  { id: 'scaling.in.requests', value: 200, unit: 'requests/min', section: SCALING, kind: 'input' },
  { id: 'instance.cores', value: 2, unit: 'cores', section: EC2, kind: 'input', note: 't3.medium' },
  { id: 'database.cores', value: 2, unit: 'cores', section: '2. RDS', kind: 'input', note: 'db.t3.micro' },
  { id: 'health.interval', value: 30, unit: 's', section: BALANCER, kind: 'input' },
  { id: 'health.timeout', value: 5, unit: 's', section: BALANCER, kind: 'input' },
  { id: 'health.healthy-after', value: 2, unit: 'count', section: BALANCER, kind: 'input' },
  { id: 'health.unhealthy-after', value: 3, unit: 'count', section: BALANCER, kind: 'input' },
  {
    id: 'stages.100-users.instances',
    value: 1,
    unit: 'instances',
    section: 'Stage 1: 100 users (Current)',
    kind: 'contradicted',
    note: '1 × t3.small there, 2 × t3.medium "for production (100 users)"; 2 is used, as auto scaling desires it too',
  },
  { id: 'alarm.cpu', value: 80, unit: '%', section: '9. CloudWatch (Monitoring)', kind: 'context' },
  { id: 'alarm.errors', value: 5, unit: '%', section: '9. CloudWatch (Monitoring)', kind: 'context' },
] as const satisfies readonly Figure[];

/** The value of a figure of this document, in its own unit. */
export function documented(id: (typeof educounselFigures)[number]['id']): number {
  return documentedIn(educounselFigures, id);
}

const EXACT: Tolerance = { kind: 'exact' };
const TENTH: Tolerance = { kind: 'relative', share: 0.1 };

export const educounselTolerances: Readonly<Record<string, Tolerance>> = {
  'login.from': { kind: 'at-least' },
  'login.to': { kind: 'at-most' },
  'upload.from': { kind: 'at-least' },
  'upload.to': { kind: 'at-most' },
  'download.from': { kind: 'at-least' },
  'download.to': { kind: 'at-most' },
  'download.speed-up': TENTH,
  'dashboard.cached': TENTH,
  'dashboard.fresh': TENTH,
  'instances.desired': EXACT,
  'instances.least': EXACT,
  'instances.most': EXACT,
};
