import { html, nothing, type TemplateResult } from 'lit';
import { comparisonTable } from '../comparisonTable';
import { button } from '../controls';
import { liveStrip } from '../liveStrip';
import { t } from '../strings';
import type { SectionContext } from './section';

/** How much each method forgets: the comparison, and the curves while they grow. */
export function answerSection(context: SectionContext): TemplateResult {
  return html`${comparisonTable(context)} ${emptyState(context)} ${liveStrip(context)}`;
}

function emptyState({ view, all, host }: SectionContext) {
  if (all.some((variant) => variant.runs.length > 0)) return nothing;
  return html`<section class="empty">
    <h2>${t('emptyTitle')}</h2>
    <p>${view.trusted ? t('emptyText') : t('untrusted')}</p>
    ${view.file ? button({ name: 'openFile', label: t('openFile'), onClick: () => host.act('openFile') }) : nothing}
  </section>`;
}
