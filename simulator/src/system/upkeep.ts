/** What the machine does for itself at set times. */
export interface Upkeep {
  /** Seconds since the run's first midnight. */
  readonly at: number;
  readonly kind: 'snapshot' | 'health-check' | 'security-audit';
}

const HOUR = 3600;
const DAY = 24 * HOUR;
const WEEK_DAYS = 7;

/** Documented: four snapshots a day. Their hours are an assumption: every six, beginning with midnight. */
const SNAPSHOT_HOURS = [0, 6, 12, 18] as const;
/** Documented: automated every week. When is an assumption: before Monday, when nobody is there. */
const HEALTH_CHECK_HOUR = 3;
/** Documented: scans every other week. */
const AUDIT_DAYS = 2 * WEEK_DAYS;
const AUDIT_HOUR = 4;

/** All that falls into a run, in the order of its times. */
export function upkeepOf(days: number): Upkeep[] {
  return Array.from({ length: days }, (_, day) => {
    const midnight = day * DAY;
    const tasks: Upkeep[] = SNAPSHOT_HOURS.map((hour) => ({ at: midnight + hour * HOUR, kind: 'snapshot' }));
    if (day % WEEK_DAYS === WEEK_DAYS - 1) {
      tasks.push({ at: midnight + HEALTH_CHECK_HOUR * HOUR, kind: 'health-check' });
    }
    if (day % AUDIT_DAYS === AUDIT_DAYS - 1) {
      tasks.push({ at: midnight + AUDIT_HOUR * HOUR, kind: 'security-audit' });
    }
    return tasks.sort((one, other) => one.at - other.at);
  }).flat();
}
