import { html, nothing, type TemplateResult } from 'lit';
import { answerWords, type Said } from '../answerWords';
import { comparisonTable } from '../comparisonTable';
import { button } from '../controls';
import { liveStrip } from '../liveStrip';
import { t } from '../strings';
import { sweepCharts } from '../sweepChart';
import { tradeOffs } from '../tradeOffs';
import type { SectionContext } from './section';

/** How much each method forgets, which task is lost, and why: in sentences, in one table, and as curves while they grow. */
export function answerSection(context: SectionContext): TemplateResult {
  return html`${saidList(answerWords(context))} ${emptyState(context)} ${liveStrip(context)} ${comparisonTable(context)}
  ${sweepCharts(context)} ${tradeOffs(context)}`;
}

const saidList = (said: readonly Said[]) =>
  said.length === 0
    ? nothing
    : html`<ul class="said" aria-label=${t('saidTitle')}>
        ${said.map(({ lead, subject, text, hint }) => html`<li title=${hint ?? nothing}>${lead ? html`${lead} ` : nothing}${subject ? html`<b>${subject}</b> ` : nothing}${unbroken(text)}</li>`)}
      </ul>`;

/** A number and its sign stay on one line. */
const unbroken = (text: string): string => text.replace(/(?<=\d) %/g, '\u00a0%');

function emptyState({ view, all, host }: SectionContext) {
  if (all.some((variant) => variant.runs.length > 0)) return nothing;
  return html`<section class="empty">
    <h2>${t('emptyTitle')}</h2>
    <p>${view.trusted ? t('emptyText') : t('untrusted')}</p>
    ${view.file ? button({ name: 'openFile', label: t('openFile'), onClick: () => host.act('openFile') }) : nothing}
  </section>`;
}
