import type { Figure } from './figure.ts';

const DAY_1 = 'Week 1: Stabilization Phase, Day 1';
const DAY_7 = 'Week 1: Stabilization Phase, Day 7';
const SETUP = 'Hari 1-2: Setup Awal & Registrasi';
const WEEK_2 = 'Karakteristik Minggu 2';
const PEAK = 'Week 2: Growth Phase, Peak Memory Events';
const AT_PEAK = 'Week 2: Growth Phase, Memory Distribution at Peak';
const WEEK_3 = 'Week 3: Optimization Phase';
const WEEK_4 = 'Week 4: Peak Performance Phase';
const PER_USER = 'Analisis Mendalam per Kategori Pengguna';

const DAY_1_NOTE = 'named the peak of days 1-2, but day 1 has 3.1 GB at 18:00; the hourly course is used';

/** Memory: all of it must come out of simulated state, except what a user of each class occupies. */
export const memoryFigures = [
  { id: 'memory.day-1.06', value: 1.2, unit: 'GB', section: DAY_1, kind: 'output' },
  { id: 'memory.day-1.12', value: 2.8, unit: 'GB', section: DAY_1, kind: 'output' },
  { id: 'memory.day-1.18', value: 3.1, unit: 'GB', section: DAY_1, kind: 'output' },
  { id: 'memory.day-1.24', value: 1.8, unit: 'GB', section: DAY_1, kind: 'output' },
  { id: 'memory.day-1.mean', value: 2.2, unit: 'GB', section: DAY_1, kind: 'output' },
  {
    id: 'memory.days-1-2.peak',
    value: 2.8,
    unit: 'GB',
    section: SETUP,
    kind: 'contradicted',
    note: DAY_1_NOTE,
  },
  { id: 'memory.days-1-2.application', value: 1.1, unit: 'GB', section: SETUP, kind: 'output' },
  { id: 'memory.days-1-2.database', value: 0.8, unit: 'GB', section: SETUP, kind: 'output' },
  { id: 'memory.days-1-2.system', value: 0.6, unit: 'GB', section: SETUP, kind: 'output' },
  { id: 'memory.days-1-2.cache', value: 0.3, unit: 'GB', section: SETUP, kind: 'output' },
  {
    id: 'memory.days-3-7.mean',
    value: 3.2,
    unit: 'GB',
    section: 'Hari 3-7: Aktivitas Normal',
    kind: 'contradicted',
    note: 'day 7 alone has a mean of 2.7 GB; the hourly course of day 7 is used',
  },
  { id: 'memory.day-7.06', value: 1.8, unit: 'GB', section: DAY_7, kind: 'output' },
  { id: 'memory.day-7.12', value: 3.2, unit: 'GB', section: DAY_7, kind: 'output' },
  { id: 'memory.day-7.18', value: 3.6, unit: 'GB', section: DAY_7, kind: 'output' },
  { id: 'memory.day-7.24', value: 2.1, unit: 'GB', section: DAY_7, kind: 'output' },
  { id: 'memory.day-7.mean', value: 2.7, unit: 'GB', section: DAY_7, kind: 'output' },
  {
    id: 'memory.week-2.peak',
    value: 4.1,
    unit: 'GB',
    section: WEEK_2,
    kind: 'output',
    note: 'placed at "Friday noon" here and on day 12 at 19:45 elsewhere; 19:45 is used, because it comes with a breakdown',
  },
  { id: 'memory.week-2.mean', value: 3.5, unit: 'GB', section: WEEK_2, kind: 'output' },
  { id: 'memory.week-2.low', value: 2.6, unit: 'GB', section: WEEK_2, kind: 'output' },
  { id: 'memory.week-2.leaks', value: 2, unit: 'count', section: WEEK_2, kind: 'input' },
  { id: 'memory.peak.application', value: 1.8, unit: 'GB', section: AT_PEAK, kind: 'output' },
  { id: 'memory.peak.database', value: 1.1, unit: 'GB', section: AT_PEAK, kind: 'output' },
  { id: 'memory.peak.sessions', value: 0.567, unit: 'GB', section: AT_PEAK, kind: 'output' },
  { id: 'memory.peak.file-buffers', value: 0.334, unit: 'GB', section: AT_PEAK, kind: 'output' },
  { id: 'memory.peak.overhead', value: 0.289, unit: 'GB', section: AT_PEAK, kind: 'output' },
  { id: 'peak.concurrent-users', value: 23, unit: 'people', section: PEAK, kind: 'output' },
  { id: 'peak.sessions', value: 28, unit: 'sessions', section: PEAK, kind: 'output' },
  { id: 'peak.database-connections', value: 31, unit: 'count', section: PEAK, kind: 'output' },
  { id: 'peak.uploads', value: 8, unit: 'count', section: PEAK, kind: 'output' },
  { id: 'peak.jobs-queued', value: 15, unit: 'count', section: PEAK, kind: 'output' },
  {
    id: 'memory.week-3.mean',
    value: 3.5,
    unit: 'GB',
    section: WEEK_3,
    kind: 'contradicted',
    note: 'called 15 % below week 2, whose mean is 3.5 GB as well; the absolute means are used',
  },
  { id: 'memory.week-3.peak', value: 3.8, unit: 'GB', section: WEEK_3, kind: 'output' },
  { id: 'memory.week-4.steady', value: 3.9, unit: 'GB', section: WEEK_4, kind: 'output' },
  { id: 'memory.week-4.application', value: 1.6, unit: 'GB', section: WEEK_4, kind: 'output' },
  { id: 'memory.week-4.database', value: 1.2, unit: 'GB', section: WEEK_4, kind: 'output' },
  { id: 'memory.week-4.redis', value: 0.678, unit: 'GB', section: WEEK_4, kind: 'output' },
  { id: 'memory.week-4.sessions', value: 0.289, unit: 'GB', section: WEEK_4, kind: 'output' },
  { id: 'memory.week-4.services', value: 0.156, unit: 'GB', section: WEEK_4, kind: 'output' },
  { id: 'memory.user.mentor-superstar', value: 145, unit: 'MB', section: PER_USER, kind: 'input' },
  { id: 'memory.user.mentor-regular', value: 98, unit: 'MB', section: PER_USER, kind: 'input' },
  { id: 'memory.user.mentor-novice', value: 67, unit: 'MB', section: PER_USER, kind: 'input' },
  { id: 'memory.user.learner-heavy', value: 89, unit: 'MB', section: PER_USER, kind: 'input' },
  { id: 'memory.user.learner-regular', value: 56, unit: 'MB', section: PER_USER, kind: 'input' },
  { id: 'memory.user.browser', value: 23, unit: 'MB', section: PER_USER, kind: 'input' },
  {
    id: 'memory.browsers.peak',
    value: 575,
    unit: 'MB',
    section: PER_USER,
    kind: 'contradicted',
    note: 'takes all 25 browsers at once, where 23 people of all kinds are the record; the record is used',
  },
  {
    id: 'memory.limit.start',
    value: 4,
    unit: 'GB',
    section: 'Key Achievements',
    kind: 'input',
    note: 'raised on day 12',
  },
  { id: 'memory.limit.end', value: 6, unit: 'GB', section: PEAK, kind: 'input' },
  { id: 'tuning.query-cache.before', value: 512, unit: 'MB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.query-cache.after', value: 768, unit: 'MB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.buffer-pool.before', value: 1, unit: 'GB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.buffer-pool.after', value: 1.2, unit: 'GB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.connection-pool.before', value: 50, unit: 'count', section: WEEK_3, kind: 'input' },
  { id: 'tuning.connection-pool.after', value: 35, unit: 'count', section: WEEK_3, kind: 'input' },
  { id: 'tuning.sort-buffer.before', value: 128, unit: 'MB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.sort-buffer.after', value: 96, unit: 'MB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.temp-tables.before', value: 64, unit: 'MB', section: WEEK_3, kind: 'input' },
  { id: 'tuning.temp-tables.after', value: 48, unit: 'MB', section: WEEK_3, kind: 'input' },
] as const satisfies readonly Figure[];
