import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import type { DashboardUiState } from '../../src/core/messages';
import { button } from '../controls';
import { drawingOf } from '../drawing';
import { analysisNote, type AnalysableRun } from '../inside/analysisNote';
import { AnalysisStore } from '../inside/analysisStore';
import { analysisEvents, orderOfAnalyses } from '../inside/analysisViews';
import { betweenPanels, changesBetweenSteps, type VariantWithCurves } from '../inside/betweenSteps';
import { groupButtons, methodChoice, type Filter } from '../inside/filters';
import { grouped, groups, groupTitles, inOrder, type PanelGroup } from '../inside/groups';
import { growthPanels, hasGrown, type SizedVariant } from '../inside/growth';
import { GROWTH, growthCard } from '../inside/growthCard';
import { InsideStore } from '../inside/insideStore';
import { panelCard } from '../inside/panelCard';
import { MOST_PANELS, panelsOf, tasksOf, type Inspected, type InspectedVariant, type Panel } from '../inside/panels';
import { Alone } from '../panel/alone';
import { scrubber } from '../scrubber';
import type { LiveRun } from '../liveRuns';
import { list, t, tn } from '../strings';
import { toggled } from '../toggled';
import type { LiveVariant } from '../variants';
import type { SectionContext } from './section';

/** What methods show of their inside after each task, each kind of view drawn once. */
class InsideSection extends LitElement {
  static override properties = {
    context: { attribute: false },
    seed: { state: true },
    open: { state: true },
    whole: { state: true },
    filter: { state: true },
    analysed: { state: true },
  };
  declare context: SectionContext;
  /** Whose views are shown; the mean of all, where that has a meaning, when undefined. */
  declare seed: number | undefined;
  /** Panels whose numbers are shown. */
  declare open: ReadonlySet<string>;
  /** Panels that show all of their pictures. */
  declare whole: ReadonlySet<string>;
  declare filter: Filter;
  /** The run that is to be analysed next. */
  declare analysed: string | undefined;

