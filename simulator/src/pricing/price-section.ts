import type { Language } from '../report/language.ts';
import { html, type Markup } from '../report/markup.ts';
import { billedLine, priceRows } from './price-rows.ts';
import { priceTexts } from './price-texts.ts';
import type { PricedMonth } from './priced-month.ts';

/** The prices as a section of the report's page. */
export function priceSection(priced: PricedMonth, language: Language): Markup {
  const { title, about, columns } = priceTexts(language);
  return html`<section id="prices">
<h2>${title}</h2>
<p class="muted">${about}</p>
<div class="figures"><table>
<thead><tr><th scope="col">${columns.plan}</th><th scope="col">${columns.total}</th><th scope="col">${columns.parts}</th></tr></thead>
<tbody>${priceRows(priced, language).map(
    ({ plan, total, parts }) =>
      html`<tr><th scope="row">${plan}</th><td data-column="${columns.total}">${total}</td><td data-column="${columns.parts}">${parts}</td></tr>`,
  )}</tbody></table></div>
<p class="muted">${billedLine(priced, language)}</p>
</section>`;
}
