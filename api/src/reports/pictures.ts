import { daysLater } from '@riwayat/billing';
import { localDay, localMonth, weekday } from '../notifications/place.ts';
import type { Locale } from '../tenants/tenant.ts';
import { callsChart } from './charts/calls-chart.ts';
import { costChart } from './charts/cost-chart.ts';
import { countText, rupiahText, shortCount } from './numbers.ts';
import type { ReportCost, UsageReport } from './report.ts';
import { reportWords } from './words.ts';

/** A chart of a report, before it is drawn. */
export interface Picture {
  /** What the HTML calls it: `cid:` and this. */
  readonly contentId: string;
  readonly title: string;
  /** The numbers that it shows, in words, for who does not see it. */
  readonly alternative: string;
  /** Draws it. @returns a PNG */
  readonly draw: () => Buffer;
}

/** The charts of a report: of calls, and of costs where there are any. */
export function picturesOf(report: UsageReport, locale: Locale): Picture[] {
  return [callsPicture(report, locale), ...(report.cost === null ? [] : [costPicture(report.cost, locale)])];
}

function callsPicture({ kind, start, calls, errors }: UsageReport, locale: Locale): Picture {
  const title = reportWords(locale).callsBy[kind];
  const labels = calls.map((_, index) =>
    kind === 'daily' ? String(index).padStart(2, '0') : weekday(daysLater(start, index), locale),
  );
  const numbers = calls.map((count, index) => `${labels[index]}: ${countText(count, locale)}`);
  return {
    contentId: 'calls@report',
    title,
    alternative: `${title}. ${numbers.join('; ')}.`,
    draw: () => callsChart({ calls, errors, labels, count: (value) => shortCount(value, locale) }),
  };
}

function costPicture(cost: ReportCost, locale: Locale): Picture {
  const words = reportWords(locale);
  const title = words.costOf(localMonth(cost.month, locale));
  const sum = cost.days.reduce((total, amount) => total + BigInt(amount), 0n);
  const last = `${cost.month}-${String(cost.days.length).padStart(2, '0')}`;
  const budget = cost.budget === null ? '' : `${words.budget}: ${rupiahText(cost.budget, locale)}.`;
  const expected = cost.expected === null ? '' : words.expected(rupiahText(cost.expected, locale));
  return {
    contentId: 'cost@report',
    title,
    alternative: [
      `${title}: ${words.sumUpTo(localDay(last, locale), rupiahText(sum.toString(), locale))}.`,
      expected,
      budget,
    ]
      .filter((part) => part !== '')
      .join(' '),
    draw: () =>
      costChart({ cost, budget: words.budget, rupiah: (value) => `Rp${shortCount(value, locale)}` }),
  };
}
