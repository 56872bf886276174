import { documented } from '../figures/figures.ts';
import { MEGABYTES_PER_GIGABYTE, MINUTES_PER_DAY } from '../memory/settings.ts';
import { ALERTS, MEMORY } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RouteTimes } from '../validation/route-latency.ts';
import { DRAWN_STATE, type RunSeries } from '../validation/run-series.ts';
import { HOURS_PER_DAY } from '../workload/calendar.ts';
import { LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from '../workload/day-curves.ts';
import { isWeekendOfMonth, MONTH_DAYS } from '../workload/periods.ts';
import { chartTexts } from './chart-texts.ts';
import { type Language, LOCALES } from './language.ts';
import { latencyRows } from './latency-rows.ts';
import { documentedInstants, documentedLevels, memoryLimits } from './memory-marks.ts';

const FIRST_DAY_OF_LAST_PERIOD = 21;
const FIRST_DAY_OF_WEEK_2 = 7;
const WEEK_2 = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** What is drawn of a run, where there is one to draw. */
export interface DrawnRun {
  readonly scenario: Scenario;
  readonly series: RunSeries;
  readonly routes: readonly RouteTimes[];
}

/** What the charts and their tables show; the scripts of the page read it as JSON. */
export type ChartData = ReturnType<typeof chartData>;

/** Memory in GB, times in minutes of the run, latency in milliseconds. */
export function chartData({ scenario, series, routes }: DrawnRun, language: Language) {
  const { memory, state, alerts, hours, days } = series;
  const texts = chartTexts(language);
  return {
    locale: LOCALES[language],
    texts,
    memory: {
      at: memory.at,
      parts: memory.parts.map((part) => part.map((megabytes) => megabytes / MEGABYTES_PER_GIGABYTE)),
      names: MEMORY.map((part) => texts.memoryParts[part]),
      instants: documentedInstants(),
      levels: documentedLevels(),
      limits: memoryLimits(scenario),
    },
    state: { ...state, names: DRAWN_STATE.map((name) => texts.states[name]) },
    alerts: {
      names: ALERTS.map((kind) => texts.alertKinds[kind]),
      events: alerts.map(({ kind, at }) => ({ kind: ALERTS.indexOf(kind), at })),
      until: days * MINUTES_PER_DAY,
    },
    days: {
      first: 1,
      unit: texts.day,
      values: Array.from({ length: days }, (_, day) => sum(hoursOf(hours, day))),
      documented: Array.from({ length: days }, (_, day) => documentedOfDay(day)),
    },
    hours: {
      first: 0,
      unit: texts.hour,
      values: weekdayHours(hours),
      documented: Array.from({ length: HOURS_PER_DAY }, (_, hour) => documentedOfHour(hour)),
    },
    /** Requests of each hour, by day. */
    byDayAndHour: Array.from({ length: days }, (_, day) => hoursOf(hours, day)),
    latency: latencyRows(routes),
  };
}

/** The requests that the document gives for a day, counted from 0. */
function documentedOfDay(day: number): number | null {
  const name = WEEK_2[day - FIRST_DAY_OF_WEEK_2];
  return name === undefined ? null : documented(`requests.week-2.${name}`);
}

function documentedOfHour(hour: number): number | null {
  if (hour >= PEAK_FROM && hour < PEAK_UNTIL) {
    return documented('requests.days-22-30.peak-hour');
  }
  return hour >= LOW_FROM && hour < LOW_UNTIL ? documented('requests.days-22-30.low-hour') : null;
}

/** Mean requests in each hour of the weekdays of days 22 to 30. */
function weekdayHours(hours: readonly number[]): number[] {
  const days: number[] = [];
  for (let day = FIRST_DAY_OF_LAST_PERIOD; day < MONTH_DAYS; day += 1) {
    if (!isWeekendOfMonth(day)) {
      days.push(day);
    }
  }
  return Array.from(
    { length: HOURS_PER_DAY },
    (_, hour) => sum(days.map((day) => hours[day * HOURS_PER_DAY + hour] ?? 0)) / days.length,
  );
}

function hoursOf(hours: readonly number[], day: number): readonly number[] {
  return hours.slice(day * HOURS_PER_DAY, (day + 1) * HOURS_PER_DAY);
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