  private readonly alone = new Alone(this);
  private store: InsideStore | undefined;
  private analyses: AnalysisStore | undefined;
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
    this.analyses = new AnalysisStore(host, () => this.requestUpdate());
    this.content = '';
    this.filter = filterOf(host.ui);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store?.dispose();
    this.analyses?.dispose();
  }

  protected override willUpdate(): void {
    const variants = this.inspected((run) => this.store?.toldBy(run));
    const measured = this.inspected((run) => {
      const found = this.analyses?.of(run);
      return found && analysisEvents(found);
    });
    const slept = this.slept();
    const sized = this.sized();
    const content = JSON.stringify([
      this.seed,
      this.filter.variant,
      this.store?.version,
      this.analyses?.version,
      slept.map(({ key, curves }) => [key, curves.of, curves.places.at(-1)]),
      sized.some(({ runs }) => runs.some(hasGrown)) &&
        sized.map(({ key, runs }) => [key, runs.map(({ state }) => [state.rows.length, state.grown.length])]),
      variants.map(({ key, label, runs }) => [key, label, runs.map(({ seed, events }) => [seed, events.length])]),
    ]);
    if (content === this.content) return;
    this.content = content;
    const panelsFor = (wanted: (variant: { readonly key: string }) => boolean) => [
      ...panelsOf(variants.filter(wanted), this.seed),
      ...panelsOf(measured.filter(wanted), this.seed).map(ofAnalysis).sort(orderOfAnalyses),
      ...betweenPanels(slept.filter(wanted)),
      // A network that grows is compared with all others.
      ...(sized.some((variant) => wanted(variant) && variant.runs.some(hasGrown)) ? growthPanels(sized) : []),
    ];
    this.panels = panelsFor(() => true);
    const chosen = this.chosenVariant();
    this.groups = grouped(chosen === undefined ? this.panels : panelsFor(({ key }) => key === chosen));
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

  /** The runs that the selection shows, with something that is known of each. */
  private inspected(eventsOf: (run: LiveRun) => readonly Inspected[] | undefined): InspectedVariant[] {
    return this.context.variants.map((variant) => ({
      ...{ key: variant.key, label: variant.label },
      runs: this.runsOf(variant).map((run) => ({
        ...{ id: run.manifest.id, seed: run.manifest.seed },
        events: eventsOf(run) ?? [],
      })),
    }));
  }

  /** Those whose network is changed between steps, with their curves, as far as these are here. */
  private slept(): VariantWithCurves[] {
    const { seed } = this;
    return this.context.variants.flatMap((variant) => {
      const runs = this.runsOf(variant).filter(({ manifest }) => seed === undefined || manifest.seed === seed);
      if (!runs.some(changesBetweenSteps)) return [];
      const { key, label, row } = variant;
      const own = { ...variant, key: `${key} inside ${seed ?? ''}`, runs };
      const { curves } = drawingOf(own, row.taskAwareOnly ? 'taskAware' : 'accuracy', 'large');
      return [{ key, label, seeds: runs.map(({ manifest }) => manifest.seed), curves }];
    });
  }

  /** All that are compared, with what their networks are judged by. */
  private sized(): SizedVariant[] {
    const { seed } = this;
    return this.context.variants.map((variant) => ({
      ...{ key: variant.key, label: variant.label },
      kind: variant.row.taskAwareOnly ? 'taskAware' : 'accuracy',
      runs: this.runsOf(variant).filter(({ manifest }) => seed === undefined || manifest.seed === seed),
    }));
  }

  private runsOf({ runs }: LiveVariant): LiveRun[] {
    const { seeds } = this.context.selection;
    return runs.filter(({ manifest: { seed } }) => seeds?.includes(seed) ?? true);
  }

  /** Those that there can be analyses of, as far as it is known what there is. */
  private analysable(): AnalysableRun[] {
    const chosen = this.chosenVariant();
    return this.context.variants
      .filter(({ key }) => chosen === undefined || key === chosen)
      .flatMap((variant) =>
        this.runsOf(variant).flatMap((run) => {
          const analyses = this.analyses?.of(run);
          const { id, seed } = run.manifest;
          return analyses ? [{ id, name: t('runName', { label: variant.label, seed: String(seed) }), analyses }] : [];
        }),
      );
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
      ${this.store?.refused || this.analyses?.refused ? this.refusal() : nothing}
      ${repeat(
        this.wantedGroups(),
        ({ group }) => group,
        (group) => this.group(group, task),
      )}
      ${this.tooMany()} ${this.silent()}
    </section>`;
  }

  private filters() {
    const groups = this.allGroups();
    return {
      // Of what is not there (any more) everything is shown.
      filter: {
        variant: this.chosenVariant(),
        group: groups.find(({ group }) => group === this.filter.group)?.group,
      },
      variants: this.shownVariants(),
      groups,
      onFilter: (filter: Filter) => {
        this.filter = filter;
        this.context.host.remember({ inside: filter });
      },
    };
  }

  /** Where nothing was analysed yet there is a place to say so. */
  private allGroups(): readonly PanelGroup[] {
    const hasPlace = this.groups.some(({ group }) => group === 'analysis') || this.analysable().length === 0;
    return hasPlace ? this.groups : inOrder([...this.groups, { group: 'analysis', panels: [] }]);
  }

  private wantedGroups(): readonly PanelGroup[] {
    const { group: wanted } = this.filters().filter;
    return this.allGroups()
      .filter(({ group }) => wanted === undefined || group === wanted)
      .map(({ group, panels }) => ({ group, panels: panels.filter(({ id }) => this.alone.shows(id)) }))
      .filter(
        ({ group, panels }) =>
          this.alone.id === undefined || panels.length > 0 || (group === 'network' && this.alone.shows(GROWTH)),
      );
  }

  /** Panels of one kind, under its name. */
  private group({ group, panels }: PanelGroup, task: number | undefined): TemplateResult {
    const heading = `inside-group-${group}`;
    return html`<section aria-labelledby=${heading} data-inside-group=${group}>
      <h2 id=${heading} class="group-title">${t(groupTitles[group])}</h2>
      ${group === 'analysis' ? this.analysisNote() : nothing}
      ${group === 'between' ? html`<p class="note group-note">${t('betweenNote')}</p>` : nothing}
      ${group === 'network' ? html`<p class="note group-note">${t('networkNote')}</p>` : nothing}
      <div class="inside-panels">
        ${group === 'network' ? this.growth(task) : nothing}
        ${repeat(
          panels.slice(0, MOST_PANELS),
          ({ id }) => id,
          (panel, i) =>
            panelCard(panel, {
              isFirst: panel.origin === undefined && panels.findIndex(({ kind }) => kind === panel.kind) === i,
              task,
              pick: (next) => this.context.select({ task: next }),
              picturesOf: (examples) => this.store?.picturesOf(examples),
              isOpen: this.open.has(panel.id),
              onToggle: (open) => (this.open = toggled(this.open, panel.id, open)),
              isWhole: this.whole.has(panel.id),
              onWhole: (whole) => (this.whole = toggled(this.whole, panel.id, whole)),
              seeds: this.seeds().length,
              ...{ alone: this.alone, host: this.context.host },
            }),
        )}
      </div>
    </section>`;
  }

  /** The networks that grow, of the method that one looks for or of all. */
  private growth(task: number | undefined) {
    if (!this.alone.shows(GROWTH)) return nothing;
    const chosen = this.chosenVariant();
    return growthCard(
      this.sized().filter(({ key }) => chosen === undefined || key === chosen),
      {
        task,
        pick: (next) => this.context.select({ task: next }),
        isOpen: this.open.has(GROWTH),
        onToggle: (open) => (this.open = toggled(this.open, GROWTH, open)),
        ...{ alone: this.alone, host: this.context.host },
      },
    );
  }

  private analysisNote() {
    const { host, view } = this.context;
    return analysisNote({
      runs: this.analysable(),
      chosen: this.analysed,
      onChoose: (run) => (this.analysed = run),
      onAnalyse: view.trusted && view.file !== undefined ? (run) => host.act('analyse', { run }) : undefined,
    });
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
      ${button({ name: 'insideAgain', label: t('insideAgain'), onClick: () => (this.store?.again(), this.analyses?.again()) })}
    </p>`;
  }

  /** Seeds with something to see. */
  private seeds(): number[] {
    const { variants } = this.context;
    const shown = variants.flatMap((variant) => this.runsOf(variant)).filter((run) => this.store?.toldBy(run)?.length);
    const seeds = shown.map(({ manifest }) => manifest.seed);
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

const ofAnalysis = (panel: Panel): Panel => ({ ...panel, id: `analysis ${panel.id}`, origin: 'analysis' });

/** What was shown when one looked last. */
const filterOf = ({ inside: { variant, group } = {} }: DashboardUiState): Filter => ({
  variant,
  group: groups.find((known) => known === group),
});

export const insideSection = (context: SectionContext): TemplateResult =>
  html`<lethe-inside .context=${context}></lethe-inside>`;
