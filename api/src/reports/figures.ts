/*
 * The numbers of a report in words, in the order in which they are shown: the HTML and the plain text of a mail are made
 * from the same ones.
 */
import { formatSpan } from '@riwayat/alerting';
import { localMonth } from '../notifications/place.ts';
import type { Locale } from '../tenants/tenant.ts';
import {
  bytesText,
  changeInPercent,
  changeText,
  countText,
  rupiahShare,
  rupiahText,
  shareText,
  timeText,
} from './numbers.ts';
import type { ReportCost, UsageReport } from './report.ts';
import { reportWords } from './words.ts';

/** A number with its name, what it was before, and what else is worth knowing of it. */
export interface Figure {
  readonly label: string;
  readonly value: string;
  /** Against a week earlier. */
  readonly change: { readonly text: string; readonly tone: 'neutral' | 'good' | 'bad' } | undefined;
  readonly note: string | undefined;
}

/** The headline numbers of a report. */
export function figuresOf(report: UsageReport, locale: Locale): Figure[] {
  const words = reportWords(locale);
  const { usage, before, kind, cost, alerts } = report;
  const fired = Object.values(alerts.fired).reduce((sum, count) => sum + count, 0);
  const than = (now: number | null, then: number | null | undefined, more: 'neutral' | 'bad' = 'neutral') => {
    const percent = changeInPercent(now, then);
    return percent === undefined
      ? undefined
      : { text: changeText(percent, locale), tone: toneOf(percent, more) };
  };
  const plain = { change: undefined, note: undefined };
  return [
    {
      ...plain,
      label: words.calls,
      value: countText(usage.calls, locale),
      change: than(usage.calls, before?.calls),
    },
    {
      label: words.errors,
      value: countText(usage.errors, locale),
      change: than(usage.errors, before?.errors, 'bad'),
      note: words.ofCalls(shareText(usage.errors, usage.calls, locale)),
    },
    {
      label: words.responseTime,
      value: timeText(usage.p95_ms, locale),
      change: than(usage.p95_ms, before?.p95_ms, 'bad'),
      note: words.median(timeText(usage.p50_ms, locale)),
    },
    {
      label: words.people,
      value: countText(usage.people, locale),
      change: than(usage.people, before?.people),
      note: words.peak(countText(usage.peak, locale)),
    },
    {
      ...plain,
      label: words.data,
      value: bytesText(usage.bytes, locale),
      change: than(usage.bytes, before?.bytes),
    },
    {
      ...plain,
      label: words.alerts,
      value: countText(fired, locale),
      note: fired === 0 ? undefined : words.lasting(alerts.lasting),
    },
    ...(cost === null
      ? []
      : [
          { ...plain, label: words.cost[kind], value: rupiahText(cost.period, locale) },
          {
            ...plain,
            label: words.monthSoFar(localMonth(cost.month, locale)),
            value: rupiahText(cost.so_far, locale),
            note: budgetNote(cost, locale),
          },
        ]),
  ];
}

/** What a month will come to: empty when that is not known. */
export function expectedText({ expected, budget }: ReportCost, locale: Locale): string {
  const words = reportWords(locale);
  if (expected === null) {
    return '';
  }
  const share = budget === null ? undefined : rupiahShare(BigInt(expected), BigInt(budget), locale);
  return [
    words.expected(rupiahText(expected, locale)),
    ...(share === undefined ? [] : [words.expectedOfBudget(share)]),
  ].join(' ');
}

/** How long the alerts of a report lasted; or that there were none. */
export function alertsText({ alerts }: UsageReport, locale: Locale): string {
  const words = reportWords(locale);
  const { mean_seconds_to_resolve: mean, newest } = alerts;
  if (newest.length === 0) {
    return words.noAlerts;
  }
  return mean === null ? '' : words.meanResolved(formatSpan(mean, locale, 2));
}

/** How long one alert lasted. */
export function alertLength(
  { fired_at, resolved_at }: UsageReport['alerts']['newest'][number],
  locale: Locale,
): string {
  const words = reportWords(locale);
  const ms = resolved_at === null ? undefined : Date.parse(resolved_at) - Date.parse(fired_at);
  return ms === undefined ? words.lastsStill : words.lasted(formatSpan(ms / 1_000, locale, 2));
}

function budgetNote({ so_far, budget }: ReportCost, locale: Locale): string {
  const words = reportWords(locale);
  const share = budget === null ? undefined : rupiahShare(BigInt(so_far), BigInt(budget), locale);
  return budget === null || share === undefined
    ? words.noBudget
    : words.ofBudget(share, rupiahText(budget, locale));
}

function toneOf(percent: number, more: 'neutral' | 'bad'): 'neutral' | 'good' | 'bad' {
  if (more === 'neutral' || percent === 0) {
    return 'neutral';
  }
  return percent > 0 ? 'bad' : 'good';
}
