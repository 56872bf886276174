import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { documented } from '../figures/figures.ts';
import { ALERTS, MEMORY } from '../run/month-run.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RouteTimes } from '../validation/route-latency.ts';
import { DRAWN_STATE, type RunSeries } from '../validation/run-series.ts';
import type { ValidationReport } from '../validation/validation-report.ts';
import { LOW_FROM, LOW_UNTIL, PEAK_FROM, PEAK_UNTIL } from '../workload/day-curves.ts';
import { isWeekendOfMonth, MONTH_DAYS } from '../workload/periods.ts';
import { figureTable } from './figure-table.ts';
import { heatMap } from './heat-map.ts';
import { type Language, LOCALES } from './language.ts';
import { latencySection } from './latency-section.ts';
import { html, jsonScript, Markup } from './markup.ts';
import { documentedInstants, documentedLevels, memoryLimits } from './memory-marks.ts';
import { type ReportTexts, reportTexts } from './texts.ts';

/** Finds packages' files, wherever they are installed. */
const require = createRequire(import.meta.url);

const MEGABYTES_PER_GIGABYTE = 1000;
const HOURS_PER_DAY = 24;
const MINUTES_PER_DAY = 1440;
const FIRST_DAY_OF_LAST_PERIOD = 21;
const FIRST_DAY_OF_WEEK_2 = 7;
const WEEK_2 = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;

/** What is drawn of a run, where there is one to draw. */
export interface DrawnRun {
  readonly scenario: Scenario;
  readonly series: RunSeries;
  readonly routes: readonly RouteTimes[];
}

/**
 * A page that needs nothing else: charts of one replication, and the table of figures of all.
 *
 * @param drawn left out for a system that is not drawn
 */
export function reportPage(
  report: ValidationReport,
  drawn: DrawnRun | undefined,
  language: Language,
): string {
  const texts = reportTexts(language);
  const judged = report.figures.filter(({ verdict }) => verdict === 'met' || verdict === 'missed');
  const missed = judged.filter(({ verdict }) => verdict === 'missed').length;
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title(report.scenario)}</title>
<style>${trusted(readFileSync(require.resolve('uplot/dist/uPlot.min.css'), 'utf8'))}
${trusted(ownFile('page.css'))}</style>
</head>
<body>
<main>
<header>
<a class="skip" href="#figures">${texts.page.skip}</a>
<h1>${texts.title(report.scenario)}</h1>
<p class="muted">${report.source}. ${texts.made(report.replications, report.seed)}.${drawn === undefined ? '' : ` ${texts.page.drawn} ${texts.page.keys}`}</p>
<p class="result ${missed === 0 ? 'met' : 'missed'}">${missed === 0 ? texts.passed(judged.length) : texts.failed(missed, judged.length)}</p>
</header>
${drawn === undefined ? '' : charts(drawn, texts, language)}
<section id="figures" tabindex="-1">
<h2>${texts.page.figures}</h2>
${figureTable(report.figures, language)}
</section>
</main>
${drawn === undefined ? '' : scripts(drawn, texts, language)}
</body>
</html>
`;
  return page.text;
}

function charts({ series, routes }: DrawnRun, texts: ReportTexts, language: Language): Markup {
  const { page } = texts;
  return html`${chart(
    'memory',
    page.memory,
    page.memoryAbout,
    legend(
      MEMORY.map((part) => texts.memoryParts[part]),
      'part',
    ),
  )}
${chart(
  'state',
  page.state,
  page.stateAbout,
  legend(
    DRAWN_STATE.map((name) => texts.states[name]),
    'line',
  ),
)}
${chart('alerts', page.alerts, page.alertsAbout)}
${chart('days', page.requestsByDay, '', '', 'half')}
${chart('hours', page.requestsByHour, '', '', 'half')}
<section>
<h2>${page.heatMap}</h2>
<p class="muted">${page.heatMapAbout}</p>
<div class="wide" tabindex="0" role="group" aria-label="${page.heatMap}">${heatMap(series.hours, language)}</div>
</section>
${latencySection(routes, language)}`;
}

function chart(id: string, title: string, about: string, after: Markup | '' = '', extra = ''): Markup {
  return html`<section class="${extra}">
<h2 id="${id}-title">${title}</h2>
<p class="muted">${about}</p>
<div class="chart" id="${id}" tabindex="0" role="group" aria-labelledby="${id}-title" aria-describedby="${id}-readout"></div>
${after}
<p class="readout" id="${id}-readout" aria-live="polite"></p>
</section>`;
}

function legend(names: readonly string[], colours: string): Markup {
  return html`<ul class="legend">${names.map((name, index) => html`<li><span style="background:var(--${colours}-${index + 1})"></span>${name}</li>`)}</ul>`;
}

function scripts(drawn: DrawnRun, texts: ReportTexts, language: Language): Markup {
  return html`${jsonScript('chart-data', chartData(drawn, texts, language))}
<script>${trusted(readFileSync(require.resolve('uplot/dist/uPlot.iife.min.js'), 'utf8'))}</script>
<script>${trusted(ownFile('charts.js'))}</script>`;
}

/** What `charts.js` reads. */
function chartData({ scenario, series }: DrawnRun, texts: ReportTexts, language: Language) {
  const { memory, state, alerts, hours, days } = series;
  return {
    locale: LOCALES[language],
    texts: {
      day: texts.day,
      total: texts.total,
      requests: texts.page.requests,
      documented: texts.columns.documented,
    },
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
      unit: texts.page.hour,
      values: weekdayHours(hours),
      documented: Array.from({ length: HOURS_PER_DAY }, (_, hour) => documentedOfHour(hour)),
    },
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

/** Scripts and styles of ours, beside `src` and `dist` alike. */
function ownFile(name: string): string {
  return readFileSync(new URL(`../../report-page/${name}`, import.meta.url), 'utf8');
}

function trusted(text: string): Markup {
  return new Markup(text);
}
