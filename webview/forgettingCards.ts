import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatPercent } from '../src/core/format';
import { drawnTasks } from '../src/core/grid';
import './accuracyMatrix';
import { button, checkbox } from './controls';
import { taskAt, type Curve, type Curves, type Measure } from './curves';
import './curveChart';
import { drawingOf } from './drawing';
import { resetZoom } from './linkedCharts';
import { t, tn } from './strings';
import { dashOf, TASK_STYLES } from './theme';
import type { LiveVariant } from './variants';

export interface CardOptions {
  readonly taskAware: boolean;
  readonly onTaskAware: (on: boolean) => void;
  /** Variants whose table twin is open. */
  readonly open: ReadonlySet<string>;
  readonly onToggle: (key: string, open: boolean) => void;
}

/** Small multiples: for every variant its forgetting curves and its accuracy matrix. */
export function forgettingCards(variants: readonly LiveVariant[], options: CardOptions): TemplateResult {
  const shown = variants.filter((variant) => variant.runs.some((run) => run.state.started));
  if (shown.length === 0) return html`${nothing}`;
  const tasks = Math.max(...shown.flatMap(({ runs }) => runs.map((run) => run.state.started?.tasks.length ?? 0)));
  return html`<section class="forgetting" aria-labelledby="forgetting-title">
    <div class="section-head">
      <h2 id="forgetting-title">${t('forgettingTitle')}</h2>
      ${legend(tasks)}
      ${drawnTasks(tasks).length < tasks ? html`<p class="aside">${t('someTasks', { n: tasks })}</p>` : nothing}
      <div class="tools">
        ${checkbox({ label: t('taskAwareToggle'), checked: options.taskAware, onChange: options.onTaskAware })}
        ${button({ name: 'resetZoom', label: t('resetZoom'), description: `${t('resetZoom')}. ${t('zoomHint')}`, onClick: resetZoom })}
      </div>
    </div>
    ${options.taskAware ? html`<p class="note">${t('taskAwareShown')}</p>` : nothing}
    <div class="cards">
      ${repeat(
        shown,
        (variant) => variant.key,
        (variant) => card(variant, options),
      )}
    </div>
  </section>`;
}

function legend(tasks: number): TemplateResult {
  return html`<ul class="legend">
    ${drawnTasks(tasks).map(
      (task, k) =>
        html`<li>
          <svg width="28" height="8" aria-hidden="true">
            ${svg`<line class="task-${k % TASK_STYLES}" x1="0" y1="4" x2="28" y2="4" stroke-dasharray=${dashOf(k).join(' ')} />`}
          </svg>
          ${t('legendTask', { n: task + 1 })}
        </li>`,
    )}
  </ul>`;
}

function card(variant: LiveVariant, options: CardOptions): TemplateResult {
  const { key, label, row } = variant;
  const measure: Measure = options.taskAware || row.taskAwareOnly ? 'taskAware' : 'accuracy';
  const { curves, matrix } = drawingOf(variant, measure);
  const result = row.measures[measure === 'accuracy' ? 'accuracy' : 'taskAwareAccuracy'].mean;
  const online = row.measures.onlineAccuracy.mean;
  const facts = [
    ...(row.bound ? [t(row.bound === 'lower' ? 'lowerBound' : 'upperBound')] : []),
    ...(curves.seeds > 0 ? [tn('seeds', curves.seeds)] : []),
    ...(Number.isFinite(online) ? [t('chartOnline', { value: formatPercent(online) })] : []),
  ];
  return html`<article class="card" data-card=${key} aria-labelledby="card-${key}">
    <h3 id="card-${key}">
      <span class="label">${label}</span>
      <span class="aside">${facts.join(' · ')}</span>
      <span class="result">${Number.isFinite(result) ? formatPercent(result) : ''}</span>
    </h3>
    ${
      row.taskAwareOnly && !options.taskAware
        ? html`<p class="aside">${t('chartTaskAwareOnly', { reason: row.taskAwareOnly })}</p>`
        : nothing
    }
    <div class="pair">
      <lethe-curves .label=${label} .curves=${curves}></lethe-curves>
      <lethe-matrix .label=${label} .matrix=${matrix} .joint=${curves.joint}></lethe-matrix>
    </div>
    <details
      ?open=${options.open.has(key)}
      @toggle=${(event: Event) => options.onToggle(key, (event.target as HTMLDetailsElement).open)}
    >
      <summary>${t('showTable')}<span class="visually-hidden">: ${label}</span></summary>
      ${options.open.has(key) ? tableTwin(label, curves) : nothing}
    </details>
  </article>`;
}

/** The numbers of a chart, for those who do not see it and for those who want to read them. */
function tableTwin(label: string, curves: Curves): TemplateResult {
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${t('tableOfChart', { label })}>
    <table>
      <caption class="visually-hidden">
        ${t('tableOfChart', { label })}
      </caption>
      <thead>
        <tr>
          <th scope="col" class="number">${t('step')}</th>
          <th scope="col">${t('trainedTask')}</th>
          ${curves.tasks.map(({ task }) => html`<th scope="col" class="number">${t('taskName', { n: task + 1 })}</th>`)}
          ${curves.online ? html`<th scope="col" class="number">${t('online')}</th>` : nothing}
        </tr>
      </thead>
      <tbody>
        ${curves.steps.map(
          (step, i) =>
            html`<tr>
              <th scope="row" class="number">${step}</th>
              <td>${curves.joint ? t('allTasks') : t('taskName', { n: taskAt(curves.stretches, step) + 1 })}</td>
              ${curves.tasks.map((task) => twinCellOf(task, i))}
              ${curves.online ? twinCellOf(curves.online, i) : nothing}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

const twinCellOf = ({ mean, low, high }: Curve, i: number) =>
  twinCell(mean[i] ?? null, low[i] ?? null, high[i] ?? null);

function twinCell(mean: number | null, low: number | null, high: number | null): TemplateResult {
  if (mean === null) return html`<td></td>`;
  const percent = (value: number) => (100 * value).toFixed(1);
  const spread = low !== null && high !== null && low !== high;
  return html`<td class="number">
    ${percent(mean)}${spread ? html`<span class="spread"> (${percent(low)}–${percent(high)})</span>` : nothing}
  </td>`;
}
