import type { DayTime } from '../scenario/scenario.ts';

const SECONDS_PER_DAY = 86_400;
const SECONDS_PER_HOUR = 3600;
const SECONDS_PER_MINUTE = 60;

/** An instant of a run as seconds since its first midnight. */
export function secondsAt({ day, time }: DayTime): number {
  const [hours, minutes] = time.split(':').map(Number);
  return (day - 1) * SECONDS_PER_DAY + (hours ?? 0) * SECONDS_PER_HOUR + (minutes ?? 0) * SECONDS_PER_MINUTE;
}
