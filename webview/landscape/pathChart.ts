import { html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import type { PathResult } from '../../src/core/analyses/path';
import { profilesOf, type DrawnProfile } from '../../src/core/landscape/profiles';
import { TASK_STYLES } from '../../src/core/lineStyles';
import { tickLines } from '../tickLines';
import { Width } from '../width';

/** In pixels: the chart, and what its numbers need. */
const [WIDEST, HEIGHT, LEFT, TOP, BOTTOM] = [760, 240, 40, 8, 20];

/** The loss of tasks on the ways between two checkpoints, with their barriers. */
export class PathChart extends LitElement {
  static override properties = { result: { attribute: false }, label: {} };
  declare result: PathResult;
  /** What it shows, in a sentence. */
  declare label: string;
  private readonly width = new Width(this, WIDEST);

  protected override createRenderRoot(): HTMLElement {
    return this;
  }

  protected override render(): TemplateResult {
    const { pixels } = this.width;
    const [across, up] = [pixels - LEFT - 8, HEIGHT - TOP - BOTTOM];
    if (across <= 0) return html``;
    const { profiles, ticks } = profilesOf(this.result, across, up);
    return html`<svg class="path-chart" width=${pixels} height=${HEIGHT} role="img" aria-label=${this.label}>
      <g transform="translate(${LEFT} ${TOP})">
        ${tickLines(ticks, across)}
        ${[0, 0.5, 1].map(
          (share) =>
            svg`<text class="tick" x=${share * across} y=${up + 15} text-anchor=${share === 0 ? 'start' : share === 1 ? 'end' : 'middle'}>${share}</text>`,
        )}
        ${profiles.map(profile)}
      </g>
    </svg>`;
  }
}
customElements.define('lethe-path-chart', PathChart);

export const WAY_DASH = { line: '5 4', bezier: nothing, polygon: nothing } as const;

const profile = ({ way, of, line, barrier }: DrawnProfile) =>
  svg`<g class="profile task-${of % TASK_STYLES}"><path class="line" d=${line} stroke-dasharray=${WAY_DASH[way]} />${
    barrier
      ? svg`<line class="barrier" x1=${barrier.x} x2=${barrier.x} y1=${barrier.low} y2=${barrier.high} /><circle cx=${barrier.x} cy=${barrier.high} r="3" />`
      : nothing
  }</g>`;
