import { z } from 'zod';
import { type Letter, name, template } from '../notifications/letter.ts';
import type { MailAttachment } from '../notifications/mailer.ts';
import { localDay, localSpan, localTime, type Place } from '../notifications/place.ts';
import type { Locale } from '../tenants/tenant.ts';
import { alertLength, alertsText, figuresOf } from './figures.ts';
import { countText, shareText, timeText } from './numbers.ts';
import { picturesOf } from './pictures.ts';
import { type UsageReport, usageReport } from './report.ts';
import { REPORT_STYLE, reportHtml } from './report-html.ts';
import { reportWords } from './words.ts';

const link = z.url({ protocol: /^https?$/ });
const PERCENT = 100;

const reportValues = z.object({
  name,
  report: usageReport,
  link: link.describe('To the dashboard'),
  preferences: link.describe('Where reports are turned off'),
});

type ReportValues = z.infer<typeof reportValues>;

/** Mails that say what was used. */
export const REPORT_MAILS = {
  'usage-report': template(reportValues, { en: reportLetter, id: reportLetter }),
} as const;

/** The charts of such a mail, as it shows them. */
export function reportAttachments(values: unknown, locale: Locale): MailAttachment[] {
  return picturesOf(reportValues.parse(values).report, locale).map(({ contentId, draw }, index) => ({
    fileName: `chart-${index + 1}.png`,
    type: 'image/png',
    content: draw(),
    contentId,
  }));
}

interface Sender extends Place {
  readonly tenant: string;
}

function reportLetter({ name, report, link, preferences }: ReportValues, sender: Sender): Letter {
  const { locale, tenant } = sender;
  const words = reportWords(locale);
  const span =
    report.kind === 'daily' ? localDay(report.start, locale) : localSpan(report.start, report.end, locale);
  const turnOff = { label: words.turnOff, link: preferences };
  return {
    subject: words.subject[report.kind](tenant, span),
    paragraphs: [
      words.greeting(name),
      `${words.title[report.kind]}: ${tenant}, ${span}.`,
      ...inText(report, sender),
    ],
    closing: [words.why(tenant)],
    action: { label: words.open, link },
    preferences: turnOff,
    html: {
      style: REPORT_STYLE,
      body: reportHtml({
        report,
        place: sender,
        title: words.title[report.kind],
        span,
        tenant,
        link,
        preferences: turnOff,
      }),
    },
  };
}

/** What the pictures and tables say, as paragraphs. */
function inText(report: UsageReport, place: Place): string[] {
  const { locale } = place;
  const words = reportWords(locale);
  const figures = figuresOf(report, locale).map(({ label, value, change, note }) => {
    const more = [change?.text, note].filter((part) => part !== undefined).join(', ');
    return `${label}: ${value}${more === '' ? '' : ` (${more})`}`;
  });
  const busiest = (report.endpoints ?? []).map(
    (row) =>
      `${row.method} ${row.endpoint}: ${countText(row.calls, locale)}, ${words.p95} ${timeText(row.p95_ms, locale)}, ${words.errors} ${shareText(row.error_percent, PERCENT, locale)}`,
  );
  const alerts = report.alerts.newest.map(
    (alert) => `${alert.name}: ${localTime(alert.fired_at, place)}, ${alertLength(alert, locale)}`,
  );
  return [
    figures.join('\n'),
    report.before === null ? words.notCompared : words.compared[report.kind],
    ...picturesOf(report, locale).map(({ alternative }) => alternative),
    ...(busiest.length === 0 ? [] : [[`${words.busiest}:`, ...busiest].join('\n')]),
    [`${words.alerts}:`, ...alerts, alertsText(report, locale)].filter((line) => line !== '').join('\n'),
  ];
}
