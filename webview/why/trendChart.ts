import { html, svg, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { t } from '../strings';

/** A line of the chart: a value after each task, undefined or NaN where there is none. */
export interface Series {
  readonly name: string;
  /** Its marker, which tells it without colour. */
  readonly glyph: string;
  /** Which colour of the theme's charts it has. */
  readonly color: 'blue' | 'green' | 'purple' | 'red';
  readonly values: readonly number[];
}

const HEIGHT = 130;
const TOP = 8;
const PLOT = HEIGHT - TOP - 20;

/** Every which task has its name below, so that names do not touch where a chart is narrow. */
const namedEvery = (places: number, tasks: number): number => Math.ceil(places / (tasks < 100 ? 10 : 5));

/** Shares after each task. Places are percentages of the width, so that text keeps its size. */
export function trendChart(label: string, tasks: readonly number[], series: readonly Series[]): TemplateResult {
  const shown = series.filter(({ values }) => values.some(Number.isFinite));
  const every = namedEvery(tasks.length, (tasks.at(-1) ?? 0) + 1);
  return html`<ul class="legend trend-legend">
      ${shown.map(
        ({ name, glyph, color, values }) =>
          html`<li>
            <span class="glyph glyph-${color}" aria-hidden="true">${glyph}</span> ${name}
            <span class="quiet">${formatPercent(lastOf(values), 0)}</span>
          </li>`,
      )}
    </ul>
    <svg class="trend" role="img" width="100%" height=${HEIGHT} aria-label=${label}>
      ${[0, 0.5, 1].map((share) => svg`<line class="rule" x1=${xOf(0, 1, true)} x2="100%" y1=${yOf(share)} y2=${yOf(share)} /><text class="edge" x="0" y=${yOf(share) + 4}>${100 * share}</text>`)}
      ${tasks.map((task, i) => (i % every === 0 ? svg`<text class="edge" x=${xOf(i, tasks.length)} y=${HEIGHT - 4} text-anchor="middle">T${task + 1}</text>` : ''))}
      ${shown.map((one) => lineOf(one, tasks.length))}
    </svg>`;
}

const lastOf = (values: readonly number[]): number => values.findLast(Number.isFinite) ?? NaN;

/** @param edge the left end of the plot */
const xOf = (i: number, count: number, edge = false): string =>
  `${(edge ? 8 : count === 1 ? 53 : 13 + (84 * i) / (count - 1)).toFixed(2)}%`;
const yOf = (share: number): number => TOP + (1 - share) * PLOT;

function lineOf({ values, glyph, color }: Series, count: number): TemplateResult {
  const points = values.flatMap((value, i) => (Number.isFinite(value) ? [{ value, i }] : []));
  return svg`<g class="glyph-${color}">
    ${points.slice(1).map(({ value, i }, k) => {
      const before = points[k] ?? { value, i };
      return svg`<line x1=${xOf(before.i, count)} y1=${yOf(before.value)} x2=${xOf(i, count)} y2=${yOf(value)} />`;
    })}
    ${points.map(({ value, i }) => svg`<text class="glyph" x=${xOf(i, count)} y=${yOf(value) + 4} text-anchor="middle">${glyph}</text>`)}
  </g>`;
}

/** A step that was looked at: its place among all tasks, and its cosine with the gradient of the old ones. */
export interface StepPoint {
  /** 0 to 1 of the whole stream. */
  readonly at: number;
  readonly cosine: number;
}

const STRIP = 84;

/** Steps against the old tasks above the line, with them below it. */
export function stepStrip(label: string, tasks: number, points: readonly StepPoint[]): TemplateResult {
  const most = Math.max(0.1, ...points.map(({ cosine }) => Math.abs(cosine)));
  const middle = (STRIP - 18) / 2;
  const y = (cosine: number) => middle - (cosine / most) * (middle - 6);
  const x = (at: number) => `${(6 + 94 * at).toFixed(2)}%`;
  const every = namedEvery(tasks, tasks);
  const ruledEvery = tasks < 100 ? 1 : every;
  return html`<ul class="legend trend-legend">
      <li><span class="glyph glyph-red" aria-hidden="true">▲</span> ${t('stepsAgainst')}</li>
      <li><span class="glyph glyph-green" aria-hidden="true">▽</span> ${t('stepsAlong')}</li>
    </ul>
    <svg class="trend steps" role="img" width="100%" height=${STRIP} aria-label=${label}>
      <line class="rule" x1=${x(0)} x2="100%" y1=${middle} y2=${middle} />
      <text class="edge" x="0" y="12">${`+${most.toFixed(1)}`}</text>
      <text class="edge" x="0" y=${STRIP - 20}>${`−${most.toFixed(1)}`}</text>
      ${Array.from({ length: tasks }, (_, task) => svg`${task > 0 && task % ruledEvery === 0 ? svg`<line class="rule" x1=${x(task / tasks)} x2=${x(task / tasks)} y1="0" y2=${STRIP - 18} />` : ''}${task % every === 0 ? svg`<text class="edge" x=${x((task + 0.5) / tasks)} y=${STRIP - 3} text-anchor="middle">T${task + 1}</text>` : ''}`)}
      ${points.map(({ at, cosine }) => svg`<text class=${`glyph ${cosine > 0 ? 'glyph-red' : 'glyph-green'}`} x=${x(at)} y=${y(cosine) + 4} text-anchor="middle">${cosine > 0 ? '▲' : '▽'}</text>`)}
    </svg>`;
}
