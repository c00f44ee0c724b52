import type { Comparison, ComparisonRow } from '../core/comparison';
import { formatSummary } from '../core/format';
import type { Summary } from '../core/statistics';
import { inARow, t } from '../core/text';
import { markup, type Markup } from './markup';

/** Every variant on one axis: mean, 95 % interval, single seeds and the bounds. The table below says it in numbers. */
export function glanceSection({ rows }: Comparison): Markup | undefined {
  const shown = rows.filter((row) => row.seedsDone > 0);
  if (shown.length === 0) return undefined;
  const bounds = rows.flatMap((row) =>
    row.bound !== undefined && Number.isFinite(row.measures.accuracy.mean) ? [row.measures.accuracy.mean] : [],
  );
  const anyAware = shown.some((row) => row.taskAwareOnly !== undefined);
  return markup`<h2>${t('Accuracy at a glance')}</h2>
<div class="card glance">
${shown.map((row) => glanceRow(row, bounds))}
<div class="row scale" aria-hidden="true"><div class="track-space"><span>0 %</span><span>50 %</span><span>100 %</span></div></div>
<p class="soft">${keyText(bounds.length > 0, anyAware)}</p></div>`;
}

/** What the marks mean. */
const keyText = (hasBounds: boolean, anyAware: boolean): string =>
  inARow([
    hasBounds
      ? t('Bar: mean; strip: 95 % interval; circles: single seeds; dashed: the bounds.')
      : t('Bar: mean; strip: 95 % interval; circles: single seeds.'),
    ...(anyAware ? [t('Task-aware values are told the task and do not compare with the others.')] : []),
  ]);

function glanceRow(row: ComparisonRow, bounds: readonly number[]): Markup {
  const aware = row.taskAwareOnly !== undefined;
  const kind = aware ? 'taskAwareAccuracy' : 'accuracy';
  const summary = row.measures[kind];
  const defined = Number.isFinite(summary.mean);
  const seeds = row.perSeed.map((seed) => seed[kind]).filter(Number.isFinite);
  return markup`<div class="row"><div class="name">${row.label}${aware ? markup` <span class="soft">${t('(task-aware)')}</span>` : undefined}</div>
<div class="number">${formatSummary(summary)}${defined ? ' %' : ''}</div>
<div class="track${aware ? ' aware' : ''}" aria-hidden="true">${bounds.map((bound) => mark('bound', bound))}${
    defined ? [interval(summary), ...seeds.map((seed) => mark('seed', seed)), mark('mean', summary.mean)] : []
  }</div></div>`;
}

const percentAt = (fraction: number) => `${(Math.min(1, Math.max(0, fraction)) * 100).toFixed(2)}%`;

const mark = (kind: 'bound' | 'seed' | 'mean', at: number) =>
  markup`<span class="${kind}" style="left:${percentAt(at)}"></span>`;

function interval({ mean, ci95 }: Summary): Markup {
  const half = Number.isFinite(ci95) ? ci95 : 0;
  const [low, high] = [Math.max(0, mean - half), Math.min(1, mean + half)];
  return markup`<span class="interval" style="left:${percentAt(low)};width:${percentAt(high - low)}"></span>`;
}
