import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { NOT_DEFINED } from '../../src/core/format';
import { dashOf, TASK_STYLES } from '../../src/core/lineStyles';
import { oneLine } from '../../src/core/visibleText';
import { ColumnStore } from '../columnStore';
import type { Table } from '../inside/drawn';
import { formatAmount } from '../inside/numbers';
import { tableTwin } from '../inside/tableTwin';
import type { Alone } from '../panel/alone';
import { csvText, type Cell } from '../panel/csv';
import { panelMenu } from '../panel/panelMenu';
import type { SectionContext } from '../sections/section';
import { t } from '../strings';
import { toggled } from '../toggled';
import type { LiveVariant } from '../variants';
import './metricChart';
import type { MetricLine } from './metricShapes';

/** Points of a line that are asked for: more than there are pixels. */
const POINTS = 1000;

/** The numbers that programs tell beside their accuracies: each is asked for and drawn when somebody opens it. */
class OwnNumbers extends LitElement {
  static override properties = {
    context: { attribute: false },
    alone: { attribute: false },
    only: {},
    open: { state: true },
    tables: { state: true },
  };
  declare context: SectionContext;
  /** Of the section. */
  declare alone: Alone;
  /** The panel that has all the room, where one has. */
  declare only: string | undefined;
  /** Names whose chart is open, and those whose numbers are. */
  declare open: ReadonlySet<string>;
  declare tables: ReadonlySet<string>;

  private store: ColumnStore<'metric'> | undefined;

  constructor() {
    super();
    this.open = new Set();
    this.tables = new Set();
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.store = new ColumnStore('metric', this.context.host, () => this.requestUpdate());
  }

  protected override render() {
    const names = metricNames(this.context.variants);
    if (names.length === 0) return nothing;
    return html`<section class="own-numbers" aria-labelledby="own-numbers-title">
      <h2 id="own-numbers-title">${t('ownNumbersTitle')}</h2>
      <p class="note">${t('ownNumbersHow')}</p>
      ${names.filter((name) => this.only === undefined || this.only === panelId(name)).map((name) => this.panel(name))}
    </section>`;
  }

  private panel(name: string): TemplateResult {
    const isOpen = this.open.has(name);
    const toggle = (event: Event) => {
      // Of the numbers below it, too, the event comes by.
      if (event.target !== event.currentTarget) return;
      this.open = toggled(this.open, name, (event.target as HTMLDetailsElement).open);
    };
    return html`<details class="card own-number" data-panel-root=${panelId(name)} ?open=${isOpen} @toggle=${toggle}>
      <summary>${oneLine(name)}</summary>
      ${isOpen ? this.body(name) : nothing}
    </details>`;
  }

  private body(name: string): TemplateResult {
    const lines = this.linesOf(name);
    if (lines.length === 0) return html`<p class="aside">${t('ownNumbersWaiting')}</p>`;
    const title = oneLine(name);
    const toggle = (event: Event) =>
      (this.tables = toggled(this.tables, name, (event.target as HTMLDetailsElement).open));
    return html`<div class="card-head">
        ${legend(lines)}
        ${panelMenu({
          ...{ id: panelId(name), title, alone: this.alone, host: this.context.host },
          data: () => csvOf(name, lines),
        })}
      </div>
      <lethe-metric-chart .lines=${lines} .label=${t('ownNumberLabel', { name: title })}></lethe-metric-chart>
      <details ?open=${this.tables.has(name)} @toggle=${toggle}>
        <summary>${t('showTable')}<span class="visually-hidden">${t('afterColon', { title: title })}</span></summary>
        ${this.tables.has(name) ? tableTwin(tableOf(lines), title) : nothing}
      </details>`;
  }

  /** Of the variants that tell it, as far as they have come. */
  private linesOf(name: string): MetricLine[] {
    return this.context.variants.flatMap(({ key, label, runs }) => {
      const telling = runs.filter(({ state }) => state.metricNames.includes(name));
      if (telling.length === 0) return [];
      const columns = this.store?.columns(`${name} ${key}`, telling, { name, points: POINTS });
      return columns ? [{ label: oneLine(label), columns }] : [];
    });
  }
}
customElements.define('lethe-own-numbers', OwnNumbers);

export const ownNumbers = (context: SectionContext, alone: Alone): TemplateResult =>
  html`<lethe-own-numbers .context=${context} .alone=${alone} .only=${alone.id}></lethe-own-numbers>`;

const metricNames = (variants: readonly LiveVariant[]): string[] => [
  ...new Set(variants.flatMap(({ runs }) => runs.flatMap(({ state }) => state.metricNames))),
];

const PANEL = 'metric ';
const panelId = (name: string): string => `${PANEL}${name}`;

/** Whether a panel is one of these. */
export const isOwnNumber = (panel: string | undefined): boolean => panel?.startsWith(PANEL) === true;

const legend = (lines: readonly MetricLine[]): TemplateResult =>
  html`<ul class="legend">
    ${lines.map(
      ({ label }, k) =>
        html`<li>
          <svg width="28" height="8" aria-hidden="true">
            ${svg`<line class="task-${k % TASK_STYLES}" x1="0" y1="4" x2="28" y2="4" stroke-dasharray=${dashOf(k).join(' ')} />`}
          </svg>
          ${label}
        </li>`,
    )}
  </ul>`;

/** A row for each step at which some line has a number. */
function tableOf(lines: readonly MetricLine[]): Table {
  const steps = [...new Set(lines.flatMap(({ columns }) => Array.from(columns.places)))].sort((a, b) => a - b);
  const values = lines.map(
    ({ columns: { places, mean } }) => new Map(Array.from(places, (place, i) => [place, mean[i]])),
  );
  return {
    head: [t('ownNumbersStep'), ...lines.map(({ label }) => label)],
    rows: steps.map((step) => [
      String(step),
      ...values.map((of) => (of.has(step) ? formatAmount(of.get(step)) : NOT_DEFINED)),
    ]),
  };
}

const csvOf = (name: string, lines: readonly MetricLine[]): string =>
  csvText(
    ['method', 'step', name, 'least', 'most'],
    lines.flatMap(({ label, columns: { places, mean, low, high } }) =>
      Array.from(places, (place, i): Cell[] => [label, place, mean[i], low[i], high[i]]),
    ),
  );
