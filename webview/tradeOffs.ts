import { html, nothing, svg, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { formatPercent } from '../src/core/format';
import { formatValue } from '../src/core/measureFormat';
import { costCsv, type CostPoint } from './answerCsv';
import type { Table } from './inside/drawn';
import { tableTwin } from './inside/tableTwin';
import type { Alone } from './panel/alone';
import { panelMenu } from './panel/panelMenu';
import type { SectionContext } from './sections/section';
import { listOfLists, t } from './strings';
import { titleOf } from './titles';
import { costScale, PLOT, SIZE, withLabels } from './tradeOffPlaces';
import type { LiveVariant } from './variants';
import { valueText } from './words';

/** Of old tasks, in bytes; time of a run; and all that stays in the end, the network too, in bytes. */
const costs = ['memoryBytes', 'size', 'seconds'] as const;
type Cost = (typeof costs)[number];
/** A parameter takes four bytes. */
const PER_PARAMETER = 4;

interface Point extends CostPoint {
  /** A bound, or told the task: beside the remedies that compare. */
  readonly isAside: boolean;
}

/** What accuracy costs: in memory, in size where networks differ in theirs, and in time; a point for each variant with results. */
export const tradeOffs = (context: SectionContext, alone: Alone) =>
  guard([alone.id, context.selection.variant, context.pinned?.row, ...context.variants.map(({ row }) => row)], () =>
    charts(context, alone),
  );

function charts(context: SectionContext, alone: Alone): TemplateResult | typeof nothing {
  const { variants } = context;
  const sizes = new Set(variants.map(({ row }) => row.measures.parameters.mean).filter(Number.isFinite));
  const drawn = costs.flatMap((cost) => {
    if ((cost === 'size' && sizes.size < 2) || !alone.shows(panelId(cost))) return [];
    const points = variants.flatMap((variant) => pointOf(variant, cost));
    return points.length < 2 || points.every((point) => point.cost === 0)
      ? []
      : [{ cost, panel: chart(cost, points, context, alone) }];
  });
  return drawn.length === 0
    ? nothing
    : html`<div class="trade-offs ${alone.id === undefined ? '' : 'alone'}">
        ${repeat(
          drawn,
          ({ cost }) => cost,
          ({ panel }) => panel,
        )}
      </div>`;
}

const panelId = (cost: Cost): string => `cost ${cost}`;

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
const costTitles = { memoryBytes: 'colMemoryBytes', size: 'costSize', seconds: 'colSeconds' } as const;
const costText = (cost: Cost, value: number): string =>
  valueText(cost === 'seconds' ? 'seconds' : 'memoryBytes', value);

function chart(
  cost: Cost,
  points: readonly Point[],
  { selection: { variant: focused }, pinned, host }: SectionContext,
  alone: Alone,
): TemplateResult {
  const id = panelId(cost);
  const title = t(titles[cost]);
  const scale = costScale(points.map((point) => point.cost));
  const y = (accuracy: number) => SIZE.top + PLOT.height * (1 - accuracy);
  const placed = withLabels(
    points.map((point) => ({ ...point, x: SIZE.left + PLOT.width * scale.at(point.cost), y: y(point.accuracy) })),
    ({ variant }) => variant.label,
  );
  const baseline = placed.find(({ variant }) => variant.key === pinned?.key);
  const said = points.map(
    ({ variant, accuracy, cost: value }) => `${variant.label} ${formatPercent(accuracy)}, ${costText(cost, value)}`,
  );
  return html`<figure class="trade-off" data-chart=${cost} data-panel-root=${id} aria-label=${title}>
    <div class="card-head">
      <figcaption>${title}</figcaption>
      ${panelMenu({ id, title, alone, host, data: () => costCsv(points, cost === 'seconds' ? 'seconds' : 'bytes') })}
    </div>
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
      ${baseline ? svg`<path class="pinned" d="M${SIZE.left} ${baseline.y}H${SIZE.left + PLOT.width}M${baseline.x} ${y(1)}V${y(0)}"><title>${t('against', { label: baseline.variant.label })}</title></path>` : nothing}
      ${placed.map(
        ({ variant, x, y: at, isAside, label }) =>
          svg`<g class="${isAside ? 'dim' : ''} ${variant.key === focused ? 'focused' : ''}">
            ${Math.abs(label.y - at) > 4 ? svg`<line class="lead" x1=${x} y1=${at} x2=${label.x} y2=${label.y - 3} />` : nothing}
            <circle cx=${x} cy=${at} r="4" />
            <text class="name" x=${label.x} y=${label.y} text-anchor=${label.anchor}>${variant.label}</text>
          </g>`,
      )}
    </svg>
    <details>
      <summary>${t('showTable')}<span class="visually-hidden">${t('afterColon', { title })}</span></summary>
      ${tableTwin(tableOf(cost, points), title)}
    </details>
  </figure>`;
}

const tableOf = (cost: Cost, points: readonly Point[]): Table => ({
  head: [titleOf('variant'), t(costTitles[cost]), `${titleOf('accuracy')} (%)`],
  rows: points.map(({ variant: { label, row }, accuracy, cost: value }) => [
    label,
    costText(cost, value),
    `${formatValue('accuracy', accuracy)}${row.taskAwareOnly === undefined ? '' : ' †'}`,
  ]),
});
