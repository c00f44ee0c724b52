import { html, LitElement, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../src/core/format';
import type { Matrix, MatrixCell } from './curves';
import { placeAfter } from './gridKeys';
import { pointsText } from './pinned';
import { listOfLists, t } from './strings';
import { numberAndName } from './taskClasses';

/** Room for the names of tasks: "T10", "T1000". */
const EDGE = 26;
const WIDE_EDGE = 38;

/** A cell, by the tasks that it is of: the row's, after which was measured, and the column's. */
export interface MatrixPlace {
  readonly task: number;
  readonly of: number;
}

/** What the cells are compared with. */
export interface PinnedMatrix {
  readonly label: string;
  readonly matrix: Matrix;
}

/** The accuracy matrix of one variant as a grid one walks through with the arrow keys. */
export class AccuracyMatrix extends LitElement {
  static override properties = {
    label: {},
    matrix: { attribute: false },
    pinned: { attribute: false },
    names: { attribute: false },
    joint: { type: Boolean },
    task: { attribute: false },
    active: { state: true },
    read: { state: true },
  };
  declare label: string;
  declare matrix: Matrix;
  /** That of the variant that this one is compared with. */
  declare pinned: PinnedMatrix | undefined;
  /** What tasks are called, where they have names. */
  declare names: readonly string[];
  declare joint: boolean;
  /** The task after which one looks: its row is marked. */
  declare task: number | undefined;
  /** The cell that Tab leads to. */
  declare active: readonly [number, number];
  /** The cell whose value stands below the grid. */
  declare read: readonly [number, number] | undefined;

  constructor() {
    super();
    this.active = [0, 0];
    this.names = [];
    // Not on the SVG: Chromium makes an SVG with a listener for focus a stop of its own.
    this.addEventListener('focusout', () => (this.read = undefined));
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render() {
    const { cells, tasks } = this.matrix;
    const { columns } = this.size();
    const rows = cells.length;
    if (rows === 0) return html``;
    const side = columns > 8 ? 26 : 32;
    const edge = this.edge();
    // Names of four letters are as wide as a column.
    const every = edge === WIDE_EDGE && !this.joint ? 2 : 1;
    const [width, height] = [edge + columns * side, EDGE + Math.max(rows, this.joint ? 1 : columns) * side];
    return html`<svg
        role="grid"
        class="matrix"
        width=${width}
        height=${height}
        viewBox="0 0 ${width} ${height}"
        aria-label=${t('matrixLabel', { label: this.label })}
        aria-rowcount=${rows}
        aria-colcount=${columns}
        @keydown=${(event: KeyboardEvent) => this.onKey(event)}
        @mouseleave=${() => (this.read = undefined)}
      >
        ${tasks.map((task, j) => edgeLabel(edge + (j + 0.5) * side, 13, j % every === 0 ? `T${task + 1}` : '', this.names[task]))}
        ${cells.map((row, i) => this.row(row, i, side))}
      </svg>
      <p class=${this.names.length > 0 ? 'readout named' : 'readout'} aria-hidden="true">${this.readout()}</p>`;
  }

  private size() {
    return { columns: this.matrix.cells[0]?.length ?? 0 };
  }

  private edge(): number {
    const { learned, tasks } = this.matrix;
    if (this.joint) return WIDE_EDGE;
    return Math.max(learned.at(-1) ?? 0, tasks.at(-1) ?? 0) >= 99 ? WIDE_EDGE : EDGE;
  }

  private row(row: Matrix['cells'][number], i: number, side: number): TemplateResult {
    const y = EDGE + i * side;
    const learned = this.matrix.learned[i] ?? i;
    return svg`<g role="row">
      ${edgeLabel(this.edge() / 2 - 3, y + side / 2 + 4, this.rowName(i), this.joint ? undefined : this.names[learned])}
      ${learned === this.task ? svg`<rect class="looked-at" x=${this.edge()} y=${y} width=${row.length * side} height=${side} />` : ''}
      ${row.map((cell, j) => this.cell(cell ?? undefined, i, j, this.edge() + j * side, y, side))}
    </g>`;
  }

  /** Of all tasks at once the rows are of equal shares of the training. */
  private rowName(i: number): string {
    const { learned } = this.matrix;
    const last = (learned.at(-1) ?? 0) + 1;
    if (!this.joint) return `T${(learned[i] ?? i) + 1}`;
    return learned.length === 1
      ? ''
      : `${Math.round((100 * ((learned[i] ?? i) + 1)) / Math.max(last, this.matrix.tasks.length))}%`;
  }

  private cell(cell: MatrixCell | undefined, i: number, j: number, x: number, y: number, side: number): TemplateResult {
    const { learned, tasks } = this.matrix;
    const later = !this.joint && (tasks[j] ?? j) > (learned[i] ?? i);
    const [a, b] = this.active;
    // Never so dark that the text on it is hard to read in any theme.
    const strength = cell && !later ? 0.04 + 0.46 * cell.mean : 0.03;
    const text = cell ? (100 * cell.mean).toFixed(0) : '';
    return svg`<g
      role="gridcell"
      class=${later ? 'cell later' : 'cell'}
      data-at=${`${i},${j}`}
      tabindex=${a === i && b === j ? 0 : -1}
      aria-label=${this.words(i, j, true)}
      @focus=${() => ((this.active = [i, j]), (this.read = [i, j]))}
      @mouseenter=${() => (this.read = [i, j])}
      @click=${() => this.choose(i, j)}
    >
      <rect x=${x + 1} y=${y + 1} width=${side - 2} height=${side - 2} rx="2" fill-opacity=${strength.toFixed(2)} />
      <text x=${x + side / 2} y=${y + side / 2 + 4} text-anchor="middle">${text}</text>
    </g>`;
  }

  /** @param spoken for screen readers: begins with the rounded number that the cell shows */
  private words(i: number, j: number, spoken: boolean): string {
    const { cells, learned, tasks } = this.matrix;
    const cell = cells[i]?.[j];
    const own = cell ? cellWords(cell, spoken) : t(cell === null ? 'notMeasured' : 'notDefined');
    const value = cell ? listOfLists([own, ...this.differenceWords(cell, i, j)]) : own;
    const row = numberAndName(learned[i] ?? i, this.names);
    const column = numberAndName(tasks[j] ?? j, this.names);
    if (!this.joint) return t('matrixCell', { row, column, value });
    const share = this.rowName(i);
    return share === '' ? t('matrixCellJoint', { column, value }) : t('matrixCellShare', { share, column, value });
  }

  /** How much more that is than the one that is compared with has there. */
  private differenceWords({ mean }: MatrixCell, i: number, j: number): string[] {
    const { learned, tasks } = this.matrix;
    const { label, matrix } = this.pinned ?? {};
    const other = matrix?.cells[matrix.learned.indexOf(learned[i] ?? i)]?.[matrix.tasks.indexOf(tasks[j] ?? j)];
    if (!other || label === undefined) return [];
    return [t('differenceFrom', { label, points: pointsText(mean - other.mean) })];
  }

  private readout() {
    if (this.read) return this.words(...this.read, false);
    return t(this.joint ? 'matrixHintJoint' : 'matrixHint');
  }

  /** Tells that one wants to look closer at what a task was after another. */
  private choose(i: number, j: number): void {
    const { learned, tasks } = this.matrix;
    const detail: MatrixPlace = { task: learned[i] ?? i, of: tasks[j] ?? j };
    this.dispatchEvent(new CustomEvent('choose', { detail }));
  }

  private onKey(event: KeyboardEvent): void {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.choose(...this.active);
      return;
    }
    const place = placeAfter(event, this.active, this.matrix.cells.length, this.size().columns);
    if (!place) return;
    this.active = place;
    this.querySelector<SVGElement>(`[data-at="${place.join()}"]`)?.focus();
  }
}
customElements.define('lethe-matrix', AccuracyMatrix);

function cellWords({ mean, low, high, seeds }: MatrixCell, spoken: boolean): string {
  const range = seeds > 1 ? [t('range', { low: formatPercent(low), high: formatPercent(high) })] : [];
  const exact = [formatPercent(mean), ...range];
  return spoken ? `${formatPercent(mean, 0)} (${listOfLists(exact)})` : listOfLists(exact);
}

/** @param name what the task is called, for a tooltip */
const edgeLabel = (x: number, y: number, text: string, name: string | undefined): TemplateResult =>
  svg`<text class="edge" x=${x} y=${y} text-anchor="middle" aria-hidden="true">${text}${name === undefined ? '' : svg`<title>${name}</title>`}</text>`;
