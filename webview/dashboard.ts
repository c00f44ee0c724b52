import { html, LitElement, nothing } from 'lit';
import { Announcer } from './announcer';
import { announcementsBetween } from './announcements';
import { button } from './controls';
import { columnTitles, comparisonTable } from './comparisonTable';
import { forgettingCards } from './forgettingCards';
import { header } from './header';
import type { Host } from './host';
import { emptyModel, type DashboardModel } from './liveRuns';
import { problemList } from './problemList';
import { streamStrip } from './streamStrip';
import { taskNames } from './taskClasses';
import { t } from './strings';
import { isColumn, nextSort, sortVariants, tableAsMarkdown, type Column, type Sort } from './tableModel';
import { overallProgress, variantsOf, type LiveVariant } from './variants';

/** The whole page. Draws what the model says, and nothing else. */
export class Dashboard extends LitElement {
  static override properties = {
    model: { attribute: false },
    lost: { type: Boolean },
    sort: { state: true },
    taskAware: { state: true },
    open: { state: true },
  };
  declare model: DashboardModel;
  /** The host has not been heard of for too long. */
  declare lost: boolean;
  declare host: Host;
  declare sort: Sort | undefined;
  declare taskAware: boolean;
  declare open: ReadonlySet<string>;

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
    this.taskAware = false;
    this.open = new Set();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    const { sort, taskAware } = this.host.ui;
    this.sort = sort && isColumn(sort.column) ? { column: sort.column, descending: sort.descending } : undefined;
    this.taskAware = taskAware ?? false;
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
    const { variants, host, names } = this;
    return html`<div class="visually-hidden" aria-live="polite" role="status"></div>
      ${this.lost ? html`<p class="lost" role="alert">${t('connectionLost')}</p>` : nothing}
      <main>
        ${
          view
            ? html`${header(view, variants, overallProgress(variants), host, () => this.copyTable())}
              ${streamStrip(view, variants, names)}
              ${comparisonTable(view, variants, this.sort, (column) => this.sortBy(column), host)} ${this.emptyState()}
              ${forgettingCards(variants, {
                names,
                taskAware: this.taskAware,
                onTaskAware: (on) => this.setTaskAware(on),
                open: this.open,
                onToggle: (key, open) => this.toggleTable(key, open),
              })}
              ${problemList(variants, view.trusted && view.file !== undefined, host)}`
            : html`<h1 class="visually-hidden">${t('title')}</h1>
                <p class="empty">${t('loading')}</p>`
        }
      </main>`;
  }

  private emptyState() {
    const { view } = this.model;
    if (!view || this.variants.some((variant) => variant.runs.length > 0)) return nothing;
    return html`<section class="empty">
      <h2>${t('emptyTitle')}</h2>
      <p>${view.trusted ? t('emptyText') : t('untrusted')}</p>
      ${
        view.file
          ? button({ name: 'openFile', label: t('openFile'), onClick: () => this.host.act('openFile') })
          : nothing
      }
    </section>`;
  }

  private sortBy(column: Column): void {
    this.sort = nextSort(this.sort, column);
    this.host.remember({ sort: this.sort });
  }

  private setTaskAware(on: boolean): void {
    this.taskAware = on;
    this.host.remember({ taskAware: on });
  }

  private toggleTable(key: string, open: boolean): void {
    if (this.open.has(key) === open) return;
    this.open = new Set(open ? [...this.open, key] : [...this.open].filter((other) => other !== key));
  }

  private copyTable(): void {
    const sorted = sortVariants(this.variants, this.sort);
    this.host.act('copyTable', { text: tableAsMarkdown(sorted, columnTitles(), (variant) => variant.label) });
  }
}
customElements.define('lethe-dashboard', Dashboard);
