import { html, nothing, svg, type TemplateResult } from 'lit';
import { guard } from 'lit/directives/guard.js';
import { repeat } from 'lit/directives/repeat.js';
import { checkedDifferences, type CrossCheck } from '../src/core/crossCheck';
import { formatPercent } from '../src/core/format';
import { measureInfo, type MeasureName } from '../src/core/measures/table';
import { isStartable } from '../src/core/run';
import type { Picked } from '../src/core/selection';
import { settingsByPart } from '../src/core/settingsByPart';
import { tableCsv } from './answerCsv';
import { linkButton } from './controls';
import { dotAxis, dotPlot } from './dotPlot';
import { downsample } from './downsample';
import { littleOf } from './drawing';
import { menu, menuItem } from './menu';
import type { Alone } from './panel/alone';
import { panelMenu } from './panel/panelMenu';
import { differenceOf, differenceText } from './pinned';
import { isActive, isComplete } from './progress';
import type { SectionContext } from './sections/section';
import { list, t, type TextKey } from './strings';
import { cellText, nextSort, shownColumns, type Column, type SortColumn } from './tableModel';
import { readingNotes, tableKey } from './readingNotes';
import { verdictChip } from './verdictChip';
import { tableTools } from './tableTools';
import { barAxis, taskBars } from './taskBars';
import { taskText } from './taskClasses';
import { barTasks, lossesOf } from './taskLeft';
import { hintOf, titleOf } from './titles';
import { tasksIn, type LiveVariant } from './variants';
import { earlierWords, reasonWords, stateWords } from './words';

const PANEL = 'comparison';

/** Width of a sparkline, in its own units. */
const SPARK = 64;

/** What all rows are drawn with. */
interface TableContext extends SectionContext {
  readonly columns: readonly Column[];
  /** Accuracies of the bounds. */
  readonly bounds: readonly number[];
  /** The tasks that have a bar. */
  readonly bars: readonly number[];
}

/** One row per variant: measures over seeds with their pictures, state, and what one can do with it. */
export function comparisonTable(context: SectionContext, alone: Alone): TemplateResult | typeof nothing {
  if (!alone.shows(PANEL)) return nothing;
  const table = tableContext(context);
  const { variants, columns } = table;
  const [waiting, rows] = split(variants);
  return html`<section class="comparison" data-panel-root=${PANEL}>
    <div class="section-head">
      <h2 id="comparison-title">${t('tableTitle')}</h2>
      ${tableTools(context, columns, ownMenu(table, alone))}
    </div>
    <div class="scroll" role="region" aria-labelledby="comparison-title" tabindex="0">
      <table>
        <thead>
          <tr>
            ${sortHead('variant', table)} ${columns.map((column) => columnHead(column, table))}
            <td></td>
          </tr>
        </thead>
        <tbody>
          ${repeat(
            rows,
            ({ key }) => key,
            (variant) => guard(drawnWith(variant, table), () => [row(variant, table), notesRow(variant, table)]),
          )}
          ${waiting.length > 0 ? waitingRow(waiting, table) : nothing}
        </tbody>
      </table>
    </div>
    ${tableKey(context, columns)} ${readingNotes(context)}
  </section>`;
}

const ownMenu = (table: TableContext, alone: Alone): TemplateResult =>
  panelMenu({
    ...{ id: PANEL, title: t('tableTitle'), alone, host: table.host },
    data: () => csvOf(table),
  });

function csvOf({ variants, columns, bars, pinned }: TableContext): string {
  const difference = (variant: LiveVariant) => differenceOf(variant, pinned, 'accuracy');
  return tableCsv(variants, { columns, bars, differenceOf: pinned && difference });
}

function tableContext(context: SectionContext): TableContext {
  const { all, selection } = context;
  const columns = shownColumns(selection.columns);
  const bounds = all.flatMap(({ row: { bound, measures } }) =>
    bound !== undefined && Number.isFinite(measures.accuracy.mean) ? [measures.accuracy.mean] : [],
  );
  return { ...context, columns, bounds, bars: barTasks(Math.max(0, ...all.map(tasksIn))) };
}

