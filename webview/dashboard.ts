import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { Announcer } from './announcer';
import { announcementsBetween } from './announcements';
import { columnTitles } from './comparisonTable';
import { header } from './header';
import type { Host } from './host';
import { emptyModel, type DashboardModel } from './liveRuns';
import { troubledRuns } from './problemList';
import { answerSection } from './sections/answer';
import { curvesSection } from './sections/curves';
import { detailsSection } from './sections/details';
import { insideSection } from './sections/inside';
import { isSection, type Section, type SectionContext } from './sections/section';
import { whySection } from './sections/why';
import { rememberedOf, selectionOf, type Selection } from './selection';
import { streamStrip } from './streamStrip';
import { t } from './strings';
import { PANEL_ID, tabBar, tabId } from './tabBar';
import { sortVariants, tableAsMarkdown } from './tableModel';
import { taskNames } from './taskClasses';
import { overallProgress, variantsOf, type LiveVariant } from './variants';

const drawn: Readonly<Record<Section, (context: SectionContext) => TemplateResult>> = {
  answer: answerSection,
  curves: curvesSection,
  why: whySection,
  inside: insideSection,
  details: detailsSection,
};

/** The whole page. Draws what the model says, and nothing else. */
export class Dashboard extends LitElement {
  static override properties = {
    model: { attribute: false },
    lost: { type: Boolean },
    section: { state: true },
    selection: { state: true },
  };
  declare model: DashboardModel;
  /** The host has not been heard of for too long. */
  declare lost: boolean;
  declare host: Host;
  declare section: Section;
  declare selection: Selection;

  private variants: readonly LiveVariant[] = [];
  /** What tasks are called, where they have names; the same list as long as it says the same. */
  private names: readonly string[] = [];
  private readonly announcer = new Announcer((text) => {
    const region = this.querySelector('[aria-live]');
    if (region) region.textContent = text;
  });

  constructor() {
    super();
    this.model = emptyModel;
    this.lost = false;
    this.section = 'answer';
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { ui } = this.host;
    this.selection = selectionOf(ui);
    if (isSection(ui.tab)) this.section = ui.tab;
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.announcer.dispose();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    if (!changed.has('model')) return;
    const before = this.variants;
    this.variants = variantsOf(this.model);
    this.nameTasks();
    for (const { topic, text } of announcementsBetween(before, this.variants)) this.announcer.say(topic, text);
  }

  private nameTasks(): void {
    const { view } = this.model;
    const runs = this.variants.flatMap((variant) => variant.runs);
    const names = view ? taskNames(view, runs) : [];
    if (names.join('\n') !== this.names.join('\n')) this.names = names;
  }

  protected override render() {
    const { view } = this.model;
    const { variants, host, names, section } = this;
    return html`<div class="visually-hidden" aria-live="polite" role="status"></div>
      ${this.lost ? html`<p class="lost" role="alert">${t('connectionLost')}</p>` : nothing}
      <main>
        ${
          view
            ? html`${header(view, variants, overallProgress(variants), host, () => this.copyTable())}
                ${streamStrip(view, variants, names)}
                ${tabBar(section, { details: troubledRuns(variants).length }, (next) => this.show(next))}
                <div
                  id=${PANEL_ID}
                  class="section"
                  role="tabpanel"
                  aria-labelledby=${tabId(section)}
                  data-section=${section}
                >
                  ${drawn[section](this.context(view))}
                </div>`
            : html`<h1 class="visually-hidden">${t('title')}</h1>
                <p class="empty">${t('loading')}</p>`
        }
      </main>`;
  }

  private context(view: SectionContext['view']): SectionContext {
    const { variants: all, selection, names, host } = this;
    return {
      ...{ view, all, selection, names, host },
      variants: sortVariants(all, selection.sort).filter(({ key }) => !selection.hidden.has(key)),
      select: (change) => this.select(change),
      show: (section, change) => this.show(section, change),
    };
  }

  private select(change: Partial<Selection>): void {
    this.selection = { ...this.selection, ...change };
    this.host.remember(rememberedOf(this.selection));
  }

  private show(section: Section, change?: Partial<Selection>): void {
    if (change) this.select(change);
    this.section = section;
    this.host.remember({ tab: section });
  }

  private copyTable(): void {
    const sorted = sortVariants(this.variants, this.selection.sort);
    this.host.act('copyTable', { text: tableAsMarkdown(sorted, columnTitles(), (variant) => variant.label) });
  }
}
customElements.define('lethe-dashboard', Dashboard);
