import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { isSection, queryOf, type DashboardPlace, type Section } from '../src/core/dashboardPlace';
import { Announcer } from './announcer';
import { announcementsBetween } from './announcements';
import { header } from './header';
import type { Host } from './host';
import { emptyModel, type DashboardModel } from './liveRuns';
import { troubledRuns } from './problemList';
import { answerSection } from './sections/answer';
import { detailsSection } from './sections/details';
import type { SectionContext } from './sections/section';
import { rememberedOf, selectionOf, type Selection } from './selection';
import { streamStrip } from './streamStrip';
import { t } from './strings';
import { PANEL_ID, tabBar, tabId } from './tabBar';
import { isMeasure, shownColumns, sortVariants, tableAsMarkdown } from './tableModel';
import { taskLabels, taskNames } from './taskClasses';
import { titleOf } from './titles';
import { overallProgress, variantsOf, type LiveVariant } from './variants';

type Draw = (context: SectionContext) => TemplateResult;

/** Sections that are there from the beginning. */
const drawn = new Map<Section, Draw>([
  ['answer', answerSection],
  ['details', detailsSection],
]);

/** The others are loaded when they are shown first: charts are heavy, and the answer is to be there at once. */
const loaded: Partial<Record<Section, () => Promise<Draw>>> = {
  curves: async () => (await import('./sections/curves')).curvesSection,
  why: async () => (await import('./sections/why')).whySection,
  inside: async () => (await import('./sections/inside')).insideSection,
  landscape: async () => (await import('./sections/landscape')).landscapeSection,
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

  private link: DashboardPlace | undefined;
  /** The section that is shown could not be loaded. */
  private failed = false;
  private variants: readonly LiveVariant[] = [];
  private shownSeeds: Selection['seeds'];
  /** What tasks are called, where they have names; these lists are the same as long as they say the same. */
  private names: readonly string[] = [];
  private labels: readonly string[] = [];
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
    void this.load(this.section);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.announcer.dispose();
  }

  protected override willUpdate(changed: Map<PropertyKey, unknown>): void {
    const { seeds } = this.selection;
    if (!changed.has('model') && seeds === this.shownSeeds) return;
    const before = seeds === this.shownSeeds ? this.variants : [];
    this.shownSeeds = seeds;
    this.variants = variantsOf(this.model, seeds);
    this.nameTasks();
    for (const { topic, text } of announcementsBetween(before, this.variants)) this.announcer.say(topic, text);
  }

  private nameTasks(): void {
    const { view } = this.model;
    const runs = this.variants.flatMap((variant) => variant.runs);
    const names = view ? taskNames(view, runs) : [];
    if (names.join('\n') !== this.names.join('\n')) this.names = names;
    const labels = view ? taskLabels(names, view, runs) : [];
    if (labels.join('\n') !== this.labels.join('\n')) this.labels = labels;
  }

  protected override render() {
    const { view } = this.model;
    const { variants, host, names, section } = this;
    return html`<div class="visually-hidden" aria-live="polite" role="status"></div>
      ${this.lost ? html`<p class="lost" role="alert">${t('connectionLost')}</p>` : nothing}
      ${
        view
          ? html`<main>
              ${header(view, variants, overallProgress(variants), host, {
                copyTable: () => this.copyTable(),
                copyLink: () => this.copyLink(),
              })}
              ${streamStrip(view, variants, names)}
              ${tabBar(section, { details: troubledRuns(variants).length }, (next) => this.show(next))}
              <div
                id=${PANEL_ID}
                class="section"
                role="tabpanel"
                aria-labelledby=${tabId(section)}
                data-section=${drawn.has(section) ? section : nothing}
              >
                ${drawn.get(section)?.(this.context(view)) ?? html`<p class="empty">${t(this.failed ? 'sectionFailed' : 'loadingSection')}</p>`}
              </div>
            </main>`
          : nothing
      }`;
  }

  private context(view: SectionContext['view']): SectionContext {
    const { variants: all, selection, names, host } = this;
    return {
      ...{ view, all, selection, names, host },
      ...{ labels: this.labels, link: this.link },
      pinned: all.find(({ key }) => key === selection.baseline),
      variants: sortVariants(all, selection.sort).filter(({ key }) => !selection.hidden.has(key)),
      select: (change) => this.select(change),
      show: (section, change) => this.show(section, change),
      follow: (place) => this.follow(place),
    };
  }

  /** Loads what draws the section, where it is not there yet. */
  private async load(section: Section): Promise<void> {
    if (drawn.has(section)) return;
    this.failed = false;
    try {
      const draw = await loaded[section]?.();
      if (draw) drawn.set(section, draw);
    } catch (error) {
      this.failed = true;
      this.host.send({ type: 'error', message: `${section}: ${String(error)}` });
    }
    this.requestUpdate();
  }

  private select(change: Partial<Selection>): void {
    this.selection = { ...this.selection, ...change };
    this.host.remember(rememberedOf(this.selection));
  }

  private show(section: Section, change?: Partial<Selection>): void {
    if (change) this.select(change);
    this.section = section;
    this.host.remember({ tab: section });
    void this.load(section);
  }

  /** Follows a link to a place of the dashboard. */
  follow(link: DashboardPlace): void {
    const { section = this.section, variant, task } = link;
    this.link = link;
    this.show(section, { ...(variant !== undefined && { variant }), ...(task !== undefined && { task }) });
  }

  /** To what is looked at. */
  private copyLink(): void {
    const { variant, task } = this.selection;
    const place = {
      section: this.section,
      ...(variant !== undefined && { variant }),
      ...(task !== undefined && { task }),
    };
    this.host.act('copyLink', { text: queryOf(place) });
  }

  private copyTable(): void {
    const { view } = this.model;
    if (!view) return;
    const { variants, columns } = { ...this.context(view), columns: shownColumns(this.selection.columns) };
    this.host.act('copyTable', { text: tableAsMarkdown(variants, columns.filter(isMeasure), titleOf) });
  }
}
customElements.define('lethe-dashboard', Dashboard);
