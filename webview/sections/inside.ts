import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { DashboardUiState } from '../../src/core/messages';
import { button } from '../controls';
import { groupButtons, methodChoice, type Filter } from '../inside/filters';
import { grouped, groups, groupTitles, type PanelGroup } from '../inside/groups';
import { InsideStore } from '../inside/insideStore';
import { panelCard } from '../inside/panelCard';
import { MOST_PANELS, panelsOf, tasksOf, type InspectedVariant, type Panel } from '../inside/panels';
import { scrubber } from '../scrubber';
import { list, t, tn } from '../strings';
import type { SectionContext } from './section';

/** What methods show of their inside after each task, each kind of view drawn once. */
class InsideSection extends LitElement {
  static override properties = {
    context: { attribute: false },
    seed: { state: true },
    open: { state: true },
    whole: { state: true },
    filter: { state: true },
  };
  declare context: SectionContext;
  /** Whose views are shown; the mean of all, where that has a meaning, when undefined. */
  declare seed: number | undefined;
  /** Panels whose numbers are shown. */
  declare open: ReadonlySet<string>;
  /** Panels that show all of their pictures. */
  declare whole: ReadonlySet<string>;
  declare filter: Filter;

  private store: InsideStore | undefined;
  /** Of all methods that are shown. */
  private panels: readonly Panel[] = [];
  /** Of those that the filter leaves. */
  private groups: readonly PanelGroup[] = [];
  /** What the panels are made of. */
  private content = '';

  constructor() {
    super();
    this.open = new Set();
    this.whole = new Set();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { host } = this.context;
    this.store = new InsideStore(host, () => this.requestUpdate());
    this.content = '';
    this.filter = filterOf(host.ui);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store?.dispose();
  }

  protected override willUpdate(): void {
    const variants = this.inspected();
    const content = JSON.stringify([
      this.seed,
      this.filter.variant,
      this.store?.version,
      variants.map(({ key, label, runs }) => [key, label, runs.map(({ seed, events }) => [seed, events.length])]),
    ]);
    if (content === this.content) return;
    this.content = content;
    this.panels = panelsOf(variants, this.seed);
    const own = variants.filter(({ key }) => key === this.chosenVariant());
    this.groups = grouped(own.length > 0 ? panelsOf(own, this.seed) : this.panels);
  }

  /** Those whose panels there are, in the order of the selection. */
  private shownVariants() {
    const drawn = new Set(this.panels.flatMap(({ sequences }) => sequences.map(({ variant }) => variant)));
    return this.context.variants.filter(({ key }) => drawn.has(key));
  }

  /** The method that one looks for, where it has something to show. */
  private chosenVariant(): string | undefined {
    return this.shownVariants().find(({ key }) => key === this.filter.variant)?.key;
  }

  /** The runs that the selection shows. */
  private inspected(): InspectedVariant[] {
    const { variants, selection } = this.context;
    return variants.map(({ key, label, runs }) => ({
      ...{ key, label },
      runs: runs
        .filter(({ manifest: { seed } }) => selection.seeds?.includes(seed) ?? true)
        .map((run) => ({ id: run.manifest.id, seed: run.manifest.seed, events: this.store?.toldBy(run) ?? [] })),
    }));
  }

  protected override render() {
    const { panels } = this;
    const { selection, select, names } = this.context;
    const tasks = [...new Set(panels.flatMap(tasksOf))].sort((a, b) => a - b);
    const task = selection.task === undefined || tasks.includes(selection.task) ? selection.task : undefined;
    const filters = this.filters();
    return html`<section class="inside" aria-labelledby="inside-title">
      <div class="section-head">
        <h2 id="inside-title">${t('insideTitle')}</h2>
        ${
          panels.length > 0
            ? html`<div class="tools">
                  ${scrubber({ tasks, task: task ?? tasks.at(-1) ?? 0, names, onPick: (next) => select({ task: next }) })}
                  ${methodChoice(filters)} ${this.seedChoice()}
                </div>
                ${groupButtons(filters)}`
            : nothing
        }
      </div>
      ${panels.length > 0 && this.seed === undefined && this.seeds().length > 1 ? html`<p class="aside">${t('insideMeanNote')}</p>` : nothing}
      ${panels.length === 0 ? html`<p class="empty">${t(this.isWaiting() ? 'insideWaiting' : 'insideEmpty')}</p>` : nothing}
      ${this.store?.refused ? this.refusal() : nothing}
      ${repeat(
        this.wantedGroups(),
        ({ group }) => group,
        (group) => this.group(group, task),
      )}
      ${this.tooMany()} ${this.silent()}
    </section>`;
  }

