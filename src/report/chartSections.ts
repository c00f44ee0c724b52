import type { Comparison, ComparisonRow, VariantRuns } from '../core/comparison';
import type { RunWithHistory } from '../core/run';
import { inARow, t } from '../core/text';
import { largest } from '../core/extremes';
import { drawnTasks, matrixColumns, tableRows } from '../core/grid';
import { formatPercent } from '../core/format';
import { formatResult } from '../core/measureFormat';
import { lineChart, lineSample, matrixChart, validationSample } from './charts';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';
import type { AccuracyKind } from '../core/measured';
import {
  boundariesOf,
  curvesOf,
  areaMatrixOf,
  matrixOf,
  validationOf,
  type BandPoint,
  type MatrixSummary,
  type TaskCurve,
  type ValidationLine,
} from './series';

const kindOf = (row: ComparisonRow | undefined): AccuracyKind =>
  row?.taskAwareOnly === undefined ? 'accuracy' : 'taskAware';

const awareMark = (kind: AccuracyKind) =>
  kind === 'accuracy' ? undefined : markup` <span class="soft">${t('(task-aware)')}</span>`;

export function curveSection(
  groups: readonly VariantRuns<RunWithHistory>[],
  comparison: Comparison,
  names: readonly string[],
): Markup | undefined {
  const cards = groups.map((group) => {
    const row = comparison.rows.find((candidate) => candidate.key === group.key);
    const kind = kindOf(row);
    return { group, row, kind, curves: curvesOf(group.runs, kind), validation: validationOf(group.runs) };
  });
  const drawn = drawnTasks(names.length);
  const shown = cards.filter(({ curves }) => curves.length > 0);
  if (shown.length === 0) return undefined;
  const tasks = largest(
    shown.flatMap(({ curves }) => curves.map((curve) => curve.task + 1)),
    0,
  );
  return markup`<h2>${t('Forgetting, side by side')}</h2>
<p class="soft">${inARow([
    drawn.length < names.length
      ? t(
          'Accuracy (%) on {0} of {1} tasks while training goes on: mean over seeds, band from the lowest to the highest seed.',
          drawn.length,
          names.length,
        )
      : t(
          'Accuracy (%) on each task while training goes on: mean over seeds, band from the lowest to the highest seed.',
        ),
    t('Measured on a part of the test set.'),
  ])}</p>
<ul class="legend">${drawn.filter((task) => task < tasks).map((task, k) => markup`<li>${lineSample(k)}${t('Task {0}: {1}', task + 1, names[task] ?? '')}</li>`)}${shown.some(({ validation }) => validation.length > 0) ? markup`<li>${validationSample}${t('Validation set of the task in training')}</li>` : undefined}</ul>
<div class="grid-of-cards">${shown.map(
    ({ group, row, kind, curves, validation }) => markup`<section class="card"><h3>${group.label}${awareMark(kind)}</h3>
<p class="result">${(row && formatResult(row)) ?? t('no finished run')}</p>
${lineChart(curves, boundariesOf(group.runs), names, titleOf(group.label, kind), validation)}
<details><summary>${t('Numbers')}</summary>${curveTable(group.label, curves, names, validation)}</details></section>`,
  )}</div>`;
}

const titleOf = (label: string, kind: AccuracyKind): string =>
  kind === 'accuracy'
    ? t('{0}: accuracy on each task over training. The table below has the numbers.', label)
    : t('{0}: task-aware accuracy on each task over training. The table below has the numbers.', label);

interface Column {
  readonly head: string;
  readonly points: readonly BandPoint[];
  readonly text: (value: number) => string;
}

const percentText = (value: number): string => formatPercent(value).replace(' %', '');

/** Of the table under a curve, which of many steps has some. */
function captionOf(hasValidation: boolean, shown: number, all: number): string {
  const what = hasValidation
    ? t('Mean accuracy (%) and loss of validation; hover for the range over seeds')
    : t('Mean accuracy (%); hover for the range over seeds');
  return shown < all ? t('{0}; {1} of {2} steps, lethe compare --format csv has all', what, shown, all) : what;
}

