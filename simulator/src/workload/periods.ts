import { documented } from '../figures/figures.ts';
import { DAYS_PER_WEEK } from './calendar.ts';

/** How people behave: they set up their accounts, then try things out, then settle. */
export type Phase = 'setup' | 'adaptation' | 'steady';

/** A stretch of days of which the document gives the total. */
export interface Period {
  readonly id: 'days-1-2' | 'days-3-7' | 'week-2' | 'week-3' | 'days-22-30';
  readonly phase: Phase;
  /** First day of the month, counted from 0, and number of days. */
  readonly firstDay: number;
  readonly requests: number;
  /** Relative weight of each day. */
  readonly dayWeights: readonly number[];
  /** True when the weights are the documented counts themselves. */
  readonly exactDays: boolean;
}

export const MONTH_DAYS = 30;
const SATURDAY = 5;

/** Day 1 is the busier day of registration: an assumption. */
const SETUP_WEIGHTS = [0.55, 0.45];
const WEEK_2_DAYS = [
  documented('requests.week-2.monday'),
  documented('requests.week-2.tuesday'),
  documented('requests.week-2.wednesday'),
  documented('requests.week-2.thursday'),
  documented('requests.week-2.friday'),
  documented('requests.week-2.saturday'),
  documented('requests.week-2.sunday'),
];

export const NORMAL_DAYS = 5;

/** The last period, which a continuation goes on with. */
export const LAST_PERIOD: Period = {
  id: 'days-22-30',
  phase: 'steady',
  firstDay: 21,
  requests: documented('requests.days-22-30'),
  dayWeights: weekWeights(21, 9),
  exactDays: false,
};

/** The documented month, which begins on a Monday. */
export const PERIODS: readonly Period[] = [
  {
    id: 'days-1-2',
    phase: 'setup',
    firstDay: 0,
    requests: documented('requests.days-1-2'),
    dayWeights: SETUP_WEIGHTS,
    exactDays: false,
  },
  {
    id: 'days-3-7',
    phase: 'adaptation',
    firstDay: 2,
    requests: NORMAL_DAYS * documented('requests.days-3-7.per-day'),
    dayWeights: weekWeights(2, NORMAL_DAYS),
    exactDays: false,
  },
  {
    id: 'week-2',
    phase: 'steady',
    firstDay: 7,
    requests: documented('requests.week-2'),
    dayWeights: WEEK_2_DAYS,
    exactDays: true,
  },
  {
    id: 'week-3',
    phase: 'steady',
    firstDay: 14,
    requests: documented('requests.week-3'),
    // The only documented course of a whole week.
    dayWeights: WEEK_2_DAYS,
    exactDays: false,
  },
  LAST_PERIOD,
];

/** Requests of the whole month. */
export const MONTH_REQUESTS = PERIODS.reduce((sum, { requests }) => sum + requests, 0);

/** True for a Saturday or Sunday of the month; its first day, 0, is a Monday. */
export function isWeekendOfMonth(day: number): boolean {
  return day % DAYS_PER_WEEK >= SATURDAY;
}

function weekWeights(firstDay: number, days: number): number[] {
  return Array.from({ length: days }, (_, day) =>
    isWeekendOfMonth(firstDay + day)
      ? documented('requests.days-22-30.weekend')
      : documented('requests.days-22-30.weekday'),
  );
}