  private filters() {
    return {
      // Of what is not there (any more) everything is shown.
      filter: {
        variant: this.chosenVariant(),
        group: this.groups.find(({ group }) => group === this.filter.group)?.group,
      },
      variants: this.shownVariants(),
      groups: this.groups,
      onFilter: (filter: Filter) => {
        this.filter = filter;
        this.context.host.remember({ inside: filter });
      },
    };
  }

  private wantedGroups(): readonly PanelGroup[] {
    const { group: wanted } = this.filters().filter;
    return this.groups.filter(({ group }) => wanted === undefined || group === wanted);
  }

  /** Panels of one kind, under its name. */
  private group({ group, panels }: PanelGroup, task: number | undefined): TemplateResult {
    const heading = `inside-group-${group}`;
    return html`<section aria-labelledby=${heading} data-inside-group=${group}>
      <h2 id=${heading} class="group-title">${t(groupTitles[group])}</h2>
      <div class="inside-panels">
        ${repeat(
          panels.slice(0, MOST_PANELS),
          ({ id }) => id,
          (panel, i) =>
            panelCard(panel, {
              isFirst: panels.findIndex(({ kind }) => kind === panel.kind) === i,
              task,
              pick: (next) => this.context.select({ task: next }),
              picturesOf: (examples) => this.store?.picturesOf(examples),
              isOpen: this.open.has(panel.id),
              onToggle: (open) => (this.open = toggled(this.open, panel.id, open)),
              isWhole: this.whole.has(panel.id),
              onWhole: (whole) => (this.whole = toggled(this.whole, panel.id, whole)),
              seeds: this.seeds().length,
            }),
        )}
      </div>
    </section>`;
  }

  private tooMany() {
    const more = this.wantedGroups().reduce((sum, { panels }) => sum + Math.max(0, panels.length - MOST_PANELS), 0);
    return more > 0 ? html`<p class="aside">${t('insideMorePanels', { n: more })}</p>` : nothing;
  }

  /** Something was asked for, and nothing of it has come. */
  private isWaiting(): boolean {
    return this.context.variants.some(({ runs }) => runs.some((run) => this.store?.toldBy(run) === undefined));
  }

  private refusal() {
    return html`<p class="note" role="alert">
      ${t('insideRefused')}
      ${button({ name: 'insideAgain', label: t('insideAgain'), onClick: () => this.store?.again() })}
    </p>`;
  }

  /** Seeds with something to see. */
  private seeds(): number[] {
    const seeds = this.inspected().flatMap(({ runs }) =>
      runs.filter(({ events }) => events.length > 0).map(({ seed }) => seed),
    );
    return [...new Set(seeds)].sort((a, b) => a - b);
  }

  private seedChoice() {
    const seeds = this.seeds();
    if (seeds.length < 2) return nothing;
    return html`<label class="choice">
      ${t('insideSeeds')}
      <select
        data-choice="insideSeed"
        @change=${(event: Event) => this.chooseSeed((event.target as HTMLSelectElement).value)}
      >
        <option value="" ?selected=${this.seed === undefined}>
          ${t('insideMeanOf', { seeds: tn('seeds', seeds.length) })}
        </option>
        ${seeds.map((seed) => html`<option value=${seed} ?selected=${this.seed === seed}>${t('insideSeed', { n: seed })}</option>`)}
      </select>
    </label>`;
  }

  private chooseSeed(value: string): void {
    this.seed = value === '' ? undefined : Number(value);
  }

  /** Methods that went past a task without a word. */
  private silent() {
    const drawn = this.shownVariants();
    const silent = this.context.variants.filter(
      (variant) => !drawn.includes(variant) && variant.runs.some(({ state }) => state.rows.length > 0),
    );
    if (silent.length === 0 || this.panels.length === 0) return nothing;
    return html`<p class="aside">${t('insideSilent', { labels: list(silent.map(({ label }) => label)) })}</p>`;
  }
}
customElements.define('lethe-inside', InsideSection);

/** What was shown when one looked last. */
const filterOf = ({ inside: { variant, group } = {} }: DashboardUiState): Filter => ({
  variant,
  group: groups.find((known) => known === group),
});

/** The set with an item, or without it; the same one where that is so already. */
function toggled(set: ReadonlySet<string>, item: string, isIn: boolean): ReadonlySet<string> {
  if (set.has(item) === isIn) return set;
  return new Set(isIn ? [...set, item] : [...set].filter((other) => other !== item));
}

export const insideSection = (context: SectionContext): TemplateResult =>
  html`<lethe-inside .context=${context}></lethe-inside>`;
