import type { Figure } from './figure.ts';

const REVENUE = 'Revenue Performance';
const FUNNEL = 'Conversion Funnel Analysis';
const WEEK_3 = 'Pola Penggunaan Stabil (Minggu 3)';
const SERVER = 'Final System Configuration';
const ROADMAP = 'Scaling Roadmap';

/** Money, funnel and machine: shown beside the results, not simulated. */
export const businessFigures = [
  {
    id: 'business.taught.mentor-superstar',
    value: 28,
    unit: 'sessions',
    section: 'Mentor Superstar',
    kind: 'context',
  },
  {
    id: 'business.taught.mentor-regular',
    value: 18,
    unit: 'sessions',
    section: 'Mentor Reguler',
    kind: 'context',
  },
  {
    id: 'business.taught.mentor-novice',
    value: 8,
    unit: 'sessions',
    section: 'Mentor Pemula',
    kind: 'context',
  },
  { id: 'business.revenue.mentor-superstar', value: 2800, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.revenue.mentor-regular', value: 5400, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.revenue.mentor-novice', value: 800, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.revenue.platform', value: 9900, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.revenue', value: 18_900, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.costs', value: 1245, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.profit', value: 17_655, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.cost-per-user', value: 20.75, unit: 'USD', section: REVENUE, kind: 'context' },
  { id: 'business.revenue-per-user', value: 315, unit: 'USD', section: REVENUE, kind: 'context' },
  {
    id: 'business.platform-fee',
    value: 20,
    unit: '%',
    section: REVENUE,
    kind: 'contradicted',
    note: 'platform fees of 9,900 on 18,900 are 52 %; the amounts are used, because they add up',
  },
  {
    id: 'business.week-3.revenue',
    value: 3175,
    unit: 'USD',
    section: WEEK_3,
    kind: 'contradicted',
    note: '127 bookings at 25 each, where the mentors’ log has 50 a session; the log is used',
  },
  {
    id: 'business.spending.learner-heavy',
    value: 600,
    unit: 'USD',
    section: 'Heavy Learners',
    kind: 'contradicted',
    note: 'all learners together spend 3,900, against a revenue of 18,900; the revenue is used',
  },
  {
    id: 'business.spending.learner-regular',
    value: 300,
    unit: 'USD',
    section: 'Regular Learners',
    kind: 'contradicted',
    note: 'all learners together spend 3,900, against a revenue of 18,900; the revenue is used',
  },
  { id: 'business.satisfaction', value: 4.6, unit: 'stars', section: WEEK_3, kind: 'context' },
  { id: 'business.taught.duration', value: 1.8, unit: 'h', section: WEEK_3, kind: 'context' },
  { id: 'funnel.visitors', value: 2340, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'funnel.course-browsers', value: 1876, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'funnel.mentor-views', value: 1234, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'funnel.registrations', value: 67, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'funnel.first-bookings', value: 29, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'funnel.repeat-bookings', value: 23, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'funnel.long-term', value: 18, unit: 'count', section: FUNNEL, kind: 'context' },
  { id: 'server.cores', value: 6, unit: 'cores', section: SERVER, kind: 'input' },
  { id: 'server.memory', value: 6, unit: 'GB', section: SERVER, kind: 'input' },
  { id: 'server.disk', value: 120, unit: 'GB', section: SERVER, kind: 'input' },
  { id: 'roadmap.100-users.memory', value: 8, unit: 'GB', section: ROADMAP, kind: 'context' },
  {
    id: 'roadmap.scale-out',
    value: 85,
    unit: '%',
    section: 'Week 4: Peak Performance Phase',
    kind: 'context',
  },
] as const satisfies readonly Figure[];