/** All that the rows of a variant are drawn with: they are drawn anew when some of it is another. */
const drawnWith = (variant: LiveVariant, { view, labels, selection, pinned, columns, bounds, bars }: TableContext) => [
  ...[variant, littleOf(variant), view, labels, selection, pinned],
  [columns, bounds, bars].join(';'),
];

/** Variants of which nothing is to be seen yet: several stand in one row. */
function split(variants: readonly LiveVariant[]): [LiveVariant[], LiveVariant[]] {
  const isIdle = ({ runs, earlier }: LiveVariant) =>
    earlier === undefined && runs.every(({ status, state }) => status === 'queued' && state.started === undefined);
  const idle = variants.filter(isIdle);
  return idle.length < 2 ? [[], [...variants]] : [idle, variants.filter((variant) => !isIdle(variant))];
}

function sortHead(column: SortColumn, { selection, select }: TableContext): TemplateResult {
  const { sort } = selection;
  const sorted = sort?.column === column;
  const order = !sorted ? 'none' : sort.descending ? 'descending' : 'ascending';
  return html`<th scope="col" aria-sort=${order} class=${column === 'variant' ? 'name' : 'number'}>
    <button
      class="sort"
      title=${hintOf(column)}
      data-column=${column}
      @click=${() => select({ sort: nextSort(sort, column) })}
    >
      ${titleOf(column)}${sorted ? html`<span class="arrow" aria-hidden="true">${sort.descending ? '▼' : '▲'}</span>` : nothing}
    </button>
  </th>`;
}

function columnHead(column: Column, table: TableContext): TemplateResult {
  switch (column) {
    case 'accuracy':
      return html`${sortHead(column, table)}
        <td class="plot-cell">${dotAxis()}</td>
        ${differenceHead(table)}`;
    case 'forgetting':
      return html`${sortHead(column, table)}
        <td class="plot-cell"><span class="plot-title">${t('barsTitle')}</span>${barAxis(table.bars)}</td>`;
    case 'oldTasks':
      return html`<th scope="col" class="spark-cell" title=${hintOf(column)}>
        <span class="plain">${titleOf(column)}</span>
      </th>`;
    default:
      return sortHead(column, table);
  }
}

const differenceHead = ({ pinned }: TableContext): TemplateResult | typeof nothing =>
  pinned
    ? html`<th scope="col" class="number" title=${t('hintDifference')}>
        <span class="plain">${t('colDifference', { label: pinned.label })}</span>
      </th>`
    : nothing;

function row(variant: LiveVariant, table: TableContext): TemplateResult {
  const { row: facts, key } = variant;
  const isFocused = table.selection.variant === key;
  return html`<tr data-variant=${key} class="${facts.rank === 'best' ? 'best' : ''} ${isFocused ? 'focused' : ''}">
    <th scope="row" class="name">${nameCell(variant, table)}</th>
    ${table.columns.map((column) => cell(column, variant, table))}
    <td class="row-menu">${rowMenu(variant, table)}</td>
  </tr>`;
}

/** Below its row, over the whole width: what is published of it, and what it is trained with that others are not. */
function notesRow(variant: LiveVariant, table: TableContext): TemplateResult | typeof nothing {
  const { differs, unsaid, crossCheck } = variant.row;
  const chip = verdictChip(variant);
  if (chip === nothing && differs.length === 0 && !unsaid && !crossCheck) return nothing;
  return html`<tr class="notes" data-notes=${variant.key}>
    <td colspan=${widthOf(table)}>
      <div class="about">
        ${chip} ${differs.length > 0 ? ownSettings(differs) : nothing}
        ${unsaid ? html`<span class="aside">${t('unsaid', { parts: list(unsaid) })}</span>` : nothing}
        ${crossCheck ? crossCheckNote(crossCheck) : nothing}
      </div>
    </td>
  </tr>`;
}

