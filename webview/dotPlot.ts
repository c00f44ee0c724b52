import { html, nothing, svg, type TemplateResult } from 'lit';
import type { Summary } from '../src/core/statistics';

export interface Dots {
  readonly summary: Summary;
  /** Of each seed. */
  readonly seeds: readonly number[];
  /** Values of the bounds. */
  readonly bounds: readonly number[];
  /** Does not compare with the others. */
  readonly isAside: boolean;
}

const at = (fraction: number): string => `${(100 * Math.min(1, Math.max(0, fraction))).toFixed(2)}%`;

/** Mean, 95 % interval, single seeds and bounds on an axis from 0 to 100 %. The number stands in the cell beside. */
export function dotPlot({ summary, seeds, bounds, isAside }: Dots): TemplateResult {
  const { mean, ci95 } = summary;
  const hasMean = Number.isFinite(mean);
  return html`<svg class="dot-plot ${isAside ? 'dim' : ''}" aria-hidden="true">
    ${[0, 0.5, 1].map((value) => svg`<line class="grid" x1=${at(value)} x2=${at(value)} y1="0" y2="100%" />`)}
    ${bounds.map((value) => svg`<line class="bound" x1=${at(value)} x2=${at(value)} y1="0" y2="100%" />`)}
    ${hasMean && Number.isFinite(ci95) ? svg`<line class="interval" x1=${at(mean - ci95)} x2=${at(mean + ci95)} y1="50%" y2="50%" />` : nothing}
    ${hasMean ? svg`<svg class="at-mean" x=${at(mean)} y="50%"><line class="mean" y1="-9" y2="9" /></svg>` : nothing}
    ${seeds.map((value) => svg`<circle class="seed" cx=${at(value)} cy="50%" r="2.5" />`)}
  </svg>`;
}

/** Those at the ends stay within the column: beside it are the titles of others. */
const ticks = [
  { value: 0, anchor: 'start' },
  { value: 50, anchor: 'middle' },
  { value: 100, anchor: 'end' },
];

/** The axis, for the head of the column. */
export const dotAxis = (): TemplateResult =>
  html`<svg class="plot-axis" aria-hidden="true">
    ${ticks.map(({ value, anchor }) => svg`<text x=${`${value}%`} y="11" text-anchor=${anchor}>${value}</text>`)}
  </svg>`;
