import type { Language } from './language.ts';
import { html, type Markup } from './markup.ts';
import { reportNumbers, reportTexts } from './texts.ts';

const HOURS_PER_DAY = 24;
/** In units of the picture, which is stretched to the place there is. */
const CELL_WIDTH = 34;
const CELL_HEIGHT = 13;
const GAP = 1;
const LEFT = 44;
const TOP = 18;
/** The lightest cell is still seen. */
const FAINTEST = 0.04;
const HOURS_BETWEEN_LABELS = 6;

/** Requests of each hour as a field of days across and hours down. */
export function heatMap(hours: readonly number[], language: Language): Markup {
  const texts = reportTexts(language);
  const number = reportNumbers(language);
  const most = Math.max(1, ...hours);
  const days = Math.ceil(hours.length / HOURS_PER_DAY);
  const cells = hours.map((requests, index) => {
    const day = Math.floor(index / HOURS_PER_DAY);
    const hour = index % HOURS_PER_DAY;
    const share = (FAINTEST + (1 - FAINTEST) * (requests / most)).toFixed(2);
    return html`<rect x="${LEFT + day * CELL_WIDTH}" y="${TOP + hour * CELL_HEIGHT}" width="${CELL_WIDTH - GAP}" height="${CELL_HEIGHT - GAP}" style="--share:${share}"><title>${texts.day} ${day + 1}, ${clock(hour)}: ${number.format(requests)}</title></rect>`;
  });
  const dayLabels = Array.from(
    { length: days },
    (_, day) =>
      html`<text x="${LEFT + (day + 0.5) * CELL_WIDTH}" y="${TOP - 5}" text-anchor="middle">${day + 1}</text>`,
  );
  const hourLabels = Array.from({ length: HOURS_PER_DAY / HOURS_BETWEEN_LABELS }, (_, index) => {
    const hour = index * HOURS_BETWEEN_LABELS;
    return html`<text x="${LEFT - 6}" y="${TOP + (hour + 0.9) * CELL_HEIGHT}" text-anchor="end">${clock(hour)}</text>`;
  });
  return html`<svg class="heat-map" role="img" aria-label="${texts.page.heatMapAbout}" viewBox="0 0 ${LEFT + days * CELL_WIDTH} ${TOP + HOURS_PER_DAY * CELL_HEIGHT}">${dayLabels}${hourLabels}${cells}</svg>`;
}

function clock(hour: number): string {
  return `${String(hour).padStart(2, '0')}:00`;
}
