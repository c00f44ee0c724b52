import { html, LitElement, nothing, type TemplateResult } from 'lit';
import { taskAt, type Curve, type Curves } from './curves';
import { list, t } from './strings';
import { isAfterPause, stepOf } from './timeline';
import { workWords } from './workWords';

/** Height of a row, in pixels; the style sheet has the same. */
const ROW = 20;
/** Rows beyond the edges of what is seen. */
const BEYOND = 10;

/**
 * The numbers of a chart, for those who do not see it and for those who want to read them. Only the rows that are seen are
 * there: it takes as long for ten thousand points as for a hundred.
 */
export class PointsTable extends LitElement {
  static override properties = {
    label: {},
    curves: { attribute: false },
    names: { attribute: false },
    top: { state: true },
    height: { state: true },
  };
  declare label: string;
  declare curves: Curves;
  /** What tasks are called, where they have names. */
  declare names: readonly string[];
  /** What is scrolled to, and how much is seen, in pixels. */
  declare top: number;
  declare height: number;
  private stop: (() => void) | undefined;

  constructor() {
    super();
    this.names = [];
    this.top = 0;
    this.height = 240;
  }

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override firstUpdated(): void {
    const region = this.querySelector('.twin');
    if (!region) return;
    const sizes = new ResizeObserver(() => (this.height = Math.max(240, region.clientHeight)));
    sizes.observe(region);
    this.stop = () => sizes.disconnect();
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.stop?.();
  }

  protected override render() {
    const { curves, label, names } = this;
    const { length } = curves.places;
    const first = Math.max(0, Math.min(length, Math.floor(this.top / ROW)) - BEYOND);
    const end = Math.min(length, Math.ceil((this.top + this.height) / ROW) + BEYOND);
    const rows = Array.from({ length: Math.max(0, end - first) }, (_, i) => first + i);
    const title = t('tableOfChart', { label });
    return html`<div
      class="scroll twin"
      role="region"
      tabindex="0"
      aria-label=${title}
      @scroll=${(event: Event) => (this.top = (event.target as HTMLElement).scrollTop)}
    >
      <table aria-rowcount=${length + 1}>
        <caption class="visually-hidden">
          ${title}
        </caption>
        <thead>
          <tr aria-rowindex="1">
            <th scope="col" class="number">${t('step')}</th>
            <th scope="col">${t('trainedTask')}</th>
            ${curves.tasks.map(
              ({ task }) =>
                html`<th scope="col" class="number" title=${names[task] ?? nothing}>
                  ${t('taskName', { n: task + 1 })}${names[task] === undefined ? nothing : html`<br />${names[task]}`}
                </th>`,
            )}
            ${curves.online ? html`<th scope="col" class="number">${t('online')}</th>` : nothing}
            ${
              curves.validation
                ? html`<th scope="col" class="number">${t('validation')}</th>
                    <th scope="col" class="number">${t('validationLoss')}</th>`
                : nothing
            }
          </tr>
        </thead>
        <tbody>
          ${spacer(first)} ${rows.map((i) => this.row(i))} ${spacer(length - end)}
        </tbody>
      </table>
    </div>`;
  }

  private row(i: number): TemplateResult {
    const { places, joint, stretches, tasks, online, validation } = this.curves;
    const place = places[i] ?? 0;
    const step = stepOf(place);
    return html`<tr class="point" aria-rowindex=${i + 2}>
      <th scope="row" class="number">${step}</th>
      <td>${joint ? t('allTasks') : t('taskName', { n: taskAt(stretches, place) + 1 })}${this.afterWords(place)}</td>
      ${tasks.map((curve) => cellOf(curve, i))} ${online ? cellOf(online, i) : nothing}
      ${validation ? html`${cellOf(validation.accuracy, i)} ${cellOf(validation.loss, i, lossText)}` : nothing}
    </tr>`;
  }

  private afterWords(place: number) {
    const pause = isAfterPause(place) ? this.curves.pauses.find(({ step }) => step === stepOf(place)) : undefined;
    return pause ? `, ${t('afterWork', { names: list(pause.names.map(workWords)) })}` : nothing;
  }
}
customElements.define('lethe-points', PointsTable);

const spacer = (rows: number) =>
  rows > 0 ? html`<tr aria-hidden="true" .style=${`height: ${rows * ROW}px`}></tr>` : nothing;

const percentText = (value: number): string => (100 * value).toFixed(1);
const lossText = (value: number): string => value.toPrecision(3);

function cellOf(curve: Curve, i: number, text = percentText): TemplateResult {
  const [mean = NaN, low = NaN, high = NaN] = [curve.mean[i], curve.low[i], curve.high[i]];
  if (Number.isNaN(mean)) return html`<td></td>`;
  return html`<td class="number">
    ${text(mean)}${low === high ? nothing : html`<span class="spread"> (${text(low)}–${text(high)})</span>`}
  </td>`;
}
