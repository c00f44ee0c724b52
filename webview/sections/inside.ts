import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { button } from '../controls';
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
  };
  declare context: SectionContext;
  /** Whose views are shown; the mean of all, where that has a meaning, when undefined. */
  declare seed: number | undefined;
  /** Panels whose numbers are shown. */
  declare open: ReadonlySet<string>;

  private store: InsideStore | undefined;
  private panels: readonly Panel[] = [];
  /** What the panels are made of. */
  private content = '';

  constructor() {
    super();
    this.open = new Set();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.store = new InsideStore(this.context.host, () => this.requestUpdate());
    this.content = '';
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.store?.dispose();
  }

  protected override willUpdate(): void {
    const variants = this.inspected();
    const content = JSON.stringify([
      this.seed,
      this.store?.version,
      variants.map(({ key, label, runs }) => [key, label, runs.map(({ seed, events }) => [seed, events.length])]),
    ]);
    if (content === this.content) return;
    this.content = content;
    this.panels = panelsOf(variants, this.seed);
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
    return html`<section class="inside" aria-labelledby="inside-title">
      <div class="section-head">
        <h2 id="inside-title">${t('insideTitle')}</h2>
        ${
          panels.length > 0
            ? html`<div class="tools">
                ${scrubber({ tasks, task: task ?? tasks.at(-1) ?? 0, names, onPick: (next) => select({ task: next }) })}
                ${this.seedChoice()}
              </div>`
            : nothing
        }
      </div>
      ${panels.length > 0 && this.seed === undefined && this.seeds().length > 1 ? html`<p class="aside">${t('insideMeanNote')}</p>` : nothing}
      ${panels.length === 0 ? html`<p class="empty">${t(this.isWaiting() ? 'insideWaiting' : 'insideEmpty')}</p>` : nothing}
      ${this.store?.refused ? this.refusal() : nothing}
      <div class="inside-panels">
        ${repeat(
          panels.slice(0, MOST_PANELS),
          ({ id }) => id,
          (panel, i) =>
            panelCard(panel, {
              isFirst: panels.findIndex(({ kind }) => kind === panel.kind) === i,
              task,
              pick: (next) => select({ task: next }),
              picturesOf: (examples) => this.store?.picturesOf(examples),
              isOpen: this.open.has(panel.id),
              onToggle: (open) => this.toggle(panel.id, open),
              seeds: this.seeds().length,
            }),
        )}
      </div>
      ${panels.length > MOST_PANELS ? html`<p class="aside">${t('insideMorePanels', { n: panels.length - MOST_PANELS })}</p>` : nothing}
      ${this.silent()}
    </section>`;
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
      <select @change=${(event: Event) => this.chooseSeed((event.target as HTMLSelectElement).value)}>
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

  private toggle(id: string, open: boolean): void {
    if (this.open.has(id) === open) return;
    this.open = new Set(open ? [...this.open, id] : [...this.open].filter((other) => other !== id));
  }

  /** Methods that went past a task without a word. */
  private silent() {
    const drawn = new Set(this.panels.flatMap(({ sequences }) => sequences.map(({ variant }) => variant)));
    const silent = this.context.variants.filter(
      ({ key, runs }) => !drawn.has(key) && runs.some(({ state }) => state.rows.length > 0),
    );
    if (silent.length === 0 || this.panels.length === 0) return nothing;
    return html`<p class="aside">${t('insideSilent', { labels: list(silent.map(({ label }) => label)) })}</p>`;
  }
}
customElements.define('lethe-inside', InsideSection);

export const insideSection = (context: SectionContext): TemplateResult =>
  html`<lethe-inside .context=${context}></lethe-inside>`;
