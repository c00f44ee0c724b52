import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import type { LandscapeResult } from '../../src/core/analyses/landscape';
import { drawnSlopes, type DrawnSlope } from '../../src/core/landscape/around';
import type { SurfaceMeasure } from '../../src/core/landscape/levels';
import { markOf } from '../../src/core/landscape/marks';
import { dashOf, TASK_STYLES } from '../../src/core/lineStyles';
import { formatAmount } from '../inside/numbers';
import { tickLines } from '../tickLines';
import { Width } from '../width';

/** In pixels: the chart, and what its numbers need. */
const [WIDEST, HEIGHT, LEFT, TOP, BOTTOM] = [760, 240, 40, 8, 20];

/** Loss or accuracy over the distance from several checkpoints, all on one scale. */
export class SlopeChart extends LitElement {
  static override properties = {
    result: { attribute: false },
    measure: {},
    shown: { attribute: false },
    label: {},
  };
  declare result: LandscapeResult;
  declare measure: SurfaceMeasure;
  /** 0 the old task, 1 the new one. */
  declare shown: readonly number[];
  /** What it shows, in a sentence. */
  declare label: string;
  private readonly width = new Width(this, WIDEST);

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { result, measure, shown } = this;
    const { pixels } = this.width;
    const [across, up] = [pixels - LEFT - 8, HEIGHT - TOP - BOTTOM];
    if (across <= 0) return html``;
    const { slopes, ticks, reach } = drawnSlopes(result, { measure, shown }, across, up);
    return html`<svg class="path-chart" width=${pixels} height=${HEIGHT} role="img" aria-label=${this.label}>
      <g transform="translate(${LEFT} ${TOP})">
        ${tickLines(ticks, across)}
        ${[0, 0.5, 1].map(
          (share) =>
            svg`<text class="tick" x=${share * across} y=${up + 15} text-anchor=${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}>${formatAmount(share * reach)}</text>`,
        )}
        ${slopes.map(slope)}
      </g>
    </svg>`;
  }
}
customElements.define('lethe-slope-chart', SlopeChart);

const slope = ({ of, which, line, place, marks }: DrawnSlope) =>
  svg`<g class="profile task-${of % TASK_STYLES}"><path class="line" d=${line} stroke-dasharray=${which === 0 ? nothing : dashOf(1).join(' ')} />${marks.map(({ x, y }) => svg`<path class="mark" d=${markOf(place, x, y, 3.5)} />`)}</g>`;
