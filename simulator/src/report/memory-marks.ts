import { documented, type FigureId } from '../figures/figures.ts';
import { MINUTES_PER_DAY, minuteOf } from '../memory/settings.ts';
import type { DayTime, Scenario } from '../scenario/scenario.ts';

/** The instants at which the document gives the memory. */
const INSTANTS: readonly (readonly [FigureId, DayTime])[] = [
  ['memory.day-1.06', { day: 1, time: '06:00' }],
  ['memory.day-1.12', { day: 1, time: '12:00' }],
  ['memory.day-1.18', { day: 1, time: '18:00' }],
  ['memory.day-1.24', { day: 1, time: '24:00' }],
  ['memory.day-7.06', { day: 7, time: '06:00' }],
  ['memory.day-7.12', { day: 7, time: '12:00' }],
  ['memory.day-7.18', { day: 7, time: '18:00' }],
  ['memory.day-7.24', { day: 7, time: '24:00' }],
  ['memory.week-2.peak', { day: 12, time: '19:45' }],
];

/** Days, the first counted from 1, of which it gives a mean or a level. */
const LEVELS: readonly (readonly [FigureId, first: number, last: number])[] = [
  ['memory.day-1.mean', 1, 1],
  ['memory.day-7.mean', 7, 7],
  ['memory.week-2.mean', 8, 14],
  ['memory.week-3.mean', 15, 21],
  ['memory.week-4.steady', 22, 30],
];

/** A height of the memory chart, GB, between two minutes of the run. */
export interface Level {
  readonly from: number;
  readonly until: number;
  readonly y: number;
}

/** Documented memory at instants, in minutes of the run and GB. */
export function documentedInstants(): { readonly at: number; readonly y: number }[] {
  return INSTANTS.map(([id, instant]) => ({ at: minuteOf(instant), y: documented(id) }));
}

/** Documented means and levels. */
export function documentedLevels(): Level[] {
  return LEVELS.map(([id, first, last]) => ({
    from: (first - 1) * MINUTES_PER_DAY,
    until: last * MINUTES_PER_DAY,
    y: documented(id),
  }));
}

/** Memory of the machine over a scenario. */
export function memoryLimits({ server, incidents, days }: Scenario): Level[] {
  const changes = incidents
    .flatMap((incident) => (incident.kind === 'memory-limit' ? [incident] : []))
    .map(({ at, gb }) => ({ from: minuteOf(at), y: gb }))
    .sort((one, other) => one.from - other.from);
  const steps = [{ from: 0, y: server.memoryGb }, ...changes];
  return steps.map((step, index) => ({ ...step, until: steps[index + 1]?.from ?? days * MINUTES_PER_DAY }));
}
