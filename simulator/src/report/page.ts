import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { priceSection } from '../pricing/price-section.ts';
import type { PricedMonth } from '../pricing/priced-month.ts';
import type { ValidationReport } from '../validation/validation-report.ts';
import { type ChartData, chartData, type DrawnRun } from './chart-data.ts';
import { chartSections } from './chart-sections.ts';
import { figureTable } from './figure-table.ts';
import type { Language } from './language.ts';
import { html, jsonScript, Markup } from './markup.ts';
import { reportTexts } from './texts.ts';
import { tradeOffLines } from './trade-off-lines.ts';

/** Finds packages' files, wherever they are installed. */
const require = createRequire(import.meta.url);
const UPLOT_STYLE = require.resolve('uplot/dist/uPlot.min.css');
const UPLOT_SCRIPT = require.resolve('uplot/dist/uPlot.iife.min.js');

/** In the order in which they need each other. */
const SCRIPTS = ['plot.js', 'time-charts.js', 'request-charts.js', 'heat-map.js', 'latency-chart.js'];
const STYLES = ['page.css', 'charts.css', 'tables.css'];

/**
 * A page that needs nothing else: charts of one replication, and the table of figures of all.
 *
 * @param drawn left out for a system that is not drawn
 * @param priced what the drawn month would cost, where that was asked for
 */
export function reportPage(
  report: ValidationReport,
  drawn: DrawnRun | undefined,
  language: Language,
  priced?: PricedMonth,
): string {
  const texts = reportTexts(language);
  const data = drawn === undefined ? undefined : chartData(drawn, language);
  const judged = report.figures.filter(({ verdict }) => verdict === 'met' || verdict === 'missed');
  const missed = judged.filter(({ verdict }) => verdict === 'missed').length;
  const why = tradeOffLines(report, language);
  const page = html`<!doctype html>
<html lang="${language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${texts.title(report.scenario)}</title>
<style>${trusted(UPLOT_STYLE)}
${STYLES.map(ownFile)}</style>
</head>
<body>
<main>
<header>
<a class="skip" href="#figures">${texts.page.skip}</a>
<h1>${texts.title(report.scenario)}</h1>
<p class="muted">${report.source}. ${texts.made(report.replications, report.seed)}.${data === undefined ? '' : ` ${data.texts.drawn} ${data.texts.keys}`}</p>
<p class="result ${missed === 0 ? 'met' : 'missed'}">${missed === 0 ? texts.passed(judged.length) : texts.failed(missed, judged.length)}</p>
</header>
${data === undefined ? '' : chartSections(data)}
${priced === undefined ? '' : priceSection(priced, language)}
<section id="figures" tabindex="-1">
<h2>${texts.page.figures}</h2>
${why === null ? '' : html`<p>${why.title}</p><ul class="trade-offs">${why.lines.map((line) => html`<li>${line}</li>`)}</ul>`}
${figureTable(report.figures, language)}
</section>
</main>
${data === undefined ? '' : scripts(data)}
</body>
</html>
`;
  return page.text;
}

function scripts(data: ChartData): Markup {
  return html`${jsonScript('chart-data', data)}
<script>${trusted(UPLOT_SCRIPT)}</script>
<script>${SCRIPTS.map(ownFile)}</script>`;
}

/** Scripts and styles of ours, beside `src` and `dist` alike. */
function ownFile(name: string): Markup {
  return trusted(new URL(`../../report-page/${name}`, import.meta.url));
}

/** A file that goes into the page as it stands. */
function trusted(file: string | URL): Markup {
  return new Markup(readFileSync(file, 'utf8'));
}
