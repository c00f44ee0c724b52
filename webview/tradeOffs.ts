import { html, nothing, svg, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { formatPercent } from '../src/core/format';
import type { SectionContext } from './sections/section';
import { listOfLists, t } from './strings';
import type { LiveVariant } from './variants';
import { valueText } from './words';

/** Size of a chart and what its axes take of it, in its own units. */
const SIZE = { width: 270, height: 176, left: 28, right: 10, top: 10, bottom: 30 };
const PLOT = {
  width: SIZE.width - SIZE.left - SIZE.right,
  height: SIZE.height - SIZE.top - SIZE.bottom,
};

/** Of old tasks, in bytes; time of a run; and all that stays in the end, the network too, in bytes. */
const costs = ['memoryBytes', 'size', 'seconds'] as const;
type Cost = (typeof costs)[number];
/** A parameter takes four bytes. */
const PER_PARAMETER = 4;

interface Point {
  readonly variant: LiveVariant;
  readonly cost: number;
  readonly accuracy: number;
  /** A bound, or told the task: beside the remedies that compare. */
  readonly isAside: boolean;
}

/** What accuracy costs: in memory, in size where networks differ in theirs, and in time; a point for each variant with results. */
export const tradeOffs = ({ variants, selection }: SectionContext) =>
  guard([selection.variant, ...variants.map(({ row }) => row)], () => charts(variants, selection.variant));

function charts(variants: readonly LiveVariant[], focused: string | undefined): TemplateResult | typeof nothing {
  const sizes = new Set(variants.map(({ row }) => row.measures.parameters.mean).filter(Number.isFinite));
  const drawn = costs.flatMap((cost) => {
    if (cost === 'size' && sizes.size < 2) return [];
    const points = variants.flatMap((variant) => pointOf(variant, cost));
    return points.length < 2 || points.every((point) => point.cost === 0) ? [] : [chart(cost, points, focused)];
  });
  return drawn.length === 0 ? nothing : html`<div class="trade-offs">${drawn}</div>`;
}

function pointOf(variant: LiveVariant, cost: Cost): Point[] {
  const { measures, taskAwareOnly, bound } = variant.row;
  const accuracy = measures[taskAwareOnly === undefined ? 'accuracy' : 'taskAwareAccuracy'].mean;
  const value = costOf(measures, cost);
  if (!Number.isFinite(accuracy) || !Number.isFinite(value)) return [];
  return [{ variant, cost: value, accuracy, isAside: taskAwareOnly !== undefined || bound !== undefined }];
}

function costOf({ memoryBytes, parameters, seconds }: LiveVariant['row']['measures'], cost: Cost): number {
  if (cost === 'seconds') return seconds.median;
  return cost === 'memoryBytes' ? memoryBytes.mean : memoryBytes.mean + PER_PARAMETER * parameters.mean;
}

const titles = { memoryBytes: 'memoryAccuracy', size: 'sizeAccuracy', seconds: 'timeAccuracy' } as const;
const costText = (cost: Cost, value: number): string =>
  valueText(cost === 'seconds' ? 'seconds' : 'memoryBytes', value);

function chart(cost: Cost, points: readonly Point[], focused: string | undefined): TemplateResult {
  const title = t(titles[cost]);
  const scale = costScale(points.map((point) => point.cost));
  const y = (accuracy: number) => SIZE.top + PLOT.height * (1 - accuracy);
  const placed = withLabels(
    points.map((point) => ({ ...point, x: SIZE.left + PLOT.width * scale.at(point.cost), y: y(point.accuracy) })),
    ({ variant }) => variant.label,
  );
  const said = points.map(
    ({ variant, accuracy, cost: value }) => `${variant.label} ${formatPercent(accuracy)}, ${costText(cost, value)}`,
  );
  return html`<figure class="trade-off" data-chart=${cost}>
    <figcaption>${title}</figcaption>
    <svg viewBox="0 0 ${SIZE.width} ${SIZE.height}" role="img" aria-label="${title}: ${listOfLists(said)}">
      ${[0, 0.5, 1].map(
        (value) =>
          svg`<line class="grid" x1=${SIZE.left} x2=${SIZE.left + PLOT.width} y1=${y(value)} y2=${y(value)} /><text x=${SIZE.left - 4} y=${y(value) + 3.5} text-anchor="end">${100 * value}</text>`,
      )}
      ${scale.ticks.map((value) => {
        const x = SIZE.left + PLOT.width * scale.at(value);
        const anchor = x > SIZE.width - 40 ? 'end' : 'middle';
        return svg`<line class="grid" x1=${x} x2=${x} y1=${y(1)} y2=${y(0)} /><text x=${anchor === 'end' ? SIZE.width - 2 : x} y=${y(0) + 13} text-anchor=${anchor}>${value === 0 ? 0 : costText(cost, value)}</text>`;
      })}
      ${placed.map(
        ({ variant, x, y: at, isAside, label }) =>
          svg`<g class="${isAside ? 'dim' : ''} ${variant.key === focused ? 'focused' : ''}">
            ${Math.abs(label.y - at) > 4 ? svg`<line class="lead" x1=${x} y1=${at} x2=${label.x} y2=${label.y - 3} />` : nothing}
            <circle cx=${x} cy=${at} r="4" />
            <text class="name" x=${label.x} y=${label.y} text-anchor=${label.anchor}>${variant.label}</text>
          </g>`,
      )}
    </svg>
  </figure>`;
}

interface Label {
  readonly x: number;
  readonly y: number;
  readonly anchor: 'start' | 'middle' | 'end';
}

interface Box {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Width of a letter and height of a line, about, in units of the chart. */
const LETTER = 5.6;
const LINE = 10;

const overlap = (a: Box, b: Box): boolean =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;

function boxOf({ x, y, anchor }: Label, text: string): Box {
  const width = LETTER * text.length;
  const left = anchor === 'start' ? x : anchor === 'end' ? x - width : x - width / 2;
  return { left, right: left + width, top: y - LINE + 1, bottom: y + 2 };
}

/** Labels beside their points: each at the first of some places where it lies on nothing else. */
export function withLabels<T extends { readonly x: number; readonly y: number }>(
  points: readonly T[],
  textOf: (point: T) => string,
): (T & { label: Label })[] {
  const taken: Box[] = points.map(({ x, y }) => ({ left: x - 4, right: x + 4, top: y - 4, bottom: y + 4 }));
  return points.map((point) => {
    const text = textOf(point);
    const places = placesAround(point);
    const isFree = (label: Label) => {
      const box = boxOf(label, text);
      const isInside = box.left >= SIZE.left && box.right <= SIZE.width && box.bottom <= SIZE.top + PLOT.height + 6;
      return isInside && box.top >= 0 && !taken.some((other) => overlap(box, other));
    };
    const label = places.find(isFree) ?? places[0] ?? { ...point, anchor: 'start' };
    taken.push(boxOf(label, text));
    return { ...point, label };
  });
}

function placesAround({ x, y }: { readonly x: number; readonly y: number }): Label[] {
  return [0, -12, 12, -24, 24, -36, 36].flatMap((shift): Label[] => [
    { x: x + 7, y: y + 3.5 + shift, anchor: 'start' },
    { x: x - 7, y: y + 3.5 + shift, anchor: 'end' },
    ...(shift === 0 ? [] : [{ x, y: y + 3.5 + shift, anchor: 'middle' as const }]),
  ]);
}

/** From this ratio of the largest to the smallest on, costs stand on a logarithmic axis. */
const WIDE = 30;

/** Where a cost stands, from 0 to 1. Costs of nothing have a place of their own on a logarithmic axis. */
export function costScale(costs: readonly number[]): { at: (cost: number) => number; ticks: number[] } {
  const positive = costs.filter((cost) => cost > 0);
  const [low, high] = [Math.min(...positive), Math.max(...positive)];
  const margin = 0.04;
  if (high / low < WIDE) {
    const top = high * 1.05;
    return { at: (cost) => margin + (1 - margin) * (cost / top), ticks: [0, high] };
  }
  const hasNothing = costs.some((cost) => cost === 0);
  const start = hasNothing ? 0.16 : margin;
  const [from, to] = [Math.log10(low), Math.log10(high)];
  const at = (cost: number) =>
    cost <= 0 ? margin : start + (0.97 - start) * ((Math.log10(cost) - from) / (to - from));
  return { at, ticks: [...(hasNothing ? [0] : []), low, high] };
}
