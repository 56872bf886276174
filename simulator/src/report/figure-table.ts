import type { ComparedFigure } from '../validation/compare.ts';
import { figureGroups, labelOf } from './figure-labels.ts';
import { figureNotes } from './figure-notes.ts';
import type { Language } from './language.ts';
import { type Content, html, type Markup } from './markup.ts';
import { reportNumbers, reportTexts, withUnit } from './texts.ts';

/** Every simulated figure beside the documented one, by group, then the notes, then what is not simulated. */
export function figureTable(figures: readonly ComparedFigure[], language: Language): Markup {
  const texts = reportTexts(language);
  const { columns } = texts;
  const number = reportNumbers(language);
  const simulated = figures.filter((figure) => figure.simulated !== null);
  const others = figures.filter((figure) => figure.simulated === null);
  const notes = figureNotes(simulated, language);
  const groups = figureGroups(simulated, language);

  const cell = (column: string, content: Content): Markup =>
    html`<td data-column="${column}">${content}</td>`;
  const row = (figure: ComparedFigure): Markup => {
    const { id, unit, documented, simulated: mean, ci95, tolerance, verdict } = figure;
    return html`<tr class="${verdict === 'missed' ? 'missed-row' : ''}">
<th scope="row">${labelOf(id, language)}${figure.heldOut ? html` <span class="held-out">(${texts.heldOut})</span>` : ''}</th>
${cell(columns.documented, withUnit(number.format(documented), unit))}
${cell(columns.simulated, withUnit(number.format(mean ?? 0), unit))}
${cell(columns.interval, ci95 === null ? '' : `${number.format(ci95[0])} – ${number.format(ci95[1])}`)}
${cell(columns.tolerance, tolerance === null ? '' : texts.tolerance(tolerance, unit, number))}
${cell(columns.verdict, html`<span><span class="${verdict.replace(' ', '-')}">${texts.verdicts[verdict]}</span>${noteMark(notes.numberOf(figure))}</span>`)}
</tr>`;
  };
  const table = ({ heading, members }: (typeof groups)[number]): Markup => html`<table>
<caption>${heading}</caption>
<thead><tr><th scope="col">${columns.figure}</th><th scope="col">${columns.documented}</th><th scope="col">${columns.simulated}</th><th scope="col">${columns.interval}</th><th scope="col">${columns.tolerance}</th><th scope="col">${columns.verdict}</th></tr></thead>
<tbody>${members.map(row)}</tbody>
</table>`;

  return html`<div class="figures">${groups.map(table)}</div>
<p class="muted">${texts.heldOutNote}</p>
${notes.texts.length === 0 ? '' : html`<h3>${texts.contradicted}</h3><ol class="notes">${notes.texts.map((text, index) => html`<li id="note-${index + 1}">${text}</li>`)}</ol>`}
<details><summary>${texts.page.others} (${others.length})</summary>
<div class="figures"><table>
<thead><tr><th scope="col">${columns.figure}</th><th scope="col">${columns.documented}</th><th scope="col">${columns.why}</th></tr></thead>
<tbody>${others.map(
    ({ id, unit, documented, kind }) =>
      html`<tr><th scope="row">${labelOf(id, language)}</th>${cell(columns.documented, withUnit(number.format(documented), unit))}${cell(columns.why, texts.why[kind === 'input' || kind === 'context' ? kind : 'unmeasured'])}</tr>`,
  )}</tbody></table></div></details>`;
}

function noteMark(note: number | undefined): Content {
  return note === undefined ? '' : html` <a href="#note-${note}">[${note}]</a>`;
}
