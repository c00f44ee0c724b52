import { html, LitElement, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { matrixColumns } from '../../src/core/grid';
import { placeAfter } from '../gridKeys';
import { t } from '../strings';

/** A task or a class: its number, what stands at the edge, and what it is called where it has a name. */
export interface TakenItem {
  readonly id: number;
  readonly short: string;
  readonly name?: string | undefined;
}

/** Two of them: examples of one that are taken for the other. */
export interface TakenPair {
  readonly of: number;
  readonly taken: number;
}

const EDGE = 30;

/**
 * What the examples of each task or class (row) are taken for (column), as a grid one walks through with the arrow keys. Enter, or a
 * click, picks a cell: the event `pick` has it.
 */
export class TakenMatrix extends LitElement {
  static override properties = {
    label: {},
    hint: {},
    shares: { attribute: false },
    items: { attribute: false },
    words: { attribute: false },
    picked: { attribute: false },
    active: { state: true },
    read: { state: true },
  };
  declare label: string;
  /** What stands below while nothing is read. */
  declare hint: string;
  /** Of each of the items a row; NaN where nothing was tested. */
  declare shares: readonly (readonly number[])[];
  declare items: readonly TakenItem[];
  /** What a cell says. */
  declare words: (of: TakenItem, taken: TakenItem, value: string) => string;
  declare picked: TakenPair | undefined;
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

  /** Places of the items that are shown: of very many some. */
  private places(): readonly number[] {
    return matrixColumns(this.items.length);
  }

  protected override render() {
    const places = this.places();
    const side = places.length > 8 ? 26 : 34;
    const extent = EDGE + places.length * side;
    return html`<svg
        role="grid"
        class="matrix taken"
        width=${extent}
        height=${extent}
        viewBox="0 0 ${extent} ${extent}"
        aria-label=${this.label}
        aria-rowcount=${places.length}
        aria-colcount=${places.length}
        @keydown=${(event: KeyboardEvent) => this.onKey(event)}
        @mouseleave=${() => (this.read = undefined)}
      >
        ${places.map((place, j) => this.edge(EDGE + (j + 0.5) * side, 15, this.items[place]))}
        ${places.map((place, i) => this.row(place, i, side))}
      </svg>
      <p class="readout named" aria-hidden="true">${this.read ? this.said(...this.read, false) : this.hint}</p>`;
  }

  private edge(x: number, y: number, item: TakenItem | undefined): TemplateResult {
    const { short = '', name } = item ?? {};
    return svg`<text class="edge" x=${x} y=${y} text-anchor="middle" aria-hidden="true">${short}${name === undefined ? '' : svg`<title>${name}</title>`}</text>`;
  }

  private row(place: number, i: number, side: number): TemplateResult {
    const y = EDGE + i * side;
    return svg`<g role="row">
      ${this.edge(EDGE / 2 - 5, y + side / 2 + 4, this.items[place])}
      ${this.places().map((_, j) => this.cell(i, j, EDGE + j * side, y, side))}
    </g>`;
  }

  private cell(i: number, j: number, x: number, y: number, side: number): TemplateResult {
    const share = this.shareAt(i, j);
    const isKnown = Number.isFinite(share);
    const { of, taken } = this.at(i, j);
    const isPicked = this.picked?.of === of && this.picked.taken === taken;
    const [a, b] = this.active;
    // Never so dark that the text on it is hard to read in any theme.
    const strength = isKnown ? 0.04 + 0.46 * share : 0.02;
    return svg`<g
      role="gridcell"
      class=${`cell ${of === taken ? 'own' : 'other'}${isPicked ? ' picked' : ''}`}
      data-at=${`${i},${j}`}
      tabindex=${a === i && b === j ? 0 : -1}
      aria-label=${this.said(i, j, true)}
      aria-selected=${isPicked}
      @focus=${() => ((this.active = [i, j]), (this.read = [i, j]))}
      @mouseenter=${() => (this.read = [i, j])}
      @click=${() => this.pick(i, j)}
    >
      <rect x=${x + 1} y=${y + 1} width=${side - 2} height=${side - 2} rx="2" fill-opacity=${strength.toFixed(2)} />
      <text x=${x + side / 2} y=${y + side / 2 + 4} text-anchor="middle">${isKnown ? (100 * share).toFixed(0) : ''}</text>
    </g>`;
  }

  private shareAt(i: number, j: number): number {
    const places = this.places();
    return this.shares[places[i] ?? -1]?.[places[j] ?? -1] ?? NaN;
  }

  private itemAt(k: number): TakenItem {
    return this.items[this.places()[k] ?? -1] ?? { id: 0, short: '' };
  }

  private at(i: number, j: number): TakenPair {
    return { of: this.itemAt(i).id, taken: this.itemAt(j).id };
  }

  /** @param spoken for screen readers: begins with the rounded number that the cell shows */
  private said(i: number, j: number, spoken: boolean): string {
    const share = this.shareAt(i, j);
    const exact = Number.isFinite(share) ? formatPercent(share) : t('notMeasured');
    const value = spoken && Number.isFinite(share) ? `${formatPercent(share, 0)} (${exact})` : exact;
    return this.words(this.itemAt(i), this.itemAt(j), value);
  }

  private pick(i: number, j: number): void {
    this.active = [i, j];
    this.dispatchEvent(new CustomEvent<TakenPair>('pick', { detail: this.at(i, j) }));
  }

  private onKey(event: KeyboardEvent): void {
    const [i, j] = this.active;
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.pick(i, j);
      return;
    }
    const place = placeAfter(event, this.active, this.places().length, this.places().length);
    if (!place) return;
    this.active = place;
    this.querySelector<SVGElement>(`[data-at="${place.join()}"]`)?.focus();
  }
}
customElements.define('lethe-taken', TakenMatrix);
