import { html, nothing, type TemplateResult } from 'lit';
import { formatPercent, formatValue } from '../../src/core/format';
import { drawnTasks, matrixRows, tableRows } from '../../src/core/grid';
import type { SectionContext } from '../sections/section';
import { scrubber } from '../scrubber';
import { t } from '../strings';
import { numberAndName } from '../taskClasses';
import { barChart } from './barChart';
import type { Explained } from './overview';
import type { AnsweredRun, RowAnswers, RowFacts } from './rowFacts';
import { mosaic } from './mosaic';
import { stepStrip, trendChart, type Series, type StepPoint } from './trendChart';
import './takenMatrix';
import type { TakenCell } from './takenMatrix';
import { expectedOf } from './whyOf';

export interface DetailOptions {
  readonly explained: Explained;
  readonly runs: readonly AnsweredRun[];
  readonly rows: readonly RowFacts[];
  /** The row that is looked at. */
  readonly row: RowFacts;
  readonly answers: RowAnswers;
  readonly picked: TakenCell | undefined;
  readonly onPick: (cell: TakenCell) => void;
  readonly isOpen: boolean;
  readonly onToggle: (open: boolean) => void;
}

/** One method: where the images of each task went, after one task and over all, and what steps did to old tasks. */
export function detail(options: DetailOptions, context: SectionContext): TemplateResult {
  const { explained, rows, row } = options;
  const { variant, why } = explained;
  const { names, select, view } = context;
  return html`<section
    class="why-detail"
    id="why-detail"
    data-why-detail=${variant.key}
    aria-labelledby="why-detail-title"
  >
    <div class="section-head">
      <h2 id="why-detail-title">${t('whyDetail', { label: variant.label })}</h2>
      <div class="tools">
        ${scrubber({ tasks: rows.map(({ task }) => task), task: row.task, names, onPick: (task) => select({ task }) })}
      </div>
    </div>
    <div class="why-panels">
      ${composition(options)} ${byTask(options, names)} ${taken(options, names)} ${overTasks(options)} ${steps(options)}
    </div>
    <ul class="why-facts">
      ${why.more.map((sentence) => html`<li>${sentence}</li>`)}
      ${why.missing.map((sentence) => html`<li class="quiet">${sentence}</li>`)}
      ${expectedOf(variant, view).map((sentence) => html`<li class="quiet">${t('inTheLiterature', { text: sentence })}</li>`)}
    </ul>
    <details
      ?open=${options.isOpen}
      @toggle=${(event: Event) => options.onToggle((event.target as HTMLDetailsElement).open)}
    >
      <summary>
        ${t('showTable')}<span class="visually-hidden">: ${t('whyDetail', { label: variant.label })}</span>
      </summary>
      ${options.isOpen ? twin(options) : nothing}
    </details>
  </section>`;
}

/** How the accuracy comes about, where tasks compete. */
function composition({ row, explained: { variant } }: DetailOptions) {
  if (!row.shares) return nothing;
  return html`<div class="why-panel">
    <h3>${t('mosaicTitle')}</h3>
    ${mosaic(row.shares, row.told, variant.label)}
  </div>`;
}

/** The images of each task after the one that is looked at. */
function byTask({ row, answers, explained: { variant } }: DetailOptions, names: readonly string[]): TemplateResult {
  const drawn = new Set(drawnTasks(row.task + 1));
  return html`<div class="why-panel by-task">
    <h3>${t('byTaskTitle', { n: row.task + 1 })}</h3>
    ${answers.byTask
      .filter(({ task }) => drawn.has(task))
      .map(
        ({ task, parts }) =>
          html`<div class="why-bar">
            <span class="aside" title=${names[task] ?? nothing} aria-hidden="true">T${task + 1}</span>
            ${barChart(parts, `${variant.label}, ${t('taskName', { n: numberAndName(task, names) })}`, 16)}
          </div>`,
      )}
  </div>`;
}

