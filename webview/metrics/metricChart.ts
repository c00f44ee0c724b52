import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { dashOf, TASK_STYLES } from '../../src/core/lineStyles';
import { formatAmount } from '../inside/numbers';
import { Width } from '../width';
import { list, t } from '../strings';
import { tickLines } from '../tickLines';
import { firstNotBelow } from '../timeline';
import { metricShapes, type MetricLine } from './metricShapes';

/** In pixels: the chart, and what its numbers need. */
const [WIDEST, HEIGHT, LEFT, TOP, BOTTOM] = [760, 220, 52, 8, 20];

/** One of the numbers of programs over training: a line for each variant, mean over seeds. */
export class MetricChart extends LitElement {
  static override properties = {
    lines: { attribute: false },
    label: {},
    /** The step that is pointed at. */
    step: { state: true },
  };
  declare lines: readonly MetricLine[];
  /** What it shows, in a sentence. */
  declare label: string;
  declare step: number | undefined;
  private readonly width = new Width(this, WIDEST);

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { pixels } = this.width;
    const [across, up] = [pixels - LEFT - 8, HEIGHT - TOP - BOTTOM];
    if (across <= 0) return html``;
    const { lines, ticks, switches, last } = metricShapes(this.lines, across, up);
    const step = this.step === undefined ? undefined : Math.min(last, this.step);
    const point = (event: MouseEvent) => {
      const { left } = (event.currentTarget as Element).getBoundingClientRect();
      this.step = Math.max(0, Math.round(((event.clientX - left - LEFT) / across) * last));
    };
    return html`<svg
        class="metric-chart"
        width=${pixels}
        height=${HEIGHT}
        role="img"
        aria-label=${this.label}
        @mousemove=${point}
        @mouseleave=${() => (this.step = undefined)}
      >
        <g transform="translate(${LEFT} ${TOP})">
          ${tickLines(ticks, across)}
          ${switches.map((x) => svg`<line class="switch" x1=${x} x2=${x} y1="0" y2=${up} />`)}
          ${[0, last].map(
            (at) =>
              svg`<text class="tick" x=${(at / last) * across} y=${up + 15} text-anchor=${at === 0 ? 'start' : 'end'}>${at === 0 ? '0' : t('cursorShort', { step: at })}</text>`,
          )}
          ${lines.map(
            ({ line, band }, k) =>
              svg`<g class="task-${k % TASK_STYLES}">${band === undefined ? nothing : svg`<path class="band" d=${band} />`}<path class="line" d=${line} stroke-dasharray=${dashOf(k).join(' ')} /></g>`,
          )}
          ${step === undefined ? nothing : svg`<line class="cursor" x1=${(step / last) * across} x2=${(step / last) * across} y1="0" y2=${up} />`}
        </g>
      </svg>
      <p class="readout" aria-hidden="true">${step === undefined ? nothing : this.readout(step)}</p>`;
  }

  /** The number that each line last had at a step. */
  private readout(step: number): string {
    const values = this.lines.flatMap(({ label, columns: { places, mean } }) => {
      const value = mean[firstNotBelow(places, step + 1) - 1];
      return value === undefined || Number.isNaN(value) ? [] : [`${label} ${formatAmount(value)}`];
    });
    return `${t('cursorShort', { step })}: ${list(values)}`;
  }
}
customElements.define('lethe-metric-chart', MetricChart);