/** How far another implementation of a row's method is from that row. */
function crossCheckNote(check: CrossCheck): TemplateResult {
  const found = checkedDifferences(check);
  const differences = found.map(({ measure, text }) => `${titleOf(measure)} ${text}`).join(' · ');
  const text =
    found.length > 0
      ? t('crossCheck', { other: check.label, differences, n: found[0]?.seeds ?? 0 })
      : t('crossCheckNone', { other: check.label });
  return html`<span class="aside" data-cross-check=${check.key}>${text}</span>`;
}

/** How many columns the table has. */
const widthOf = ({ columns, pinned }: TableContext): number =>
  2 +
  (pinned ? 1 : 0) +
  columns.reduce((sum, column) => sum + (column === 'accuracy' || column === 'forgetting' ? 2 : 1), 0);

function cell(column: Column, variant: LiveVariant, table: TableContext): TemplateResult {
  switch (column) {
    case 'accuracy':
      return html`${measureCell(variant, column)}
        <td class="plot-cell">${dotsOf(variant, table)}</td>
        ${table.pinned ? differenceCell(variant, table.pinned) : nothing}`;
    case 'forgetting': {
      const nameOf = (task: number) => taskText(task, table.labels);
      return html`${measureCell(variant, column)}
        <td class="plot-cell">
          ${taskBars(lossesOf(variant), table.bars, nameOf, `${variant.label}, ${t('barsLabel')}`)}
        </td>`;
    }
    case 'oldTasks':
      return html`<td>${sparkline(variant)}</td>`;
    default:
      return measureCell(variant, column);
  }
}

function measureCell(variant: LiveVariant, name: MeasureName): TemplateResult {
  const text = cellText(variant, name);
  const reason = variant.row.missing[name];
  if (!text)
    return html`<td
      class="number quiet"
      data-measure=${name}
      title=${reason === undefined ? nothing : missingWords(name)}
    >
      <span aria-label=${t(reason === undefined ? 'noValueYet' : 'notDefined')} role="img"
        >${reason === undefined ? '…' : '–'}</span
      >
    </td>`;
  return html`<td class="number" data-measure=${name}>
    <span class=${text.isAware ? 'quiet' : ''} title=${text.isAware ? t('toldTask') : nothing}
      >${text.value}${unitOf(name)}${text.isAware ? html`<span aria-label=${t('toldTask')} role="img">†</span>` : nothing}</span
    >
    ${text.spread ? html`<span class="spread">${text.spread}</span>` : nothing}
  </td>`;
}

/** Why a finished run has no value. */
const missingWords = (name: MeasureName): string => t(name === 'gapClosed' ? 'needsBounds' : 'notDefinedHere');

const unitOf = (name: MeasureName): string => (measureInfo[name].unit === '%' ? ' %' : '');

function dotsOf({ row: facts }: LiveVariant, { bounds }: TableContext): TemplateResult {
  const isAside = facts.taskAwareOnly !== undefined;
  const kind = isAside ? 'taskAwareAccuracy' : 'accuracy';
  const seeds = facts.perSeed.map((seed) => seed[kind]).filter(Number.isFinite);
  return dotPlot({ summary: facts.measures[kind], seeds, bounds, isAside });
}

function differenceCell(variant: LiveVariant, pinned: LiveVariant): TemplateResult {
  if (variant.key === pinned.key) return html`<td class="number quiet">${t('baseline')}</td>`;
  const difference = differenceOf(variant, pinned, 'accuracy');
  if (!difference) {
    const told = [variant, pinned].find(({ row }) => row.taskAwareOnly !== undefined);
    return html`<td class="number quiet" title=${told ? t('toldApart', { label: told.label }) : nothing}>
      <span aria-label=${t(told ? 'notDefined' : 'noValueYet')} role="img">${told ? '–' : '…'}</span>
    </td>`;
  }
  const { text, p } = differenceText(difference);
  return html`<td class="number" data-difference=${variant.key}>${text}<span class="spread">${p}</span></td>`;
}

