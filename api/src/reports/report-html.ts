/*
 * A report as the HTML of a mail: tables, because mail programs lay out nothing else alike; colours in the text of each
 * element, because some keep no other; and rules for the dark and for the small, for those that do.
 */
import { escaped } from '../notifications/mail-text.ts';
import { localTime, type Place } from '../notifications/place.ts';
import { alertLength, alertsText, expectedText, type Figure, figuresOf } from './figures.ts';
import { countText, shareText, timeText } from './numbers.ts';
import { type Picture, picturesOf } from './pictures.ts';
import type { UsageReport } from './report.ts';
import { reportWords } from './words.ts';

const PICTURE_WIDTH = 552;
const PERCENT = 100;

const TEXT = '#1d2733';
const QUIET = '#5b6675';
const LINE = '#dfe4ea';
const TONES = { neutral: QUIET, good: '#1a7f4b', bad: '#b42318' } as const;
const SEVERITY_COLOURS = {
  info: QUIET,
  warning: '#b25e09',
  critical: '#b42318',
  emergency: '#b42318',
} as const;

/** Rules for the head: what is marked here is coloured anew on a dark ground. */
export const REPORT_STYLE = `@media (prefers-color-scheme: dark) {
.page { background: #11161c !important } .text { color: #e7ebf0 !important } .quiet { color: #a9b4c2 !important }
.card, .line { border-color: #313b47 !important } .good { color: #5fce93 !important } .bad { color: #ff8a80 !important }
.warn { color: #f0a94a !important } .button { background: #5b9be6 !important; color: #0b1220 !important }
} @media (max-width: 480px) { .inner { padding: 16px !important } .value { font-size: 18px !important } }`;

/** A mail that says a report. */
interface ReportMail {
  readonly report: UsageReport;
  readonly place: Place;
  readonly title: string;
  readonly span: string;
  readonly tenant: string;
  readonly link: string;
  readonly preferences: { readonly label: string; readonly link: string };
}

/** The body of the HTML. */
export function reportHtml({ report, place, title, span, tenant, link, preferences }: ReportMail): string {
  const { locale } = place;
  const words = reportWords(locale);
  const [calls, cost] = picturesOf(report, locale);
  const compared = report.before === null ? words.notCompared : words.compared[report.kind];
  const parts = [
    `<h1 class="text" style="margin: 0; font-size: 22px; line-height: 1.3; color: ${TEXT}">${escaped(title)}</h1>`,
    quiet(`${tenant} · ${span}`, '4px 0 16px'),
    tiles(figuresOf(report, locale)),
    quiet(compared, '8px 0 0'),
    ...(calls === undefined ? [] : [heading(calls.title), image(calls)]),
    ...(report.endpoints === null || report.endpoints.length === 0
      ? []
      : [heading(words.busiest), endpoints(report.endpoints, place)]),
    ...(cost === undefined || report.cost === null
      ? []
      : [heading(cost.title), image(cost), quiet(expectedText(report.cost, locale), '8px 0 0')]),
    heading(words.alerts),
    alerts(report, place),
    `<p style="margin: 28px 0 0"><a class="button" href="${escaped(link)}" style="display: inline-block; padding: 10px 18px; border-radius: 6px; background: #2563a8; color: #ffffff; font-weight: bold; text-decoration: none">${escaped(words.open)}</a></p>`,
    quiet(words.why(tenant), '24px 0 0', '13px'),
    `<p style="margin: 4px 0 0; font-size: 13px"><a class="quiet" href="${escaped(preferences.link)}" style="color: ${QUIET}">${escaped(preferences.label)}</a></p>`,
  ];
  return `<table role="presentation" class="page" width="100%" cellpadding="0" cellspacing="0" style="background: #ffffff"><tr><td align="center">
<table role="presentation" width="100%" cellpadding="0" cellspacing="0" style="max-width: 600px"><tr><td class="inner" align="left" style="padding: 24px">
${parts.join('\n')}
</td></tr></table>
</td></tr></table>`;
}

function heading(text: string): string {
  return `<h2 class="text" style="margin: 28px 0 10px; font-size: 16px; line-height: 1.3; color: ${TEXT}">${escaped(text)}</h2>`;
}

