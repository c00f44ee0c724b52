import { html, nothing, svg, type TemplateResult } from 'lit';
import { repeat } from 'lit/directives/repeat.js';
import { formatPercent } from '../src/core/format';
import { drawnTasks, isThinned as hasManyTasks, tableRows } from '../src/core/grid';
import './accuracyMatrix';
import type { MatrixPlace, PinnedMatrix } from './accuracyMatrix';
import { csvOf } from './chartExport';
import { button, checkbox, choice } from './controls';
import { effectOf, isThinned, type Curves, type Measure } from './curves';
import type { Detail } from './curveChart';
import './curveChart';
import { detailOf, drawingOf, type Part } from './drawing';
import { resetZoom } from './linkedCharts';
import type { Host } from './host';
import type { Alone } from './panel/alone';
import { panelMenu } from './panel/panelMenu';
import { differenceOf, differenceText, pointsText } from './pinned';
import { PINNED_DASH } from './pinnedLines';
import './pointsTable';
import { said } from './said';
import { scrubber } from './scrubber';
import { list, t, tn } from './strings';
import { dashOf, TASK_STYLES, VALIDATION_DASH } from './theme';
import type { AxisUnit } from './timeline';
import type { LiveVariant } from './variants';
import { timeText } from './words';
import { workWords } from './workWords';

export interface CardOptions {
  /** What tasks are called, where they have names. */
  readonly names: readonly string[];
  /** What is said of each task beside its number: its name or its classes, where that tells them apart. */
  readonly abouts: readonly string[];
  readonly taskAware: boolean;
  readonly onTaskAware: (on: boolean) => void;
  readonly unit: AxisUnit;
  readonly onUnit: (unit: AxisUnit) => void;
  /** Variants whose table twin is open. */
  readonly open: ReadonlySet<string>;
  readonly onToggle: (key: string, open: boolean) => void;
  readonly alone: Alone;
  readonly host: Pick<Host, 'act'>;
  /** The task after which one looks; undefined: after the last. */
  /** The variant that the others are compared with. */
  readonly pinned: LiveVariant | undefined;
  /** What keeps variants from sight, and what they are compared with. */
  readonly chips: TemplateResult;
  readonly task?: number | undefined;
  readonly onTask: (task: number) => void;
  /** Parts of the training that are wanted in detail, by the variants. */
  readonly parts: ReadonlyMap<string, Part>;
  readonly onPart: (key: string, part: Part | undefined) => void;
  /** A cell of a matrix was chosen. */
  readonly onCell: (key: string, place: MatrixPlace) => void;
  /** Key of the variant in focus. */
  readonly focus: string | undefined;
}

