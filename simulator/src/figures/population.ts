import type { Figure } from './figure.ts';

const COMPOSITION = 'Komposisi Pengguna';
const MENTORS = 'Mentor (10 users) - Activity Log';
const LEARNERS = 'Pelanggan Aktif (10 users) - Detailed Tracking';

/** Who uses the system. */
export const populationFigures = [
  { id: 'population.total', value: 60, unit: 'people', section: 'Overview Sistem', kind: 'input' },
  { id: 'population.mentors', value: 10, unit: 'people', section: COMPOSITION, kind: 'input' },
  { id: 'population.learners', value: 10, unit: 'people', section: COMPOSITION, kind: 'input' },
  { id: 'population.browsers', value: 25, unit: 'people', section: COMPOSITION, kind: 'input' },
  { id: 'population.occasional', value: 10, unit: 'people', section: COMPOSITION, kind: 'input' },
  { id: 'population.admins', value: 3, unit: 'people', section: COMPOSITION, kind: 'input' },
  { id: 'population.inactive', value: 2, unit: 'people', section: COMPOSITION, kind: 'input' },
  { id: 'population.mentor-superstar', value: 2, unit: 'people', section: MENTORS, kind: 'input' },
  { id: 'population.mentor-regular', value: 6, unit: 'people', section: MENTORS, kind: 'input' },
  { id: 'population.mentor-novice', value: 2, unit: 'people', section: MENTORS, kind: 'input' },
  { id: 'population.learner-heavy', value: 3, unit: 'people', section: LEARNERS, kind: 'input' },
  { id: 'population.learner-regular', value: 7, unit: 'people', section: LEARNERS, kind: 'input' },
] as const satisfies readonly Figure[];
