import { html, nothing, type TemplateResult } from 'lit';
import { tableRows } from '../../src/core/grid';
import { oneLine } from '../../src/core/visibleText';
import { t } from '../strings';
import type { Table } from './drawn';

/** The numbers of a picture, for those who do not see it and for those who want to read them. */
export function tableTwin({ head, rows }: Table, label: string): TemplateResult {
  const shown = tableRows(rows.length);
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${label}>
    ${shown.length < rows.length ? html`<p class="aside">${t('insideSomeRows', { n: rows.length })}</p>` : nothing}
    <table>
      <caption>
        ${label}
      </caption>
      <thead>
        <tr>
          ${head.map((text, i) => html`<th scope="col" class=${i === 0 ? nothing : 'number'}>${oneLine(text)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${shown.map((place) => {
          const [name = '', ...cells] = rows[place] ?? [];
          return html`<tr>
            <th scope="row">${oneLine(name)}</th>
            ${cells.map((text) => html`<td class="number">${oneLine(text)}</td>`)}
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}
