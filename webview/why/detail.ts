import { html, nothing, type TemplateResult } from 'lit';
import { formatPercent } from '../../src/core/format';
import { formatValue } from '../../src/core/measureFormat';
import { drawnTasks, matrixRows, tableRows } from '../../src/core/grid';
import type { Alone } from '../panel/alone';
import { csvText } from '../panel/csv';
import { panelMenu } from '../panel/panelMenu';
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
import type { TakenItem, TakenPair } from './takenMatrix';
import type { TakenCell } from './samples';
import { expectedOf } from './whyOf';

export interface DetailOptions {
  readonly alone: Alone;
  readonly explained: Explained;
  readonly runs: readonly AnsweredRun[];
  readonly rows: readonly RowFacts[];
  /** The row that is looked at. */
  readonly row: RowFacts;
  readonly answers: RowAnswers;
  readonly picked: TakenCell | undefined;
  readonly onPick: (cell: TakenCell) => void;
  /** What a class is called. */
  readonly className: (label: number) => string;
  readonly isOpen: boolean;
  readonly onToggle: (open: boolean) => void;
}

/** One method: where the images of each task went, after one task and over all, and what steps did to old tasks. */
export function detail(options: DetailOptions, context: SectionContext): TemplateResult {
  const { explained, rows, row } = options;
  const { variant } = explained;
  const { names, select, view } = context;
  const isAlone = options.alone.id !== undefined;
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
    <div class=${isAlone ? 'why-panels alone' : 'why-panels'}>
      ${panelsOf(options, context)
        .filter(({ id }) => options.alone.shows(id))
        .map((panel) => panelOf(panel, options, context))}
    </div>
    ${isAlone ? nothing : facts(options, view)}
  </section>`;
}

/** What is under the pictures: sentences, and the numbers. */
function facts(options: DetailOptions, view: SectionContext['view']): TemplateResult {
  const { variant, why } = options.explained;
  return html`<ul class="why-facts">
      ${why.more.map((sentence) => html`<li>${sentence}</li>`)}
      ${why.missing.map((sentence) => html`<li class="quiet">${sentence}</li>`)}
      ${expectedOf(variant, view).map((sentence) => html`<li class="quiet">${t('inTheLiterature', { text: sentence })}</li>`)}
    </ul>
    <details
      ?open=${options.isOpen}
      @toggle=${(event: Event) => options.onToggle((event.target as HTMLDetailsElement).open)}
    >
      <summary>
        ${t('showTable')}<span class="visually-hidden"
          >${t('afterColon', { title: t('whyDetail', { label: variant.label }) })}</span
        >
      </summary>
      ${options.isOpen ? twin(options) : nothing}
    </details>`;
}

/** A picture of the detail, with what its numbers are. */
interface DetailPanel {
  readonly id: string;
  readonly title: string;
  readonly body: TemplateResult;
  readonly data: () => string;
}

function panelsOf(options: DetailOptions, { names }: SectionContext): DetailPanel[] {
  const all = [
    composition(options),
    byTask(options, names),
    taken(options, names),
    takenClasses(options),
    overTasks(options),
    steps(options),
  ];
  return all.filter((panel) => panel !== undefined);
}

function panelOf(
  { id, title, body, data }: DetailPanel,
  { alone, explained }: DetailOptions,
  { host }: SectionContext,
) {
  const whose = `${explained.variant.label}: ${title}`;
  return html`<div class="why-panel" data-panel-root=${id}>
    <div class="card-head">
      <h3>${title}</h3>
      ${panelMenu({ id, title: whose, alone, host, data })}
    </div>
    ${body}
  </div>`;
}

/** How the accuracy comes about, where tasks compete. */
function composition({ row, explained: { variant } }: DetailOptions): DetailPanel | undefined {
  const { shares, told, task } = row;
  if (!shares) return undefined;
  return {
    ...{ id: 'composition', title: t('mosaicTitle'), body: mosaic(shares, told, variant.label) },
    data: () =>
      csvText(
        ['after_task', 'answers', 'share'],
        Object.entries<number>({ ...shares, told }).map(([name, share]) => [task + 1, name, share]),
      ),
  };
}

/** The images of each task after the one that is looked at. */
function byTask({ row, answers, explained: { variant } }: DetailOptions, names: readonly string[]): DetailPanel {
  const drawn = new Set(drawnTasks(row.task + 1));
  const body = html`<div class="by-task">
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
  return {
    ...{ id: 'by-task', title: t('byTaskTitle', { n: row.task + 1 }), body },
    data: () =>
      csvText(
        ['after_task', 'of_task', 'answers', 'share'],
        answers.byTask.flatMap(({ task, parts }) =>
          parts.map(({ kind, share }) => [row.task + 1, task + 1, kind, share]),
        ),
      ),
  };
}