function nameCell(variant: LiveVariant, table: TableContext): TemplateResult {
  const { label, key, row: facts } = variant;
  const isFocused = table.selection.variant === key;
  const bound = facts.bound && t(facts.bound === 'lower' ? 'lowerBound' : 'upperBound');
  const p = facts.pAgainstBest?.toFixed(3) ?? '';
  const { taskAwareOnly, pick, rank } = facts;
  return html`<div class="about">
    <button
      class="label"
      aria-pressed=${isFocused}
      title=${t('focusHint')}
      @click=${() => table.select({ variant: isFocused ? undefined : key })}
    >
      ${labelParts(label)}
    </button>
    ${rank === 'best' ? html`<span class="chip good" title=${t('bestHint')}>★ ${t('best')}</span>` : nothing}
    ${rank === 'best so far' ? html`<span class="chip" title=${t('bestSoFarHint')}>${t('bestSoFar')}</span>` : nothing}
    ${pick ? pickChip(pick) : nothing} ${bound ? html`<span class="aside">${bound}</span>` : nothing}
    ${
      rank === 'not distinguishable'
        ? html`<span class="aside" title=${t('notDistinguishableP', { p })}>${t('notDistinguishable')}</span>`
        : nothing
    }
    ${taskAwareOnly ? html`<span class="aside" title=${t('mustBeTold')}>${t('taskAwareOnly')}</span>` : nothing}
    ${runsLine(variant, table)}
  </div>`;
}

/** "EWC · lambda 10": the name, and apart from it what makes it this variant. */
function labelParts(label: string): TemplateResult {
  const [name, ...settings] = label.split(' · ');
  if (settings.length === 0) return html`<b>${name}</b>`;
  return html`<b>${name}</b> <span class="setting">${settings.join(' · ')}</span>`;
}

/** How far the runs are, in words and as a bar, and the button that starts or stops them. Nothing where all are done. */
function runsLine(variant: LiveVariant, table: TableContext): TemplateResult | typeof nothing {
  const { progress, label, row: facts, key } = variant;
  if (isComplete(progress)) return nothing;
  const active = isActive(progress);
  const seeds = t('seedsDoneOf', { done: facts.seedsDone, planned: facts.seeds });
  const words = [
    // "2 of 3 runs done" says it already.
    ...(active || progress.broken + progress.stopped > 0 ? [seeds] : []),
    progress.running === 0 && progress.queued > 0 ? t('stateWaiting') : stateWords(progress),
    ...(active ? [] : reasonWords(variant.runs)),
    ...earlierWords(variant),
  ].join(' · ');
  const isWrong = progress.broken > 0;
  return html`<span class="runs aside">
    ${
      isWrong
        ? html`<button
            class="link wrong"
            data-problem=${key}
            title=${t('problemHint')}
            @click=${() => table.show('details', { variant: key })}
          >
            ${words}
          </button>`
        : words
    }
    ${rowButton(variant, table)}
    ${
      progress.running > 0
        ? html`<progress aria-label=${t('progressOf', { label })} max="1" .value=${progress.fraction}></progress>`
        : nothing
    }
  </span>`;
}

/** Several variants that wait, or have not been run: their names, and a button for each. */
function waitingRow(waiting: readonly LiveVariant[], table: TableContext): TemplateResult {
  const groups = [
    { key: 'waitingRows' as const, of: waiting.filter(({ progress }) => progress.queued > 0) },
    { key: 'notRunRows' as const, of: waiting.filter(({ progress }) => progress.queued === 0) },
  ];
  return html`<tr class="waiting">
    <td colspan=${widthOf(table)}>
      ${groups.map(({ key, of }) =>
        of.length === 0
          ? nothing
          : html`<p class="aside" data-waiting=${key}>
              ${t(key, { n: of.length })}
              ${of.map(
                (variant, i) =>
                  html`<span class="part" data-variant=${variant.key}
                    >${i > 0 ? '· ' : ''}${variant.label} ${rowButton(variant, table)}</span
                  > `,
              )}
            </p>`,
      )}
    </td>
  </tr>`;
}