function curveTable(
  label: string,
  curves: readonly TaskCurve[],
  names: readonly string[],
  validation: readonly ValidationLine[],
): Markup {
  const ofTasks = curves.map(({ task, points }): Column => ({
    head: names[task] ?? t('Task {0}', task + 1),
    points,
    text: percentText,
  }));
  const ofValidation: Column[] = [
    { head: t('Validation'), points: validation.flatMap(({ accuracy }) => accuracy), text: percentText },
    { head: t('Validation loss'), points: validation.flatMap(({ loss }) => loss), text: (loss) => loss.toPrecision(3) },
  ];
  const columns = validation.length > 0 ? [...ofTasks, ...ofValidation] : ofTasks;
  const all = [...new Set(columns.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const steps = tableRows(all.length).map((i) => all[i] ?? 0);
  const byStep = columns.map(({ points, text }) => ({ text, at: new Map(points.map((point) => [point.x, point])) }));
  return scrollable(
    t('{0}: accuracy over training', label),
    markup`<table><caption>${captionOf(validation.length > 0, steps.length, all.length)}</caption><thead><tr><th scope="col">${t('Step')}</th>${columns.map(({ head }) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${steps.map(
      (step) =>
        markup`<tr><th scope="row">${step}</th>${byStep.map(({ at, text }) => {
          const point = at.get(step);
          if (!point) return markup`<td></td>`;
          return markup`<td title="${t('{0} to {1}', text(point.min), text(point.max))}">${text(point.mean)}</td>`;
        })}</tr>`,
    )}</tbody></table>`,
  );
}

export function matrixSection(
  groups: readonly VariantRuns[],
  comparison: Comparison,
  names: readonly string[],
): Markup | undefined {
  const shown = groups.flatMap((group) => {
    const kind = kindOf(comparison.rows.find((row) => row.key === group.key));
    const matrix = matrixOf(group.runs, kind);
    return matrix.rows.length === 0 ? [] : [{ group, kind, matrix }];
  });
  if (shown.length === 0) return undefined;
  const isThinned =
    groups.some(({ runs }) => runs.some(({ state }) => state.rows.some(({ tasks }) => tasks))) ||
    matrixColumns(names.length).length < names.length;
  return markup`<h2>${t('Accuracy matrices')}</h2>
<p class="soft">${inARow([
    t('Accuracy on each task (column) after learning each task (row), {0}, mean over seeds.', testSets(groups)),
    ...(isThinned
      ? [
          t(
            'The diagonal, outlined, is right after learning; below it is what remains; pale cells were not learned yet; empty ones were not measured.',
          ),
          t('Of many tasks some rows and columns are shown, lethe compare --format csv has all.'),
        ]
      : [
          t(
            'The diagonal, outlined, is right after learning; below it is what remains; pale cells were not learned yet.',
          ),
        ]),
  ])}</p>
<div class="grid-of-cards">${shown.map(
    ({ group, kind, matrix }) => markup`<section class="card"><h3>${group.label}${awareMark(kind)}</h3>
${matrixChart(matrix, names, t('{0}: accuracy matrix. The table below has the numbers.', group.label))}
<details><summary>${t('Numbers')}</summary>${matrixTable(matrix, names, t('{0}: accuracy matrix', group.label), t('Accuracy (%), mean over seeds'))}</details>
${areaDetails(group, names)}</section>`,
  )}</div>`;
}

/** The areas under ROC curves of a variant, where its rows have them. */
function areaDetails({ label, runs }: VariantRuns, names: readonly string[]): Markup | undefined {
  const areas = areaMatrixOf(runs);
  if (!areas) return undefined;
  return markup`<details><summary>${t('ROC AUC')}</summary>${matrixTable(areas, names, t('{0}: areas under ROC curves', label), t('ROC AUC (%), mean over seeds'))}</details>`;
}

function matrixTable(matrix: MatrixSummary, names: readonly string[], label: string, caption: string): Markup {
  const nameOf = (task: number) => names[task] ?? t('Task {0}', task + 1);
  return scrollable(
    label,
    markup`<table><caption>${caption}</caption><thead><tr><th scope="col">${t('After')}</th>${matrix.tasks.map((task) => markup`<th scope="col">${nameOf(task)}</th>`)}</tr></thead><tbody>${matrix.rows.map(
      (row) =>
        markup`<tr><th scope="row">${nameOf(row.learned)}</th>${row.cells.map((cell) => markup`<td>${cell ? formatPercent(cell.mean, 2).replace(' %', '') : ''}</td>`)}</tr>`,
    )}</tbody></table>`,
  );
}

/** How much of the test sets rows of the matrices were measured on. */
function testSets(groups: readonly VariantRuns[]): string {
  const samples = new Set(
    groups.flatMap(({ runs }) => runs.flatMap(({ state }) => state.rows.map((row) => row.samples))),
  );
  const [only] = samples;
  if (samples.size > 1) return t('on different numbers of test images');
  return only === undefined ? t('full test sets') : t('{0} test images of each', only);
}