function taken(
  { row, answers, picked, onPick, explained: { variant } }: DetailOptions,
  names: readonly string[],
): DetailPanel | undefined {
  const shares = answers.taken;
  if (!shares || row.task === 0) return undefined;
  const body = takenMatrix({
    label: t('takenLabel', { label: variant.label }),
    hint: t('takenHint'),
    by: 'task',
    items: shares.slice(0, row.task + 1).map((_, task) => ({ id: task, short: `T${task + 1}`, name: names[task] })),
    shares,
    words: (of, other, value) =>
      t('takenCell', { task: numberAndName(of.id, names), taken: numberAndName(other.id, names), value }),
    ...{ picked, onPick },
  });
  return {
    ...{ id: 'taken', title: t('takenTitle'), body },
    data: () =>
      csvText(
        ['after_task', 'of_task', 'taken_for_task', 'share'],
        shares.flatMap((own, task) =>
          own.flatMap((share, other) => (Number.isFinite(share) ? [[row.task + 1, task + 1, other + 1, share]] : [])),
        ),
      ),
  };
}

/** The same by classes. */
function takenClasses({
  row,
  answers,
  picked,
  onPick,
  className,
  explained: { variant },
}: DetailOptions): DetailPanel | undefined {
  const { classes = [], shares = [] } = answers.takenClasses ?? {};
  if (classes.length < 2) return undefined;
  const nameOf = (label: number) => (className(label) === String(label) ? undefined : className(label));
  const body = takenMatrix({
    label: t('takenClassesLabel', { label: variant.label }),
    hint: t('takenClassesHint'),
    by: 'class',
    items: classes.map((label) => ({ id: label, short: String(label), name: nameOf(label) })),
    shares,
    words: (of, other, value) => t('takenClassesCell', { of: className(of.id), taken: className(other.id), value }),
    ...{ picked, onPick },
  });
  return {
    ...{ id: 'taken-classes', title: t('takenClassesTitle'), body },
    data: () =>
      csvText(
        ['after_task', 'of_class', 'taken_for_class', 'share'],
        shares.flatMap((own, i) => own.map((share, j) => [row.task + 1, classes[i], classes[j], share])),
      ),
  };
}

interface MatrixOptions extends Pick<DetailOptions, 'picked' | 'onPick'> {
  readonly label: string;
  readonly hint: string;
  readonly by: TakenCell['by'];
  readonly items: readonly TakenItem[];
  readonly shares: readonly (readonly number[])[];
  readonly words: (of: TakenItem, taken: TakenItem, value: string) => string;
}

const takenMatrix = ({ label, hint, by, items, shares, words, picked, onPick }: MatrixOptions): TemplateResult =>
  html`<lethe-taken
    data-by=${by}
    .label=${label}
    .hint=${hint}
    .items=${items}
    .shares=${shares}
    .words=${words}
    .picked=${picked?.by === by && picked.taken !== undefined ? picked : undefined}
    @pick=${({ detail: pair }: CustomEvent<TakenPair>) => onPick({ by, ...pair })}
  ></lethe-taken>`;

function overTasks({ rows: all, explained: { variant, why } }: DetailOptions): DetailPanel | undefined {
  if (all.length < 2) return undefined;
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
  const body = trendChart(
    label,
    rows.map(({ task }) => task),
    series,
  );
  return {
    ...{ id: 'over-tasks', title: t('trendTitle'), body },
    data: () =>
      csvText(
        ['after_task', 'accuracy', 'told', 'right_task', 'recency', 'lost', 'regained', 'step_cosine'],
        all.map(({ task, accuracy, told, inferred, recency, lost, regained, cosine }) => [
          ...[task + 1, accuracy, told, inferred, recency, lost, regained, cosine],
        ]),
      ),
  };
}

function steps({ runs, explained: { variant } }: DetailOptions): DetailPanel | undefined {
  const tasks = Math.max(0, ...runs.map(({ run }) => run.state.started?.tasks.length ?? 0));
  const points = runs.flatMap(({ run: { state } }) =>
    state.watched.flatMap(({ task, step, cosine }): StepPoint[] =>
      cosine === null ? [] : [{ at: (task + Math.min(1, step / (state.plan[task] ?? step))) / tasks, cosine }],
    ),
  );
  if (points.length === 0) return undefined;
  const body = html`${stepStrip(t('stepsLabel', { label: variant.label }), tasks, points)}
    <p class="aside">${t('stepsNote')}</p>`;
  return {
    ...{ id: 'steps', title: t('stepsTitle'), body },
    data: () =>
      csvText(
        ['seed', 'task', 'step', 'cosine'],
        runs.flatMap(({ run: { manifest, state } }) =>
          state.watched.map(({ task, step, cosine }) => [manifest.seed, task + 1, step, cosine]),
        ),
      ),
  };
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
