/** Fewer whole weeks cannot tell a trend from chance. */
const WEEKS_FOR_TREND = 6;
/** How many standard deviations from chance a trend must be: it is chance in one of a hundred series. */
const SIGNIFICANT = 2.576;

const DAYS_IN_WEEK = 7;

/** How the weeks of a series rise or fall. */
export interface Trend {
  /** Share of the level at the last day that each week adds; below 0 for a fall. */
  readonly perWeek: number;
  /** Whether more weeks follow their order than chance would explain. */
  readonly significant: boolean;
}

const NO_TREND: Trend = { perWeek: 0, significant: false };

/**
 * The trend of daily values: of their whole weeks, counted back from the last day. Whether there is one is said by the
 * test of Mann (1945) and Kendall (1975), and how steep it is by the median slope of Theil (1950) and Sen (1968), so that
 * single busy weeks do not make one.
 *
 * @param values by day, the last one complete
 */
export function trendOf(values: readonly number[]): Trend {
  const weeks = wholeWeeks(values);
  if (weeks.length < WEEKS_FOR_TREND) {
    return NO_TREND;
  }
  const slopes: number[] = [];
  let rising = 0;
  weeks.forEach((later, index) => {
    weeks.slice(0, index).forEach((earlier, before) => {
      slopes.push((later - earlier) / (index - before));
      rising += Math.sign(later - earlier);
    });
  });
  const slope = median(slopes);
  // The line through the medians, at the last day: the middle of a week is three days before its end.
  const weeksFromMiddle = (weeks.length - 1) / 2 + 3 / DAYS_IN_WEEK;
  const latest = median(weeks) + slope * weeksFromMiddle;
  const deviation = Math.sqrt((weeks.length * (weeks.length - 1) * (2 * weeks.length + 5)) / 18);
  return latest > 0
    ? {
        perWeek: slope / latest,
        significant: Math.max(0, Math.abs(rising) - 1) / deviation > SIGNIFICANT,
      }
    : NO_TREND;
}

function wholeWeeks(values: readonly number[]): number[] {
  const spare = values.length % DAYS_IN_WEEK;
  return Array.from({ length: (values.length - spare) / DAYS_IN_WEEK }, (_, week) => {
    const from = spare + week * DAYS_IN_WEEK;
    return values.slice(from, from + DAYS_IN_WEEK).reduce((sum, value) => sum + value, 0);
  });
}

/** The middle value, or the mean of the two in the middle; 0 of none. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = (sorted.length - 1) / 2;
  return ((sorted[Math.floor(middle)] ?? 0) + (sorted[Math.ceil(middle)] ?? 0)) / 2;
}
