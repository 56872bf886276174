/*
 * How a tenant's usage is spread over time, and which plans that suggests.
 *
 * The criteria, in this order; the first that is met names the pattern:
 *   burst   single days stand out: at least one, and at most one in ten, has more than three times what is usual around it,
 *           and together they are more than a tenth above it of everything that was used.
 *   growth  whole weeks rise in their order more than chance explains, by 2 % or more of today's level a week.
 *   peak    the four busiest hours of the day carry half of what is used or more; evenly they would carry a sixth.
 *   steady  none of these.
 * What is usual around a day is the median of the same weekdays within three weeks of it, so that neither a weekend
 * nor growth is taken for a burst.
 */
import { median, trendOf } from '../forecast/trend.ts';

/** Fewer days show no pattern. */
export const DAYS_FOR_PATTERN = 14;

const BURST_TIMES_USUAL = 3;
const MOST_BURST_DAYS = 0.1;
const LEAST_BURST_SHARE = 0.1;
const LEAST_GROWTH_PER_WEEK = 0.02;
const PEAK_HOURS = 4;
const LEAST_PEAK_SHARE = 0.5;

/** Volume is high above so many calls a month: the plans that suit a pattern are made for that. */
const NORMAL_CALLS_A_MONTH = 1_000;
const DAYS_IN_MONTH = 30;

const DAYS_IN_WEEK = 7;
const WEEKS_AROUND = 3;

/** The patterns, and the plans that suit each when the volume is high. */
export const PATTERNS = {
  steady: { plans: ['unlimited-rendering'], name: { id: 'Volume tinggi stabil', en: 'Steady High Volume' } },
  peak: { plans: ['high-volume'], name: { id: 'Volume tinggi pada jam sibuk', en: 'Peak' } },
  burst: { plans: ['payg', 'payg-burst'], name: { id: 'Lonjakan sesekali', en: 'Burst' } },
  growth: { plans: ['tiered'], name: { id: 'Pertumbuhan', en: 'Growth' } },
} as const;

export type Pattern = keyof typeof PATTERNS;

/** Calls, by day and by hour of the day. */
export interface UsageOverTime {
  /** Complete local days, in order. */
  readonly days: readonly number[];
  /** What all those days together had in each of the 24 local hours. */
  readonly hours: readonly number[];
}

/** A pattern with the measures that its criteria look at. */
export interface DetectedPattern {
  readonly pattern: Pattern;
  readonly days: number;
  /** Whether so much is called that the pattern's plans are made for it. */
  readonly highVolume: boolean;
  /** Indexes of the days that stand out. */
  readonly burstDays: readonly number[];
  /** Of everything used, what those days had above the usual, 0 to 1. */
  readonly burstShare: number;
  /** Share of today's level that a week adds, whether or not chance explains it. */
  readonly growthPerWeek: number;
  readonly growthIsSignificant: boolean;
  /** Of everything used, what the busiest hours carry, 0 to 1. */
  readonly peakShare: number;
  /** Those hours, 0 to 23, in order. */
  readonly peakHours: readonly number[];
}

/**
 * Tells the pattern.
 *
 * @returns undefined when there are fewer than {@link DAYS_FOR_PATTERN} days, or nothing was used
 */
export function patternOf({ days, hours }: UsageOverTime): DetectedPattern | undefined {
  const used = total(days);
  if (days.length < DAYS_FOR_PATTERN || used === 0) {
    return undefined;
  }
  const usual = days.map((_, index) => usualAround(days, index));
  const burstDays = days.flatMap((value, index) =>
    value > BURST_TIMES_USUAL * (usual[index] ?? 0) ? [index] : [],
  );
  const burstShare = total(burstDays.map((index) => (days[index] ?? 0) - (usual[index] ?? 0))) / used;
  const { perWeek, significant } = trendOf(days);
  const busiest = hours
    .map((value, hour) => ({ value, hour }))
    .sort((a, b) => b.value - a.value)
    .slice(0, PEAK_HOURS);
  const measures = {
    days: days.length,
    highVolume: (used / days.length) * DAYS_IN_MONTH > NORMAL_CALLS_A_MONTH,
    burstDays,
    burstShare,
    growthPerWeek: perWeek,
    growthIsSignificant: significant,
    peakShare: total(busiest.map(({ value }) => value)) / Math.max(1, total(hours)),
    peakHours: busiest.map(({ hour }) => hour).sort((a, b) => a - b),
  };
  return { pattern: named(measures), ...measures };
}

function named(measures: Omit<DetectedPattern, 'pattern'>): Pattern {
  const { burstDays, burstShare, days, growthPerWeek, growthIsSignificant, peakShare } = measures;
  const fewBursts = burstDays.length > 0 && burstDays.length <= MOST_BURST_DAYS * days;
  if (fewBursts && burstShare > LEAST_BURST_SHARE) {
    return 'burst';
  }
  if (growthIsSignificant && growthPerWeek >= LEAST_GROWTH_PER_WEEK) {
    return 'growth';
  }
  return peakShare >= LEAST_PEAK_SHARE ? 'peak' : 'steady';
}

function usualAround(days: readonly number[], index: number): number {
  const around = Array.from({ length: 2 * WEEKS_AROUND + 1 }, (_, week) => week - WEEKS_AROUND)
    .filter((week) => week !== 0)
    .flatMap((week) => days[index + week * DAYS_IN_WEEK] ?? []);
  return median(around);
}

function total(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0);
}