/** Small multiples: for every variant its forgetting curves and its accuracy matrix. */
export function forgettingCards(variants: readonly LiveVariant[], options: CardOptions): TemplateResult {
  const begun = variants.filter((variant) => variant.runs.some((run) => run.state.started));
  if (begun.length === 0) return html`${nothing}`;
  const alone = begun.filter(({ key }) => key === options.alone.id);
  const shown = alone.length > 0 ? alone : begun;
  const tasks = Math.max(...shown.flatMap(({ runs }) => runs.map((run) => run.state.started?.tasks.length ?? 0)));
  const all = shown.map((variant) => drawingOf(variant, measureOf(variant, options), 'large'));
  const drawings = all.map(({ curves }) => curves);
  const learned = [...new Set(all.flatMap(({ matrix }) => matrix.learned))].sort((a, b) => a - b);
  return html`<section class="forgetting" aria-labelledby="forgetting-title">
    <div class="section-head">
      <h2 id="forgetting-title" class="visually-hidden">${t('forgettingTitle')}</h2>
      <div class="tools">
        ${options.chips}
        ${choice({
          name: 'unit',
          label: t('axisUnit'),
          value: options.unit,
          options: [
            ['steps', t('axisSteps')],
            ['seconds', t('axisSeconds')],
          ],
          onChange: options.onUnit,
        })}
        ${checkbox({ label: t('taskAwareToggle'), checked: options.taskAware, onChange: options.onTaskAware })}
        ${scrubber({
          ...{ tasks: learned, names: options.names, onPick: options.onTask },
          task: options.task ?? learned.at(-1) ?? 0,
        })}
        ${button({ name: 'resetZoom', label: t('resetZoom'), description: `${t('resetZoom')}. ${t('zoomHint')}`, onClick: resetZoom })}
      </div>
      ${legend(tasks, options.abouts, drawings, pinnedSample(shown, options))}
      ${hasManyTasks(tasks) ? html`<p class="aside">${t('someTasks', { n: tasks })}</p>` : nothing}
    </div>
    ${options.taskAware ? html`<p class="note">${t('taskAwareShown')}</p>` : nothing}
    <div class=${alone.length > 0 ? 'cards alone' : 'cards'}>
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

function legend(
  tasks: number,
  abouts: readonly string[],
  drawings: readonly Curves[],
  pinned: TemplateResult | typeof nothing,
): TemplateResult {
  const drawn = drawnTasks(tasks);
  const shown = drawn.length > MOST_NAMED ? [] : abouts;
  const seeds = Math.max(...drawings.map((curves) => curves.seeds));
  return html`<ul class="legend">
    ${drawn.map(
      (task, k) =>
        html`<li title=${abouts[task] ?? nothing}>
          <svg width="28" height="8" aria-hidden="true">
            ${svg`<line class="task-${k % TASK_STYLES}" x1="0" y1="4" x2="28" y2="4" stroke-dasharray=${dashOf(k).join(' ')} />`}
          </svg>
          ${taskText(task, shown)}
        </li>`,
    )}
    ${seeds > 1 ? bandSample() : nothing} ${pinned}
    ${drawings.some(({ online }) => online !== undefined) ? besideSample(t('legendOnline'), false) : nothing}
    ${drawings.some(({ validation }) => validation !== undefined) ? besideSample(t('legendValidation'), true) : nothing}
    ${drawings.some(({ pauses }) => pauses.length > 0) ? pauseSample() : nothing}
    ${drawings.some(({ switches }) => switches.length > 0) ? switchSample() : nothing}
  </ul>`;
}

const taskText = (task: number, abouts: readonly string[]): string =>
  abouts[task] === undefined
    ? t('legendTask', { n: task + 1 })
    : t('taskClasses', { n: task + 1, classes: abouts[task] });

const bandSample = (): TemplateResult =>
  html`<li>
    <svg width="28" height="10" aria-hidden="true">
      ${svg`<rect class="band" width="28" height="10" /><line class="task-0" x1="0" y1="5" x2="28" y2="5" />`}
    </svg>
    ${t('legendBand')}
  </li>`;

/** Where cards are shown beside the one that they are compared with. */
function pinnedSample(shown: readonly LiveVariant[], { pinned, unit }: CardOptions) {
  if (!pinned || shown.every(({ key }) => key === pinned.key)) return nothing;
  return html`<li>
    <svg width="28" height="8" aria-hidden="true">
      ${svg`<line class="beside" x1="0" y1="4" x2="28" y2="4" stroke-dasharray=${PINNED_DASH.join(' ')} />`}
    </svg>
    ${t(unit === 'seconds' ? 'pinnedLineSeconds' : 'pinnedLine', { label: pinned.label })}
  </li>`;
}

const pauseSample = (): TemplateResult =>
  html`<li>
    <svg width="14" height="10" aria-hidden="true">
      ${svg`<path class="hatch" d="M-4 10 L6 0 M0 10 L10 0 M4 10 L14 0 M8 10 L18 0" />`}
    </svg>
    ${t('legendPause')}
  </li>`;

const switchSample = (): TemplateResult => html`<li><span aria-hidden="true">▼</span> ${t('legendSwitch')}</li>`;

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
  const { curves, matrix } = drawingOf(variant, measure, 'large');
  const result = row.measures[measure === 'accuracy' ? 'accuracy' : 'taskAwareAccuracy'].mean;
  const detail = detailIn(variant, measure, curves, options.parts.get(key));
  const pinned = pinnedIn(variant, measure, options);
  // Where neighbours were taken together, what is zoomed into is known point by point.
  const numbers = detail?.curves ?? curves;
  return html`<article
    class=${key === options.focus ? 'card focused' : 'card'}
    data-card=${key}
    data-panel-root=${key}
    aria-labelledby="card-${key}"
  >
    <div class="card-head">
      <h3 id="card-${key}">
        <span class="label">${label}</span>
        <span class="aside"
          >${[...factsOf(variant, curves), ...differenceWords(variant, measure, options)].join(' · ')}</span
        >
        <span class="result">${Number.isFinite(result) ? formatPercent(result) : ''}</span>
      </h3>
      ${panelMenu({
        ...{ id: key, title: label, alone: options.alone, host: options.host },
        data: () => csvOf(numbers),
        legend: '.forgetting .legend',
      })}
    </div>
    ${
      row.taskAwareOnly && !options.taskAware
        ? html`<p class="aside">${t('chartTaskAwareOnly', { reason: said(row.taskAwareOnly) })}</p>`
        : nothing
    }
    ${pauseNotes(curves).map((text) => html`<p class="aside pause-note">${text}</p>`)}
    <div class="pair">
      <lethe-curves
        .label=${label}
        .curves=${curves}
        .detail=${detail}
        .pinned=${pinned?.drawing.curves}
        @refine=${(event: CustomEvent<Part | null>) => options.onPart(key, event.detail ?? undefined)}
        .unit=${options.unit}
        .ends=${endsOf(curves, options.abouts)}
        .isTall=${options.alone.id === key}
      ></lethe-curves>
      <lethe-matrix
        .label=${label}
        .matrix=${matrix}
        .pinned=${pinned?.matrix}
        .names=${options.names}
        .joint=${curves.joint}
        .task=${options.task}
        @choose=${(event: CustomEvent<MatrixPlace>) => options.onCell(key, event.detail)}
      ></lethe-matrix>
    </div>
    <details
      class="numbers"
      ?open=${options.open.has(key)}
      @toggle=${(event: Event) => options.onToggle(key, (event.target as HTMLDetailsElement).open)}
    >
      <summary>${t('showTable')}<span class="visually-hidden">${t('afterColon', { title: label })}</span></summary>
      ${options.open.has(key) ? tables(label, numbers, options.names) : nothing}
    </details>
  </article>`;
}

/** What the card is compared with, measured as it is; undefined on the card of the pinned one itself. */
function pinnedIn({ key }: LiveVariant, measure: Measure, { pinned }: CardOptions) {
  if (!pinned || pinned.key === key) return undefined;
  const drawing = drawingOf(pinned, measure, 'large');
  const known = pinnedMatrices.get(drawing.matrix) ?? { label: pinned.label, matrix: drawing.matrix };
  pinnedMatrices.set(drawing.matrix, known);
  return { drawing, matrix: known };
}
/** The same object as long as the matrix is. */
const pinnedMatrices = new WeakMap<PinnedMatrix['matrix'], PinnedMatrix>();

function differenceWords(variant: LiveVariant, measure: Measure, { pinned }: CardOptions): string[] {
  if (!pinned) return [];
  if (pinned.key === variant.key) return [t('baseline')];
  const difference = differenceOf(variant, pinned, measure === 'accuracy' ? 'accuracy' : 'taskAwareAccuracy');
  if (!difference) return [];
  const { p } = differenceText(difference);
  const words = t('differenceFrom', { points: pointsText(difference.mean), label: pinned.label });
  return [p === '' ? words : `${words} (${p})`];
}

/** The same object as long as the curves are, so that nothing is drawn anew. */
function detailIn(variant: LiveVariant, measure: Measure, whole: Curves, part: Part | undefined): Detail | undefined {
  const curves = part && isThinned(whole) ? detailOf(variant, measure, part) : undefined;
  if (!part || !curves) return undefined;
  const known = details.get(curves) ?? { ...part, curves };
  details.set(curves, known);
  return known;
}
const details = new WeakMap<Curves, Detail>();

function factsOf({ row }: LiveVariant, { seeds, joint }: Curves): string[] {
  const online = row.measures.onlineAccuracy.mean;
  const gap = row.measures.stabilityGap.mean;
  const steps = row.measures.recoverySteps.mean;
  return [
    ...(row.bound ? [t(row.bound === 'lower' ? 'lowerBound' : 'upperBound')] : []),
    ...(seeds > 0 ? [seeds > 1 ? t('meanOfSeeds', { n: seeds }) : tn('seeds', seeds)] : []),
    ...(Number.isFinite(online) ? [t('chartOnline', { value: formatPercent(online) })] : []),
    ...(Number.isFinite(gap) && !joint
      ? [
          t('gapFact', {
            depth: (100 * gap).toFixed(1),
            back: Number.isFinite(steps) ? t('gapBack', { steps: Math.round(steps) }) : t('gapNotBack'),
          }),
        ]
      : []),
  ];
}

/** What the method does between steps, and what that does to the accuracy: a sentence for each kind of place. */
function pauseNotes(curves: Curves): string[] {
  const sentence = (isLast: boolean): string[] => {
    const own = curves.pauses.filter((pause) => pause.isLast === isLast);
    if (own.length === 0) return [];
    const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
    const effects = own.flatMap((pause) => effectOf(curves, pause) ?? []);
    const names = list([...new Set(own.flatMap((pause) => pause.names))].map(workWords));
    const time = timeText(mean(own.map(({ seconds }) => seconds)));
    const before = formatPercent(mean(effects.map((effect) => effect.before)));
    const after = formatPercent(mean(effects.map((effect) => effect.after)));
    const values = { names, time, before, after };
    return [
      t(
        isLast
          ? effects.length > 0
            ? 'pauseEnd'
            : 'pauseEndPlain'
          : effects.length > 0
            ? 'pauseMid'
            : 'pauseMidPlain',
        values,
      ),
    ];
  };
  return [...sentence(false), ...sentence(true)];
}

/** The longest name at the end of a line, in letters. */
const LONGEST_END = 7;

/** Short names for the ends of the lines; none where there are too many lines. */
function endsOf({ tasks }: Curves, abouts: readonly string[]): string[] {
  return tasks.map(({ task }) => {
    const about = abouts[task]?.replaceAll(' ', '');
    return about && about.length <= LONGEST_END ? about : `T${task + 1}`;
  });
}

/** The numbers of a chart: what was measured, what was done between steps, and what the switches did. */
const tables = (label: string, curves: Curves, names: readonly string[]): TemplateResult =>
  html`${isThinned(curves) ? html`<p class="aside">${t('tableThinned', { n: curves.of })}</p>` : nothing}
    ${curves.seeds > 1 ? html`<p class="aside">${t('tableBand', { n: curves.seeds })}</p>` : nothing}
    <lethe-points .label=${label} .curves=${curves} .names=${names}></lethe-points>
    ${curves.pauses.length > 0 ? pauseTable(label, curves) : nothing}
    ${curves.switches.length > 0 ? switchTable(label, curves) : nothing}`;

const some = <T>(items: readonly T[]): T[] => tableRows(items.length).flatMap((i) => items[i] ?? []);
const points = (value: number | undefined): string =>
  value === undefined || Number.isNaN(value) ? '' : (100 * value).toFixed(1);

function smallTable(title: string, heads: readonly string[], rows: readonly (readonly string[])[]): TemplateResult {
  return html`<div class="scroll twin" role="region" tabindex="0" aria-label=${title}>
    <table>
      <caption>
        ${title}
      </caption>
      <thead>
        <tr>
          ${heads.map((head) => html`<th scope="col" class="number">${head}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ([first = '', ...rest]) =>
            html`<tr>
              <th scope="row" class="number">${first}</th>
              ${rest.map((text) => html`<td class="number">${text}</td>`)}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

function pauseTable(label: string, curves: Curves): TemplateResult {
  return smallTable(
    t('pauseTable', { label }),
    [t('pauseAfterStep'), t('trainedTask'), t('pauseWhat'), t('pauseTime'), t('pauseBefore'), t('pauseAfter')],
    some(curves.pauses).map((pause) => {
      const effect = effectOf(curves, pause);
      const { step, task, names, seconds } = pause;
      return [
        ...[String(step), t('taskName', { n: task + 1 }), list(names.map(workWords)), timeText(seconds)],
        ...[points(effect?.before), points(effect?.after)],
      ];
    }),
  );
}

function switchTable(label: string, curves: Curves): TemplateResult {
  return smallTable(
    t('switchTable', { label }),
    [t('switchTo'), t('switchDepth'), t('switchLowest'), t('switchBack')],
    some(curves.switches).map(({ task, depth, lowest, back }) => [
      ...[t('taskName', { n: task + 1 }), points(depth), points(lowest)],
      back === undefined ? t('gapNotBack') : String(Math.round(back)),
    ]),
  );
}
