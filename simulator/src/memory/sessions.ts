import { documented } from '../figures/figures.ts';
import { USER_CLASSES, type UserClass } from '../population/user-class.ts';
import type { StateSamples } from '../run/month-run.ts';
import { isNightlyMaintenance, remaining } from './decay.ts';
import type { MemoryValues } from './parameters.ts';
import type { Stretch } from './settings.ts';

/**
 * Megabytes that an active user of each class occupies: documented, except for the last three. Assumptions: who comes
 * seldom looks around as a browser does, and so do the inactive; admins work through long lists, as mentors do.
 */
const MEGABYTES_PER_USER: Readonly<Record<UserClass, number>> = {
  'mentor-superstar': documented('memory.user.mentor-superstar'),
  'mentor-regular': documented('memory.user.mentor-regular'),
  'mentor-novice': documented('memory.user.mentor-novice'),
  'learner-heavy': documented('memory.user.learner-heavy'),
  'learner-regular': documented('memory.user.learner-regular'),
  browser: documented('memory.user.browser'),
  occasional: documented('memory.user.browser'),
  admin: documented('memory.user.mentor-regular'),
  inactive: documented('memory.user.browser'),
};

/** What live sessions would occupy if none of them shared anything with another, MB a minute. */
export function unsharedSessions({ sessionsOf }: StateSamples): Float64Array {
  const megabytes = new Float64Array(sessionsOf.browser.length);
  for (const userClass of USER_CLASSES) {
    const live = sessionsOf[userClass];
    const each = MEGABYTES_PER_USER[userClass];
    for (let minute = 0; minute < megabytes.length; minute += 1) {
      megabytes[minute] = (megabytes[minute] ?? 0) + each * (live[minute] ?? 0);
    }
  }
  return megabytes;
}

/**
 * Sessions as stored: the store itself, live sessions, and what ended sessions leave behind until it is cleaned up,
 * at the latest by the nightly maintenance.
 *
 * @param unshared of {@link unsharedSessions}
 * @returns MB a minute
 */
export function sessionMemory(
  unshared: Float64Array,
  stretches: readonly Stretch[],
  values: MemoryValues,
): Float32Array {
  const { sessionStore, sessionShare, sessionCleaning } = values;
  const megabytes = new Float32Array(unshared.length);
  let before = 0;
  let leftBehind = 0;
  for (const { from, until, settings } of stretches) {
    const kept = remaining(sessionCleaning * settings.garbage);
    for (let minute = from; minute < until; minute += 1) {
      const live = unshared[minute] ?? 0;
      leftBehind = isNightlyMaintenance(minute) ? 0 : leftBehind * kept + Math.max(0, before - live);
      before = live;
      megabytes[minute] = sessionStore + sessionShare * (live + leftBehind);
    }
  }
  return megabytes;
}
