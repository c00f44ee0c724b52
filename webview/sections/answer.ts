import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { answerWords, type Said } from '../answerWords';
import { comparisonTable } from '../comparisonTable';
import { button } from '../controls';
import { liveStrip } from '../liveStrip';
import { Alone, panelRoot } from '../panel/alone';
import { t } from '../strings';
import { sweepCharts } from '../sweepChart';
import { tradeOffs } from '../tradeOffs';
import type { SectionContext } from './section';

/** How much each method forgets, which task is lost, and why: in sentences, in one table, and as curves while they grow. */
class AnswerSection extends LitElement {
  static override properties = { context: { attribute: false } };
  declare context: SectionContext;

  private readonly alone = new Alone(this);

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    const { context, alone } = this;
    return html`${alone.id === undefined ? [saidList(answerWords(context)), emptyState(context)] : nothing}
    ${liveStrip(context, alone)} ${comparisonTable(context, alone)} ${sweepCharts(context, alone)}
    ${tradeOffs(context, alone)}`;
  }

  /** A chart may lose its last points while it has all the room. */
  protected override updated(): void {
    const { id } = this.alone;
    if (id !== undefined && !panelRoot(id)) this.alone.set(undefined);
  }
}
customElements.define('lethe-answer-section', AnswerSection);

export const answerSection = (context: SectionContext): TemplateResult =>
  html`<lethe-answer-section .context=${context}></lethe-answer-section>`;

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