function quiet(text: string, margin: string, size = '14px'): string {
  return text === ''
    ? ''
    : `<p class="quiet" style="margin: ${margin}; font-size: ${size}; color: ${QUIET}">${escaped(text)}</p>`;
}

/** Two in a row, on telephones too. */
function tiles(figures: readonly Figure[]): string {
  const rows = figures.flatMap((figure, index) =>
    index % 2 === 0
      ? [`<tr>${[figure, ...figures.slice(index + 1, index + 2)].map(tile).join('')}</tr>`]
      : [],
  );
  return `<table role="presentation" width="100%" cellpadding="0" cellspacing="0" class="card" style="border-top: 1px solid ${LINE}">${rows.join('\n')}</table>`;
}

function tile({ label, value, change, note }: Figure): string {
  const changed =
    change === undefined
      ? ''
      : ` <span class="${change.tone === 'neutral' ? 'quiet' : change.tone}" style="font-size: 13px; font-weight: normal; white-space: nowrap; color: ${TONES[change.tone]}">${escaped(change.text)}</span>`;
  const noted =
    note === undefined
      ? ''
      : `<br><span class="quiet" style="font-size: 13px; color: ${QUIET}">${escaped(note)}</span>`;
  return `<td class="line" width="50%" valign="top" style="padding: 10px 8px 10px 0; border-bottom: 1px solid ${LINE}"><span class="quiet" style="font-size: 13px; color: ${QUIET}">${escaped(label)}</span><br><span class="text value" style="font-size: 20px; line-height: 1.4; font-weight: bold; color: ${TEXT}">${escaped(value)}${changed}</span>${noted}</td>`;
}

function image({ contentId, alternative }: Picture): string {
  return `<img src="cid:${contentId}" alt="${escaped(alternative)}" width="${PICTURE_WIDTH}" style="display: block; width: 100%; max-width: ${PICTURE_WIDTH}px; height: auto; border: 0; border-radius: 6px">`;
}

function endpoints(rows: NonNullable<UsageReport['endpoints']>, { locale }: Place): string {
  const words = reportWords(locale);
  const cell = (text: string, tag: 'td' | 'th', left = false): string =>
    `<${tag} class="${tag === 'th' ? 'quiet' : 'text'} line" align="${left ? 'left' : 'right'}" style="padding: 6px ${left ? '8px 6px 0' : '0 6px 8px'}; border-bottom: 1px solid ${LINE}; font-size: 13px; font-weight: normal; color: ${tag === 'th' ? QUIET : TEXT}; ${left ? 'word-break: break-word' : 'white-space: nowrap'}">${escaped(text)}</${tag}>`;
  const row = (texts: readonly string[], tag: 'td' | 'th'): string =>
    `<tr>${texts.map((text, index) => cell(text, tag, index === 0)).join('')}</tr>`;
  return `<table width="100%" cellpadding="0" cellspacing="0" style="border-collapse: collapse">${[
    row([words.endpoint, words.calls, words.p95, words.errors], 'th'),
    ...rows.map(({ method, endpoint, calls, p95_ms, error_percent }) =>
      row(
        [
          `${method} ${endpoint}`,
          countText(calls, locale),
          timeText(p95_ms, locale),
          shareText(error_percent, PERCENT, locale),
        ],
        'td',
      ),
    ),
  ].join('\n')}</table>`;
}

function alerts(report: UsageReport, place: Place): string {
  const items = report.alerts.newest.map((alert) => {
    const colour = SEVERITY_COLOURS[alert.severity];
    const mark = alert.severity === 'info' ? 'quiet' : alert.severity === 'warning' ? 'warn' : 'bad';
    return `<p class="text" style="margin: 0 0 8px; font-size: 14px; color: ${TEXT}"><span class="${mark}" style="color: ${colour}">●</span> <strong>${escaped(alert.name)}</strong><br><span class="quiet" style="font-size: 13px; color: ${QUIET}">${escaped(`${localTime(alert.fired_at, place)}, ${alertLength(alert, place.locale)}`)}</span></p>`;
  });
  return [...items, quiet(alertsText(report, place.locale), '0')].join('\n');
}
