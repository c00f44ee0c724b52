import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatPercent } from '../src/core/format';
import { drawnTasks, isThinned, tableRows } from '../src/core/grid';
import './accuracyMatrix';
import { button, checkbox } from './controls';
import { taskAt, type Curve, type Curves, type Measure } from './curves';
import './curveChart';
import { drawingOf } from './drawing';
import { resetZoom } from './linkedCharts';
import { t, tn } from './strings';
import { dashOf, TASK_STYLES, VALIDATION_DASH } from './theme';
import type { LiveVariant } from './variants';

export interface CardOptions {
  /** What tasks are called, where they have names. */
  readonly names: readonly string[];
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
  const drawings = shown.map((variant) => drawingOf(variant, measureOf(variant, options)).curves);
  const beside = {
    online: drawings.some(({ online }) => online !== undefined),
    validation: drawings.some(({ validation }) => validation !== undefined),
  };
  return html`<section class="forgetting" aria-labelledby="forgetting-title">
    <div class="section-head">
      <h2 id="forgetting-title">${t('forgettingTitle')}</h2>
      ${legend(tasks, options.names, beside)}
      ${isThinned(tasks) ? html`<p class="aside">${t('someTasks', { n: tasks })}</p>` : nothing}
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

/** More lines than this have their names in a tooltip. */
const MOST_NAMED = 10;

/** @param beside which lines there are beside those of tasks */
function legend(
  tasks: number,
  names: readonly string[],
  beside: { readonly online: boolean; readonly validation: boolean },
): TemplateResult {
  const drawn = drawnTasks(tasks);
  const text = (task: number) =>
    names[task] === undefined || drawn.length > MOST_NAMED
      ? t('legendTask', { n: task + 1 })
      : t('taskClasses', { n: task + 1, classes: names[task] });
  return html`<ul class="legend">
    ${drawn.map(
      (task, k) =>
        html`<li title=${names[task] ?? nothing}>
          <svg width="28" height="8" aria-hidden="true">
            ${svg`<line class="task-${k % TASK_STYLES}" x1="0" y1="4" x2="28" y2="4" stroke-dasharray=${dashOf(k).join(' ')} />`}
          </svg>
          ${text(task)}
        </li>`,
    )}
    ${beside.online ? besideSample(t('legendOnline'), false) : nothing}
    ${beside.validation ? besideSample(t('legendValidation'), true) : nothing}
  </ul>`;
}

const besideSample = (name: string, isValidation: boolean): TemplateResult =>
  html`<li>
    <svg width="28" height="8" aria-hidden="true">
      ${svg`<line class="beside" x1="0" y1="4" x2="28" y2="4" stroke-dasharray=${isValidation ? VALIDATION_DASH.join(' ') : ''} />`}
      ${isValidation ? svg`<circle class="beside" cx="14" cy="4" r="2.5" />` : nothing}
    </svg>
    ${name}
  </li>`;

const measureOf = ({ row }: LiveVariant, { taskAware }: CardOptions): Measure =>
  taskAware || row.taskAwareOnly ? 'taskAware' : 'accuracy';

function card(variant: LiveVariant, options: CardOptions): TemplateResult {
  const { key, label, row } = variant;
  const measure = measureOf(variant, options);
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
      <lethe-matrix .label=${label} .matrix=${matrix} .names=${options.names} .joint=${curves.joint}></lethe-matrix>
    </div>
    <details
      ?open=${options.open.has(key)}
      @toggle=${(event: Event) => options.onToggle(key, (event.target as HTMLDetailsElement).open)}
    >
      <summary>${t('showTable')}<span class="visually-hidden">: ${label}</span></summary>
      ${options.open.has(key) ? tableTwin(label, curves, options.names) : nothing}
    </details>
  </article>`;
}

/** The numbers of a chart, for those who do not see it and for those who want to read them. */
function tableTwin(label: string, curves: Curves, names: readonly string[]): TemplateResult {
  const { length } = curves.steps;
  const rows = tableRows(length);
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${t('tableOfChart', { label })}>
    ${rows.length < length ? html`<p class="aside">${t('someSteps', { n: length })}</p>` : nothing}
    <table>
      <caption class="visually-hidden">
        ${t('tableOfChart', { label })}
      </caption>
      <thead>
        <tr>
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
        ${rows.map((i) => {
          const step = curves.steps[i] ?? 0;
          return html`<tr>
            <th scope="row" class="number">${step}</th>
            <td>${curves.joint ? t('allTasks') : t('taskName', { n: taskAt(curves.stretches, step) + 1 })}</td>
            ${curves.tasks.map((task) => twinCellOf(task, i))} ${curves.online ? twinCellOf(curves.online, i) : nothing}
            ${
              curves.validation
                ? html`${twinCellOf(curves.validation.accuracy, i)} ${twinCellOf(curves.validation.loss, i, lossText)}`
                : nothing
            }
          </tr>`;
        })}
      </tbody>
    </table>
  </div>`;
}

const percentText = (value: number): string => (100 * value).toFixed(1);
const lossText = (value: number): string => value.toPrecision(3);

function twinCellOf(curve: Curve, i: number, text = percentText): TemplateResult {
  const [mean, low, high] = [curve.mean[i] ?? null, curve.low[i] ?? null, curve.high[i] ?? null];
  if (mean === null) return html`<td></td>`;
  const spread = low !== null && high !== null && low !== high;
  return html`<td class="number">
    ${text(mean)}${spread ? html`<span class="spread"> (${text(low)}–${text(high)})</span>` : nothing}
  </td>`;
}
