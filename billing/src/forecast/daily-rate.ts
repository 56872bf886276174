/** Days after which a day counts half as much for what is usual now. */
const HALF_LIFE_DAYS = 28;
const DAILY_GAIN = 2 ** (1 / HALF_LIFE_DAYS);
/** With fewer days, no weekday is told from another. */
export const DAYS_FOR_WEEKDAYS = 14;
/** A trend goes no further than to this share of today's level, and no further up than to this multiple of it. */
const LEAST_OF_LEVEL = 0.05;
const MOST_OF_LEVEL = 3;

const DAYS_IN_WEEK = 7;

/** What is expected of each day: a level that moves by a trend, times what the weekday usually has of it. */
export interface DailyRate {
  /** @param index of a day: 0 is the first one that was fitted, and days to come follow */
  expected(index: number): number;
  /** How many numbers were taken from the days. */
  readonly parameters: number;
}

/**
 * Fits the usual day. Everything is a ratio of weighted sums, so days of 0 and weekdays of 0 are like any other.
 *
 * @param values by day, at least one
 * @param perWeek share of the level at the last day that each week adds
 */
export function dailyRate(values: readonly number[], perWeek: number): DailyRate {
  const last = values.length - 1;
  const trend = (index: number): number =>
    perWeek === 0
      ? 1
      : Math.min(MOST_OF_LEVEL, Math.max(LEAST_OF_LEVEL, 1 + (perWeek * (index - last)) / DAYS_IN_WEEK));
  let weight = 2 ** (-last / HALF_LIFE_DAYS);
  const weekdays = values.length >= DAYS_FOR_WEEKDAYS ? DAYS_IN_WEEK : 1;
  const had = new Float64Array(weekdays);
  const could = new Float64Array(weekdays);
  values.forEach((value, index) => {
    const weekday = index % weekdays;
    had[weekday] = (had[weekday] ?? 0) + weight * value;
    could[weekday] = (could[weekday] ?? 0) + weight * trend(index);
    weight *= DAILY_GAIN;
  });
  const rates = had.map((sum, weekday) => sum / (could[weekday] ?? 1));
  return {
    expected: (index) => (rates[index % weekdays] ?? 0) * trend(index),
    parameters: weekdays + (perWeek === 0 ? 0 : 1),
  };
}
