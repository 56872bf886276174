import type { FigureId } from '../figures/figures.ts';
import { MEMORY, type MemoryPart, type MemorySamples } from '../run/month-run.ts';
import type { DayTime } from '../scenario/scenario.ts';
import {
  MEGABYTES_PER_GIGABYTE,
  MINUTES_PER_DAY,
  MINUTES_PER_HOUR,
  MONITOR_MINUTES,
  minuteOf,
} from './settings.ts';

/** The documented peak, when the document says what each part had. */
const PEAK: DayTime = { day: 12, time: '19:45' };
/** How far from it the peak may come, minutes either way. */
const PEAK_WINDOW = MINUTES_PER_HOUR;
/** A documented instant stands for the half hours around it: a report says "12:00", not which minute. */
const AROUND = 30;
/** The day of people, for "steady state": the hours in which the system is used. */
const DAY_FROM = 8;
const DAY_UNTIL = 24;
const HOURS_PER_DAY = 24;
/** Days and hours of the documented month that figures speak of. */
const SUNDAY_OF_WEEK_2 = 14;
const NIGHT_FROM = 18;
const STEADY_FROM = 22;
const STEADY_UNTIL = 30;

/** A documented number of memory as a question to a run, answered in GB. */
type Question = (memory: MemoryOfRun) => number;

/** Memory of a run with the sum of its parts. */
export interface MemoryOfRun {
  readonly parts: MemorySamples;
  readonly total: Float32Array;
}

/** All parts together, MB a minute. */
export function totalMemory(memory: MemorySamples): Float32Array {
  const total = new Float32Array(memory.application.length);
  for (const part of MEMORY) {
    const samples = memory[part];
    for (let minute = 0; minute < total.length; minute += 1) {
      total[minute] = (total[minute] ?? 0) + (samples[minute] ?? 0);
    }
  }
  return total;
}

/**
 * Every documented number of memory as it is asked of a run. Where the document leaves open what is meant:
 *
 * - an hour ("12:00", "24:00") is the mean of the half hours before and after it; 24:00 of the one before;
 * - a day's mean is of its 1,440 minutes, a week's of its seven days;
 * - a peak is the highest five-minute mean of the days it is said of;
 * - "low (Sunday night)" is the lowest five-minute mean of day 14 from 18:00 on. It is not the lowest of week 2, which
 *   begins with the 2.1 GB of day 7 at 24:00;
 * - "steady" is the median of 08:00 to 24:00 over days 22 to 30, of the total as of each part;
 * - the four parts of days 1 and 2 add up to the 2.8 GB of day 1 at 12:00, so they are of that hour;
 * - the parts at the peak are of the five minutes with the highest total within an hour of day 12, 19:45. They name
 *   no Redis: "database cache" is database and cache together, which on day 1 had the same 1.1 GB (0.8 + 0.3);
 * - on day 1 "Laravel" includes the sessions and "system" the file buffers, in week 4 "system services" includes them:
 *   otherwise the parts would not add up to the total.
 */
export const memoryQuestions: ReadonlyMap<FigureId, Question> = new Map<FigureId, Question>([
  ['memory.day-1.06', at(1, 6)],
  ['memory.day-1.12', at(1, 12)],
  ['memory.day-1.18', at(1, 18)],
  ['memory.day-1.24', at(1, 24)],
  ['memory.day-1.mean', meanOfDays(1, 1)],
  ['memory.days-1-2.peak', peakOfDays(1, 2)],
  ['memory.days-1-2.application', at(1, 12, 'application', 'sessions')],
  ['memory.days-1-2.database', at(1, 12, 'database')],
  ['memory.days-1-2.system', at(1, 12, 'system', 'file-buffers')],
  ['memory.days-1-2.cache', at(1, 12, 'cache')],
  ['memory.days-3-7.mean', meanOfDays(3, 7)],
  ['memory.day-7.06', at(7, 6)],
  ['memory.day-7.12', at(7, 12)],
  ['memory.day-7.18', at(7, 18)],
  ['memory.day-7.24', at(7, 24)],
  ['memory.day-7.mean', meanOfDays(7, 7)],
  ['memory.week-2.peak', peakOfDays(8, 14)],
  ['memory.week-2.mean', meanOfDays(8, 14)],
  ['memory.week-2.low', sundayNight],
  ['memory.peak.application', atPeak('application')],
  ['memory.peak.database', atPeak('database', 'cache')],
  ['memory.peak.sessions', atPeak('sessions')],
  ['memory.peak.file-buffers', atPeak('file-buffers')],
  ['memory.peak.overhead', atPeak('system')],
  ['memory.week-3.mean', meanOfDays(15, 21)],
  ['memory.week-3.peak', peakOfDays(15, 21)],
  ['memory.week-4.steady', steady()],
  ['memory.week-4.application', steady('application')],
  ['memory.week-4.database', steady('database')],
  ['memory.week-4.redis', steady('cache')],
  ['memory.week-4.sessions', steady('sessions')],
  ['memory.week-4.services', steady('system', 'file-buffers')],
]);

