import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatPercent } from '../src/core/format';
import type { MeasureName } from '../src/core/measures/table';
import type { DashboardView } from '../src/core/messages';
import { isForeign } from '../src/core/run';
import { selectingSeeds, selectingTasks, type Picked } from '../src/core/selection';
import { button } from './controls';
import { downsample } from './downsample';
import { drawingOf } from './drawing';
import type { Host } from './host';
import { isActive, isComplete } from './progress';
import type { SectionContext } from './sections/section';
import { t, type TextKey } from './strings';
import { cellText, columns, nextSort, shownMeasures, type Column, type Sort } from './tableModel';
import type { LiveVariant } from './variants';
import { earlierWords, reasonWords, stateWords, timeWords } from './words';

/** Width of the bar of closed gap, in pixels. */
const BAR = 44;

/** Width of a sparkline, in pixels. */
const SPARK = 64;

const titleKey = (column: string) => `col${column[0]?.toUpperCase()}${column.slice(1)}` as TextKey;
const hintKey = (column: string) => `hint${column[0]?.toUpperCase()}${column.slice(1)}` as TextKey;
export const columnTitles = (): string[] => columns.map((column) => t(titleKey(column)));

/** One row per variant: measures over seeds, state, and a button. */
export function comparisonTable({ view, variants, selection, select, host }: SectionContext): TemplateResult {
  const { sort } = selection;
  const onSort = (column: Column) => select({ sort: nextSort(sort, column) });
  return html`<section class="comparison">
    <h2 id="comparison-title" class="visually-hidden">${t('tableTitle')}</h2>
    <div class="scroll" role="region" aria-labelledby="comparison-title" tabindex="0">
      <table>
        <caption class="visually-hidden">
          ${t('tableNote')}
        </caption>
        <thead>
          <tr>
            ${columns.map((column) => sortHead(column, sort, onSort))}
            <th scope="col" title=${t('hintOldTasks')}><span class="plain">${t('colOldTasks')}</span></th>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            variants,
            (variant) => variant.key,
            (variant) => row(view, variant, host),
          )}
        </tbody>
      </table>
    </div>
    <p class="note">${[t('tableNote'), ...selectNotes(view), ...basisNotes(variants)].join(' ')}</p>
  </section>`;
}

/** What only selects, and counts in no row. */
function selectNotes({ select }: DashboardView): string[] {
  const seeds = selectingSeeds(select);
  const tasks = selectingTasks(select);
  return [
    ...(seeds.length > 0 ? [t('seedsOnlySelect', { seeds: seeds.join(', ') })] : []),
    ...(tasks > 0 ? [t('tasksOnlySelect', { n: tasks })] : []),
  ];
}

/** What accuracies were computed from, where that is not every task on its full test set. */
function basisNotes(variants: readonly LiveVariant[]): string[] {
  const notes = variants.flatMap(({ row: { basis } }) => {
    if (!basis) return [];
    const { accuracy, forgetting } = basis.terms;
    const counts = { n: accuracy.terms, of: accuracy.of, lost: forgetting.terms };
    return [basis.images === undefined ? t('basisAll', counts) : t('basis', { ...counts, images: basis.images })];
  });
  return [...new Set(notes)];
}

function sortHead(column: Column, sort: Sort | undefined, onSort: (column: Column) => void): TemplateResult {
  const sorted = sort?.column === column;
  const order = !sorted ? 'none' : sort.descending ? 'descending' : 'ascending';
  return html`<th
    scope="col"
    aria-sort=${order}
    class=${column === 'variant' ? 'name' : column === 'seeds' ? '' : 'number'}
  >
    <button class="sort" title=${t(hintKey(column))} data-column=${column} @click=${() => onSort(column)}>
      ${t(titleKey(column))}<span class="arrow" aria-hidden="true">${!sorted ? '' : sort.descending ? '▼' : '▲'}</span>
    </button>
  </th>`;
}

function row(view: DashboardView, variant: LiveVariant, host: Host): TemplateResult {
  const { row: facts } = variant;
  return html`<tr data-variant=${variant.key} class=${facts.rank === 'best' ? 'best' : ''}>
    <th scope="row" class="name">${nameCell(variant)}</th>
    <td class="runs">${runsCell(view, variant, host)}</td>
    ${shownMeasures.map((name) => (name === 'gapClosed' ? gapCell(variant) : measureCell(variant, name)))}
    <td>${sparkline(variant)}</td>
  </tr>`;
}

/** How far the runs are, in words and as a bar, and the button that starts or stops them. */
function runsCell(view: DashboardView, variant: LiveVariant, host: Host): TemplateResult {
  const { row: facts, progress, label } = variant;
  const seeds = t('seedsOf', { done: facts.seedsDone, planned: facts.seeds });
  if (isComplete(progress)) return html`<span class="quiet">${seeds}</span>`;
  const active = isActive(progress);
  // "2 of 3 runs done" says it already.
  const counted = active || progress.broken + progress.stopped > 0;
  const words = [
    stateWords(progress),
    ...(active ? [] : reasonWords(variant.runs)),
    ...earlierWords(variant),
    ...timeWords(progress),
  ];
  return html`<div class="runs-line">
    <span class=${progress.broken > 0 && !active ? 'wrong' : ''}
      >${words.map((part, i) => html`<span class="part">${i > 0 ? '· ' : ''}${part}</span> `)}${
        counted ? html`<span class="quiet part">(${seeds})</span>` : nothing
      }</span
    >
    ${rowButton(view, variant, host)}
    ${
      active
        ? html`<progress aria-label=${t('progressOf', { label })} max="1" .value=${progress.fraction}></progress>`
        : nothing
    }
  </div>`;
}

