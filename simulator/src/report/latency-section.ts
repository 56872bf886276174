import { documented, type FigureId } from '../figures/figures.ts';
import type { RouteTimes } from '../validation/route-latency.ts';
import type { Language } from './language.ts';
import { html, type Markup } from './markup.ts';
import { reportNumbers, reportTexts } from './texts.ts';

/** Routes of which the document gives the mean. */
const DOCUMENTED: Readonly<Record<string, FigureId>> = {
  'GET /api/public/kursus': 'latency.courses',
  'GET /api/public/mentor': 'latency.mentors',
  'POST /api/login': 'latency.login',
  'GET /api/mentor/daftar-sesi': 'latency.sessions-list',
  'POST /api/pelanggan/pesan-sesi': 'latency.booking',
  'POST /api/admin/verifikasi-pembayaran': 'latency.verification',
  'POST /api/pelanggan/bukti-pembayaran': 'latency.upload',
  'POST /api/profil/foto': 'latency.upload',
};

/** Of a strip; it is stretched to the place there is. */
const WIDTH = 400;
const HEIGHT = 16;

/** Each route with its median, mean and 95th percentile on a common logarithmic scale. */
export function latencySection(routes: readonly RouteTimes[], language: Language): Markup {
  const texts = reportTexts(language);
  const number = reportNumbers(language);
  const milliseconds = (value: number): string => `${number.format(value)} ms`;
  const lowest = Math.min(...routes.map(({ p50, mean }) => Math.min(p50, mean))) * 0.8;
  const highest = Math.max(...routes.map(({ p95, mean }) => Math.max(p95, mean))) * 1.25;
  const percent = (value: number): string =>
    `${((100 * Math.log(value / lowest)) / Math.log(highest / lowest)).toFixed(2)}%`;
  const strip = ({ route, mean, p50, p95 }: RouteTimes): Markup => {
    const figure = DOCUMENTED[route];
    const middle = HEIGHT / 2;
    return html`<svg aria-hidden="true" height="${HEIGHT}" width="${WIDTH}">
<line class="track" x1="0" x2="100%" y1="${middle}" y2="${middle}"/>
<line class="range" x1="${percent(p50)}" x2="${percent(p95)}" y1="${middle}" y2="${middle}" stroke-width="7"/>
${figure === undefined ? '' : html`<svg x="${percent(documented(figure))}" overflow="visible"><path class="documented" d="M0 ${middle - 6}l6 6l-6 6l-6-6z" stroke-width="2"/></svg>`}
<circle class="mean" cx="${percent(mean)}" cy="${middle}" r="3"/>
</svg>`;
  };
  const item = (times: RouteTimes): Markup => {
    const { route, requests, mean, p50, p95 } = times;
    const figure = DOCUMENTED[route];
    const beside =
      figure === undefined ? '' : ` (${texts.columns.documented} ${milliseconds(documented(figure))})`;
    return html`<li><code>${route}</code>${strip(times)}<span class="muted">${milliseconds(mean)}${beside}; p50 ${milliseconds(p50)}, p95 ${milliseconds(p95)}; ${number.format(requests)} ${texts.page.requests}</span></li>`;
  };
  return html`<section>
<h2>${texts.page.latency}</h2>
<p class="muted">${texts.page.latencyAbout}</p>
<ul class="latency">${routes.map(item)}</ul>
</section>`;
}