function rowMenu(variant: LiveVariant, { selection, select, follow }: TableContext): TemplateResult {
  const { key, label } = variant;
  const isBaseline = selection.baseline === key;
  return menu({
    name: `row-${key}`,
    label: '⋮',
    description: t('rowMenu', { label }),
    atEnd: true,
    items: [
      menuItem({
        name: 'pin',
        label: t(isBaseline ? 'unpin' : 'pin'),
        onClick: () => select({ baseline: isBaseline ? undefined : key }),
      }),
      menuItem({
        name: 'hide',
        label: t('hide'),
        onClick: () => select({ hidden: new Set([...selection.hidden, key]) }),
      }),
      menuItem({ name: 'curvesOf', label: t('stripHint'), onClick: () => follow({ section: 'curves', variant: key }) }),
    ],
  });
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
/** Settings of one part that are named: another program may describe its runs by thousands. */
const MOST_NAMES = 20;

const namesText = (names: readonly string[]): string =>
  list([...names.slice(0, MOST_NAMES), ...(names.length > MOST_NAMES ? ['…'] : [])].filter(Boolean));

/** That it has a network or a training of its own, and in which settings these are others than the experiment's. */
function ownSettings(differs: readonly string[]): TemplateResult {
  const parts = settingsByPart(differs);
  const [network, training] = [parts.has('network'), parts.has('training')];
  const label = t(network && training ? 'ownBoth' : network ? 'ownNetwork' : training ? 'ownTraining' : 'ownOther');
  const names = [...parts].map(([part, settings]) => `${part} (${namesText(settings)})`).join(' · ');
  const more = t('ownSettings', { names });
  return html`<details class="aside">
    <summary title=${more}>${label}</summary>
    ${more}
  </details>`;
}

function sparkline(variant: LiveVariant): TemplateResult {
  const { curves, oldTasks } = littleOf(variant);
  const last = oldTasks.at(-1);
  if (!last && variant.progress.done > 0)
    return html`<span class="quiet" title=${t('noOldTasks')} aria-label=${t('noOldTasks')} role="img">–</span>`;
  if (!last) return html`${nothing}`;
  const total = curves.stretches.at(-1)?.to ?? last.step;
  const { x, y } = downsample({ x: oldTasks.map(({ step }) => step), y: [oldTasks.map(({ value }) => value)] }, SPARK);
  const path = x.map((step, i) => `${((SPARK * step) / total).toFixed(1)},${(23 - 22 * (y[0]?.[i] ?? 0)).toFixed(1)}`);
  return html`<svg
    class="spark"
    viewBox="0 0 ${SPARK} 24"
    role="img"
    aria-label=${t('oldTasksSummary', { label: variant.label, value: formatPercent(last.value) })}
  >
    <line class="base-line" x1="0" x2=${SPARK} y1="23.5" y2="23.5" />
    ${svg`<polyline points=${path.join(' ')} />`}
  </svg>`;
}

/** Runs without an experiment file are another program's: what they would be started with is unknown. */
function rowButton(variant: LiveVariant, { view, host }: SectionContext): TemplateResult {
  // Nor is it in the file what a fork would be started with: its runs are resumed one by one.
  if (view.file === undefined || variant.row.fork) return html`${nothing}`;
  const { key, label, progress } = variant;
  if (isActive(progress)) {
    const onClick = () => host.act('stop', { variant: key });
    return linkButton({ name: 'stop', label: t('stop'), description: t('stopVariant', { label }), onClick });
  }
  const resumable = variant.runs.some(
    (run) => run.status !== 'done' && run.state.checkpoint !== undefined && isStartable(run),
  );
  return linkButton({
    name: 'run',
    label: t(resumable ? 'resume' : 'run'),
    description: t(resumable ? 'resumeVariant' : 'runVariant', { label }),
    disabled: !view.trusted,
    onClick: () => host.act('run', { variant: key }),
  });
}