function nameCell({ label, row }: LiveVariant): TemplateResult {
  const bound = row.bound && t(row.bound === 'lower' ? 'lowerBound' : 'upperBound');
  const p = row.pAgainstBest?.toFixed(3) ?? '';
  const { differs, taskAwareOnly, pick } = row;
  return html`<div class="about">
    <span class="label">${label}</span>
    ${row.rank === 'best' ? html`<span class="chip good">★ ${t('best')}</span>` : nothing}
    ${pick ? pickChip(pick) : nothing} ${bound ? html`<span class="aside">${bound}</span>` : nothing}
    ${
      row.rank === 'not distinguishable'
        ? html`<span class="aside" title=${t('notDistinguishableP', { p })}>${t('notDistinguishable')}</span>`
        : nothing
    }
    ${differs.length > 0 ? unfolding(t('differsIn', { n: differs.length }), differs.join(', ')) : nothing}
    ${taskAwareOnly ? unfolding(t('taskAwareOnly'), taskAwareOnly) : nothing}
  </div>`;
}

/** Which of its family a row is: chosen on what it is not measured by, or on that itself. */
function pickChip({ on, of }: Picked): TemplateResult {
  if (on !== 'test') return html`<span class="chip" title=${t(pickHints[on])}>✓ ${t('selectedOf', { n: of })}</span>`;
  return html`<span class="aside" title=${t('pickedOnTestHint')}>${t('pickedOnTest', { n: of })}</span>`;
}

const pickHints = {
  validation: 'selectedOnValidation',
  seeds: 'selectedOnSeeds',
  tasks: 'selectedOnTasks',
} as const satisfies Readonly<Record<Exclude<Picked['on'], 'test'>, TextKey>>;

/** A short remark that says more when asked. */
const unfolding = (remark: string, more: string): TemplateResult =>
  html`<details class="aside">
    <summary>${remark}</summary>
    ${more}
  </details>`;

function measureCell(variant: LiveVariant, name: MeasureName): TemplateResult {
  const cell = cellText(variant, name);
  if (cell) return html`<td class="number">${cell.value}<span class="spread"> ${cell.spread}</span></td>`;
  const reason = variant.row.taskAwareOnly;
  if (reason && variant.row.seedsDone > 0)
    return html`<td class="number quiet" title=${reason}>${t('notDefined')}</td>`;
  return html`<td class="number quiet"><span aria-label=${t('noValueYet')} role="img">–</span></td>`;
}

function gapCell(variant: LiveVariant): TemplateResult {
  return html`<td class="number gap">${gapOf(variant)}</td>`;
}

function gapOf(variant: LiveVariant): TemplateResult {
  const { mean } = variant.row.measures.gapClosed;
  const cell = cellText(variant, 'gapClosed');
  if (!cell) return html`<span class="quiet" aria-label=${t('noValueYet')} role="img">–</span>`;
  const width = BAR * Math.min(1, Math.max(0, mean));
  return html`<svg class="bar" width=${BAR} height="6" aria-hidden="true">
      <rect class="track" width=${BAR} height="6" rx="3" />
      <rect class="fill" width=${width.toFixed(1)} height="6" rx="3" /></svg
    ><span class="share">${cell.value} %<span class="spread"> ${cell.spread}</span></span>`;
}

function sparkline(variant: LiveVariant): TemplateResult {
  const measure = variant.row.taskAwareOnly ? 'taskAware' : 'accuracy';
  const { curves, oldTasks } = drawingOf(variant, measure);
  const last = oldTasks.at(-1);
  if (!last) return html`<span class="quiet" aria-label=${t('noValueYet')} role="img">–</span>`;
  const total = curves.stretches.at(-1)?.to ?? last.step;
  const { x, y } = downsample({ x: oldTasks.map(({ step }) => step), y: [oldTasks.map(({ value }) => value)] }, SPARK);
  const path = x.map((step, i) => `${((SPARK * step) / total).toFixed(1)},${(19 - 18 * (y[0]?.[i] ?? 0)).toFixed(1)}`);
  return html`<svg
    class="spark"
    width=${SPARK}
    height="20"
    role="img"
    aria-label=${t('oldTasksSummary', { label: variant.label, value: formatPercent(last.value) })}
  >
    ${svg`<polyline points=${path.join(' ')} />`}
  </svg>`;
}

/** Runs without an experiment file are another program's: what they would be started with is unknown. */
function rowButton(view: DashboardView, variant: LiveVariant, host: Host): TemplateResult {
  if (view.file === undefined) return html`${nothing}`;
  const { key, label, progress } = variant;
  if (isActive(progress)) {
    const onClick = () => host.act('stop', { variant: key });
    return button({ name: 'stop', label: t('stop'), description: t('stopVariant', { label }), onClick });
  }
  const resumable = variant.runs.some(
    (run) => run.status !== 'done' && run.state.checkpoint !== undefined && !isForeign(run),
  );
  return button({
    name: 'run',
    label: t(resumable ? 'resume' : 'run'),
    description: t(resumable ? 'resumeVariant' : 'runVariant', { label }),
    disabled: !view.trusted,
    onClick: () => host.act('run', { variant: key }),
  });
}
