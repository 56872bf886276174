import { MINUTES_PER_DAY, MINUTES_PER_HOUR } from '../memory/settings.ts';
import type { ChartData } from './chart-data.ts';
import { type Content, html, type Markup } from './markup.ts';

/** The same as a chart, for those who do not see it or want its numbers: closed until asked for. */
export interface ChartTables {
  readonly memory: Markup;
  readonly state: Markup;
  readonly alerts: Markup;
  readonly days: Markup;
  readonly hours: Markup;
  readonly heat: Markup;
  readonly latency: Markup;
}

type Row = readonly [heading: string, ...cells: Content[]];

/** Of a fraction. */
const DIGITS = 2;
/** Of a time, which may be some or thousands of milliseconds. */
const TIME_DIGITS = 4;

/** A table behind each chart. Those of a chart over time have a row a day. */
export function chartTables(data: ChartData): ChartTables {
  const { texts, latency } = data;
  const format = new Intl.NumberFormat(data.locale, { maximumFractionDigits: DIGITS });
  const number = (value: number | null): string => (value === null ? '' : format.format(value));
  const times = new Intl.NumberFormat(data.locale, { maximumSignificantDigits: TIME_DIGITS });
  const milliseconds = (value: number | null): string => (value === null ? '' : times.format(value));
  const table = (titles: readonly string[], rows: readonly Row[], summary = texts.asTable): Markup =>
    html`<details class="data"><summary>${summary}</summary>
<div class="wide" tabindex="0" role="group" aria-label="${titles.join(', ')}"><table>
<thead><tr>${titles.map((title) => html`<th scope="col">${title}</th>`)}</tr></thead>
<tbody>${rows.map(([heading, ...cells]) => html`<tr><th scope="row">${heading}</th>${cells.map((cell) => html`<td>${cell}</td>`)}</tr>`)}</tbody>
</table></div></details>`;
  const counts = ({ first, unit, values, documented }: ChartData['days']): Markup =>
    table(
      [unit, texts.documented, texts.simulated],
      values.map((value, index) => [`${first + index}`, number(documented[index] ?? null), number(value)]),
    );

  return {
    memory: table(
      [texts.day, texts.time, texts.total, ...data.memory.names],
      memoryRows(data, number),
      texts.highestAsTable,
    ),
    state: table([texts.day, ...data.state.names], stateRows(data, number), texts.highestAsTable),
    alerts: table(
      [texts.day, texts.time, texts.rule],
      data.alerts.events.map(({ at, kind }) => [dayOf(at), clockOf(at), data.alerts.names[kind] ?? '']),
    ),
    days: counts(data.days),
    hours: counts(data.hours),
    heat: table(
      [texts.day, ...(data.byDayAndHour[0] ?? []).map((_, hour) => twoDigits(hour))],
      data.byDayAndHour.map((hours, day) => [`${day + 1}`, ...hours.map(number)]),
    ),
    latency: table(
      [texts.endpoint, texts.documentedMean, texts.simulatedMean, texts.median, texts.p95, texts.requests],
      latency.map(({ route, documented, mean, p50, p95, requests }) => [
        route,
        ...[documented, mean, p50, p95].map(milliseconds),
        number(requests),
      ]),
    ),
  };
}

/** Each day at the minute at which its memory is highest. */
function memoryRows({ memory }: ChartData, number: (value: number) => string): Row[] {
  const totalOf = (index: number): number =>
    memory.parts.reduce((total, part) => total + (part[index] ?? 0), 0);
  return samplesByDay(memory.at).map((indices) => {
    const highest = indices.reduce((one, other) => (totalOf(other) > totalOf(one) ? other : one));
    const at = memory.at[highest] ?? 0;
    return [
      dayOf(at),
      clockOf(at),
      number(totalOf(highest)),
      ...memory.parts.map((part) => number(part[highest] ?? 0)),
    ];
  });
}

/** The highest of each day, each at its own time. */
function stateRows({ state }: ChartData, number: (value: number) => string): Row[] {
  return samplesByDay(state.at).map((indices) => [
    dayOf(state.at[indices[0] ?? 0] ?? 0),
    ...state.values.map((values) => number(Math.max(...indices.map((index) => values[index] ?? 0)))),
  ]);
}

/** The places of the samples of each day that has any. */
function samplesByDay(at: readonly number[]): number[][] {
  const days = new Map<string, number[]>();
  for (const [index, minute] of at.entries()) {
    const indices = days.get(dayOf(minute)) ?? [];
    indices.push(index);
    days.set(dayOf(minute), indices);
  }
  return [...days.values()];
}

function dayOf(minute: number): string {
  return `${Math.floor(minute / MINUTES_PER_DAY) + 1}`;
}

function clockOf(minute: number): string {
  const rest = minute % MINUTES_PER_DAY;
  return `${twoDigits(Math.floor(rest / MINUTES_PER_HOUR))}:${twoDigits(rest % MINUTES_PER_HOUR)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