function taken({ row, answers, picked, onPick, explained: { variant } }: DetailOptions, names: readonly string[]) {
  if (!answers.taken || row.task === 0) return nothing;
  return html`<div class="why-panel">
    <h3>${t('takenTitle')}</h3>
    <lethe-taken
      .label=${t('takenLabel', { label: variant.label })}
      .taken=${answers.taken}
      .learned=${row.task}
      .names=${names}
      .picked=${picked}
      @pick=${(event: CustomEvent<TakenCell>) => onPick(event.detail)}
    ></lethe-taken>
  </div>`;
}

function overTasks({ rows: all, explained: { variant, why } }: DetailOptions) {
  if (all.length < 2) return nothing;
  // Of a long stream those that its matrix has.
  const drawn = new Set(
    matrixRows(
      why.numbers.tasks,
      all.map(({ task }) => task),
    ),
  );
  const rows = all.filter(({ task }) => drawn.has(task));
  const isTold = why.answers === 'competing' || why.answers === 'told only';
  const series: Series[] = [
    ...(isTold
      ? [{ name: t('whyBarTold'), glyph: '▲', color: 'blue', values: rows.map(({ told }) => told) } as const]
      : []),
    { name: t('colAccuracy'), glyph: '●', color: 'green', values: rows.map(({ accuracy }) => accuracy) },
    { name: t('trendInferred'), glyph: '◆', color: 'purple', values: rows.map(({ inferred }) => inferred) },
    { name: t('trendRecency'), glyph: '▼', color: 'red', values: rows.map(({ recency }) => recency) },
  ];
  const label = t('trendLabel', { label: variant.label });
  return html`<div class="why-panel">
    <h3>${t('trendTitle')}</h3>
    ${trendChart(
      label,
      rows.map(({ task }) => task),
      series,
    )}
  </div>`;
}

function steps({ runs, explained: { variant } }: DetailOptions) {
  const tasks = Math.max(0, ...runs.map(({ run }) => run.state.started?.tasks.length ?? 0));
  const points = runs.flatMap(({ run: { state } }) =>
    state.watched.flatMap(({ task, step, cosine }): StepPoint[] =>
      cosine === null ? [] : [{ at: (task + Math.min(1, step / (state.plan[task] ?? step))) / tasks, cosine }],
    ),
  );
  if (points.length === 0) return nothing;
  return html`<div class="why-panel">
    <h3>${t('stepsTitle')}</h3>
    ${stepStrip(t('stepsLabel', { label: variant.label }), tasks, points)}
    <p class="aside">${t('stepsNote')}</p>
  </div>`;
}

/** The numbers of the charts over tasks. */
function twin({ rows, explained: { variant } }: DetailOptions): TemplateResult {
  const label = t('whyDetail', { label: variant.label });
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${label}>
    <table>
      <caption class="visually-hidden">
        ${label}
      </caption>
      <thead>
        <tr>
          <th scope="col">${t('trainedTask')}</th>
          ${(['colAccuracy', 'whyBarTold', 'trendInferred', 'trendWithin', 'trendRecency', 'trendLost', 'trendRegained', 'trendCosine'] as const).map((key) => html`<th scope="col" class="number">${t(key)}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${tableRows(rows.length)
          .flatMap((i) => rows[i] ?? [])
          .map(
            ({ task, accuracy, told, inferred, recency, lost, regained, cosine }) =>
              html`<tr>
                <th scope="row">${t('taskName', { n: task + 1 })}</th>
                ${[accuracy, told, inferred, accuracy / inferred, recency, lost, regained].map((value) => html`<td class="number">${Number.isFinite(value) ? formatPercent(value) : ''}</td>`)}
                <td class="number">${Number.isFinite(cosine) ? formatValue('interference', cosine) : ''}</td>
              </tr>`,
          )}
      </tbody>
    </table>
  </div>`;
}
