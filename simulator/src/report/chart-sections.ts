import type { ChartData } from './chart-data.ts';
import { chartTables } from './chart-tables.ts';
import { html, type Markup } from './markup.ts';

/** A mark of a chart, with what it stands for. */
interface LegendEntry {
  /** Class of the mark in the style sheet. */
  readonly mark: string;
  readonly name: string;
  /** A colour's name in the style sheet; of marks that have several. */
  readonly colour?: string;
}

interface Section {
  readonly id: string;
  readonly title: string;
  readonly about: string;
  readonly legend?: Markup;
  readonly table: Markup;
  /** Beside another one, where there is room. */
  readonly half?: true;
}

/** Every chart's section: heading, place of the drawing, legend, what the cursor is at, and its table. */
export function chartSections(data: ChartData): Markup {
  const { texts, memory, state } = data;
  const tables = chartTables(data);
  const counts = legend([
    { mark: 'swatch', colour: 'accent', name: texts.simulated },
    { mark: 'diamond', name: texts.documented },
  ]);
  const sections: readonly Section[] = [
    {
      id: 'memory',
      ...texts.memory,
      legend: legend([
        ...swatches(memory.names, 'part'),
        { mark: 'diamond', name: texts.documentedInstant },
        { mark: 'thick', name: texts.documentedLevel },
        { mark: 'dashed', name: texts.limit },
      ]),
      table: tables.memory,
    },
    { id: 'state', ...texts.state, legend: legend(swatches(state.names, 'line')), table: tables.state },
    { id: 'alerts', ...texts.alerts, table: tables.alerts },
    { id: 'days', ...texts.requestsByDay, legend: counts, table: tables.days, half: true },
    { id: 'hours', ...texts.requestsByHour, legend: counts, table: tables.hours, half: true },
    { id: 'heat', ...texts.heatMap, legend: heatLegend(data), table: tables.heat },
    {
      id: 'latency',
      ...texts.latency,
      legend: legend([
        { mark: 'bar', name: texts.medianToP95 },
        { mark: 'dot', name: texts.simulatedMean },
        { mark: 'diamond', name: texts.documentedMean },
      ]),
      table: tables.latency,
    },
  ];
  return html`${sections.map(section)}`;
}

function section({ id, title, about, legend: marks, table, half }: Section): Markup {
  return html`<section class="${half === true ? 'half' : ''}">
<h2 id="${id}-title">${title}</h2>
<p class="muted">${about}</p>
<div class="chart" id="${id}" tabindex="0" role="group" aria-labelledby="${id}-title" aria-describedby="${id}-readout"></div>
${marks ?? ''}
<p class="readout" id="${id}-readout" aria-live="polite"></p>
${table}
</section>
`;
}

function swatches(names: readonly string[], colours: string): LegendEntry[] {
  return names.map((name, index) => ({ mark: 'swatch', name, colour: `${colours}-${index + 1}` }));
}

function legend(entries: readonly LegendEntry[]): Markup {
  return html`<ul class="legend">${entries.map(
    ({ mark, name, colour }) =>
      html`<li><span class="mark ${mark}" style="${colour === undefined ? '' : `background:var(--${colour})`}"></span>${name}</li>`,
  )}</ul>`;
}

/** The scale of colours, from an hour with one request to the busiest. */
function heatLegend({ byDayAndHour, texts, locale }: ChartData): Markup {
  const most = new Intl.NumberFormat(locale).format(Math.max(1, ...byDayAndHour.flat()));
  return html`<ul class="legend"><li><span class="mark swatch" style="background:var(--heat-none)"></span>${texts.none}</li>
<li>1<span class="mark ramp"></span>${most} ${texts.requests}</li></ul>`;
}
