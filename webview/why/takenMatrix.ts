import { html, LitElement, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { matrixColumns } from '../../src/core/grid';
import { placeAfter } from '../gridKeys';
import { t } from '../strings';
import { numberAndName } from '../taskClasses';

/** A cell: examples of a task that are taken for another. */
export interface TakenCell {
  readonly task: number;
  readonly taken: number;
}

const EDGE = 30;

/**
 * What the examples of each task (row) are taken for (column), as a grid one walks through with the arrow keys. Enter, or a
 * click, picks a cell: the event `pick` has it.
 */
export class TakenMatrix extends LitElement {
  static override properties = {
    label: {},
    taken: { attribute: false },
    learned: { type: Number },
    names: { attribute: false },
    picked: { attribute: false },
    active: { state: true },
    read: { state: true },
  };
  declare label: string;
  /** Shares; NaN where a task was not tested. */
  declare taken: readonly (readonly number[])[];
  /** The newest task. */
  declare learned: number;
  declare names: readonly string[];
  declare picked: TakenCell | undefined;
  /** Place of the cell that Tab leads to. */
  declare active: readonly [number, number];
  declare read: readonly [number, number] | undefined;

  constructor() {
    super();
    this.active = [0, 0];
    this.addEventListener('focusout', () => (this.read = undefined));
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  /** The tasks that are shown, of a long stream some of them. */
  private tasks(): readonly number[] {
    return matrixColumns(this.taken.length).filter((task) => task <= this.learned);
  }

  protected override render() {
    const tasks = this.tasks();
    const side = tasks.length > 8 ? 26 : 34;
    const extent = EDGE + tasks.length * side;
    return html`<svg
        role="grid"
        class="matrix taken"
        width=${extent}
        height=${extent}
        viewBox="0 0 ${extent} ${extent}"
        aria-label=${this.label}
        aria-rowcount=${tasks.length}
        aria-colcount=${tasks.length}
        @keydown=${(event: KeyboardEvent) => this.onKey(event)}
        @mouseleave=${() => (this.read = undefined)}
      >
        ${tasks.map((task, j) => this.edge(EDGE + (j + 0.5) * side, 15, task))}
        ${tasks.map((task, i) => this.row(task, i, side))}
      </svg>
      <p class="readout named" aria-hidden="true">${this.read ? this.words(...this.read) : t('takenHint')}</p>`;
  }

  private edge(x: number, y: number, task: number): TemplateResult {
    const name = this.names[task];
    return svg`<text class="edge" x=${x} y=${y} text-anchor="middle" aria-hidden="true">T${task + 1}${name === undefined ? '' : svg`<title>${name}</title>`}</text>`;
  }

  private row(task: number, i: number, side: number): TemplateResult {
    const y = EDGE + i * side;
    return svg`<g role="row">
      ${this.edge(EDGE / 2 - 5, y + side / 2 + 4, task)}
      ${this.tasks().map((_, j) => this.cell(i, j, EDGE + j * side, y, side))}
    </g>`;
  }

  private cell(i: number, j: number, x: number, y: number, side: number): TemplateResult {
    const { task, taken } = this.at(i, j);
    const share = this.taken[task]?.[taken] ?? NaN;
    const isKnown = Number.isFinite(share);
    const isPicked = this.picked?.task === task && this.picked.taken === taken;
    const [a, b] = this.active;
    // Never so dark that the text on it is hard to read in any theme.
    const strength = isKnown ? 0.04 + 0.46 * share : 0.02;
    return svg`<g
      role="gridcell"
      class=${`cell ${task === taken ? 'own' : 'other'}${isPicked ? ' picked' : ''}`}
      data-at=${`${i},${j}`}
      tabindex=${a === i && b === j ? 0 : -1}
      aria-label=${this.words(i, j)}
      aria-selected=${isPicked}
      @focus=${() => ((this.active = [i, j]), (this.read = [i, j]))}
      @mouseenter=${() => (this.read = [i, j])}
      @click=${() => this.pick(i, j)}
    >
      <rect x=${x + 1} y=${y + 1} width=${side - 2} height=${side - 2} rx="2" fill-opacity=${strength.toFixed(2)} />
      <text x=${x + side / 2} y=${y + side / 2 + 4} text-anchor="middle">${isKnown ? (100 * share).toFixed(0) : ''}</text>
    </g>`;
  }

  private at(i: number, j: number): TakenCell {
    const tasks = this.tasks();
    return { task: tasks[i] ?? 0, taken: tasks[j] ?? 0 };
  }

  private words(i: number, j: number): string {
    const { task, taken } = this.at(i, j);
    const share = this.taken[task]?.[taken] ?? NaN;
    return t('takenCell', {
      task: numberAndName(task, this.names),
      taken: numberAndName(taken, this.names),
      value: Number.isFinite(share) ? formatPercent(share) : t('notMeasured'),
    });
  }

  private pick(i: number, j: number): void {
    this.active = [i, j];
    this.dispatchEvent(new CustomEvent<TakenCell>('pick', { detail: this.at(i, j) }));
  }

  private onKey(event: KeyboardEvent): void {
    const [i, j] = this.active;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.pick(i, j);
      return;
    }
    const place = placeAfter(event, this.active, this.tasks().length, this.tasks().length);
    if (!place) return;
    this.active = place;
    this.querySelector<SVGElement>(`[data-at="${place.join()}"]`)?.focus();
  }
}
customElements.define('lethe-taken', TakenMatrix);