/** Mean around an hour of a day, of some parts or of all. */
function at(day: number, hour: number, ...parts: MemoryPart[]): Question {
  const instant = (day - 1) * MINUTES_PER_DAY + hour * MINUTES_PER_HOUR;
  const from = instant - AROUND;
  // "24:00" is the end of its day, not the beginning of the next.
  const until = hour === HOURS_PER_DAY ? instant : instant + AROUND;
  return (memory) => inGigabytes(meanOf(sumOf(memory, parts), from, until));
}

function meanOfDays(first: number, last: number): Question {
  return ({ total }) => inGigabytes(meanOf([total], (first - 1) * MINUTES_PER_DAY, last * MINUTES_PER_DAY));
}

function peakOfDays(first: number, last: number): Question {
  return ({ total }) => {
    const from = (first - 1) * MINUTES_PER_DAY;
    const highest = extremeOf(total, from, last * MINUTES_PER_DAY, Math.max);
    return inGigabytes(meanOf([total], highest, highest + MONITOR_MINUTES));
  };
}

function sundayNight({ total }: MemoryOfRun): number {
  const from = (SUNDAY_OF_WEEK_2 - 1) * MINUTES_PER_DAY + NIGHT_FROM * MINUTES_PER_HOUR;
  const lowest = extremeOf(total, from, SUNDAY_OF_WEEK_2 * MINUTES_PER_DAY, Math.min);
  return inGigabytes(meanOf([total], lowest, lowest + MONITOR_MINUTES));
}

function atPeak(...parts: MemoryPart[]): Question {
  const instant = minuteOf(PEAK);
  return (memory) => {
    const highest = extremeOf(memory.total, instant - PEAK_WINDOW, instant + PEAK_WINDOW, Math.max);
    return inGigabytes(meanOf(sumOf(memory, parts), highest, highest + MONITOR_MINUTES));
  };
}

/** Median of the used hours of days 22 to 30, of some parts together or of all. */
function steady(...parts: MemoryPart[]): Question {
  return (memory) => {
    const columns = sumOf(memory, parts);
    const samples: number[] = [];
    for (let day = STEADY_FROM - 1; day < STEADY_UNTIL; day += 1) {
      const midnight = day * MINUTES_PER_DAY;
      for (let hour = DAY_FROM; hour < DAY_UNTIL; hour += 1) {
        for (let minute = 0; minute < MINUTES_PER_HOUR; minute += MONITOR_MINUTES) {
          const from = midnight + hour * MINUTES_PER_HOUR + minute;
          samples.push(meanOf(columns, from, from + MONITOR_MINUTES));
        }
      }
    }
    return inGigabytes(median(samples));
  };
}

function sumOf({ parts, total }: MemoryOfRun, wanted: readonly MemoryPart[]): readonly Float32Array[] {
  return wanted.length === 0 ? [total] : wanted.map((part) => parts[part]);
}

/** Mean of the columns' sum over minutes `from` to `until`, the second not included; NaN when the run is shorter. */
function meanOf(columns: readonly Float32Array[], from: number, until: number): number {
  let sum = 0;
  for (const column of columns) {
    for (let minute = from; minute < until; minute += 1) {
      sum += column[minute] ?? Number.NaN;
    }
  }
  return sum / (until - from);
}

/** First minute of the five whose mean is the highest, or the lowest, of a stretch. */
function extremeOf(
  column: Float32Array,
  from: number,
  until: number,
  better: (one: number, other: number) => number,
): number {
  let sum = 0;
  let best = Number.NaN;
  let start = from;
  for (let minute = from; minute < until; minute += 1) {
    sum += column[minute] ?? 0;
    if (minute - from >= MONITOR_MINUTES) {
      sum -= column[minute - MONITOR_MINUTES] ?? 0;
    }
    if (minute - from >= MONITOR_MINUTES - 1 && (Number.isNaN(best) || better(sum, best) !== best)) {
      best = sum;
      start = minute - MONITOR_MINUTES + 1;
    }
  }
  return start;
}

function median(values: number[]): number {
  const sorted = Float64Array.from(values).sort();
  const middle = sorted.length / 2;
  return ((sorted[Math.floor(middle - 0.5)] ?? 0) + (sorted[Math.floor(middle)] ?? 0)) / 2;
}

function inGigabytes(megabytes: number): number {
  return megabytes / MEGABYTES_PER_GIGABYTE;
}
