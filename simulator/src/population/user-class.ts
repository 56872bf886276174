import { documented } from '../figures/figures.ts';

/** A customer class: people who behave alike. */
export const USER_CLASSES = [
  'mentor-superstar',
  'mentor-regular',
  'mentor-novice',
  'learner-heavy',
  'learner-regular',
  'browser',
  'occasional',
  'admin',
  'inactive',
] as const;

export type UserClass = (typeof USER_CLASSES)[number];

/** The role that a request record carries. The documented role totals are by these. */
export const USER_ROLES = ['learner', 'browser', 'mentor', 'occasional', 'admin', 'inactive'] as const;

export type UserRole = (typeof USER_ROLES)[number];

const ROLES: Readonly<Record<UserClass, UserRole>> = {
  'mentor-superstar': 'mentor',
  'mentor-regular': 'mentor',
  'mentor-novice': 'mentor',
  'learner-heavy': 'learner',
  'learner-regular': 'learner',
  browser: 'browser',
  occasional: 'occasional',
  admin: 'admin',
  inactive: 'inactive',
};

/** How many people each class has. */
export const PEOPLE_PER_CLASS: Readonly<Record<UserClass, number>> = {
  'mentor-superstar': documented('population.mentor-superstar'),
  'mentor-regular': documented('population.mentor-regular'),
  'mentor-novice': documented('population.mentor-novice'),
  'learner-heavy': documented('population.learner-heavy'),
  'learner-regular': documented('population.learner-regular'),
  browser: documented('population.browsers'),
  occasional: documented('population.occasional'),
  admin: documented('population.admins'),
  inactive: documented('population.inactive'),
};

export function roleOf(userClass: UserClass): UserRole {
  return ROLES[userClass];
}
