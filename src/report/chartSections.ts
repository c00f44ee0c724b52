import type { Comparison, ComparisonRow, VariantRuns } from '../core/comparison';
import type { RunWithHistory } from '../core/run';
import { largest } from '../core/extremes';
import { drawnTasks, matrixColumns, tableRows } from '../core/grid';
import { formatPercent, formatResult } from '../core/format';
import { lineChart, lineSample, matrixChart, validationSample } from './charts';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';
import type { AccuracyKind } from '../core/measured';
import {
  boundariesOf,
  curvesOf,
  matrixOf,
  validationOf,
  type BandPoint,
  type TaskCurve,
  type ValidationLine,
} from './series';

const kindOf = (row: ComparisonRow | undefined): AccuracyKind =>
  row?.taskAwareOnly === undefined ? 'accuracy' : 'taskAware';

const awareMark = (kind: AccuracyKind) =>
  kind === 'accuracy' ? undefined : markup` <span class="soft">(task-aware)</span>`;

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
  return markup`<h2>Forgetting, side by side</h2>
<p class="soft">Accuracy (%) on ${drawn.length < names.length ? `${drawn.length} of ${names.length} tasks` : 'each task'} while training goes on: mean over seeds, band from the lowest to the highest seed. Measured on a part of the test set.</p>
<ul class="legend">${drawn.filter((task) => task < tasks).map((task, k) => markup`<li>${lineSample(k)}Task ${task + 1}: ${names[task] ?? ''}</li>`)}${shown.some(({ validation }) => validation.length > 0) ? markup`<li>${validationSample}Validation set of the task in training</li>` : undefined}</ul>
<div class="grid-of-cards">${shown.map(
    ({ group, row, kind, curves, validation }) => markup`<section class="card"><h3>${group.label}${awareMark(kind)}</h3>
<p class="result">${(row && formatResult(row)) ?? 'no finished run'}</p>
${lineChart(curves, boundariesOf(group.runs), names, `${group.label}: ${kind === 'accuracy' ? 'accuracy' : 'task-aware accuracy'} on each task over training. The table below has the numbers.`, validation)}
<details><summary>Numbers</summary>${curveTable(group.label, curves, names, validation)}</details></section>`,
  )}</div>`;
}

interface Column {
  readonly head: string;
  readonly points: readonly BandPoint[];
  readonly text: (value: number) => string;
}

const percentText = (value: number): string => formatPercent(value).replace(' %', '');

function curveTable(
  label: string,
  curves: readonly TaskCurve[],
  names: readonly string[],
  validation: readonly ValidationLine[],
): Markup {
  const ofTasks = curves.map(({ task, points }): Column => ({
    head: names[task] ?? `Task ${task + 1}`,
    points,
    text: percentText,
  }));
  const ofValidation: Column[] = [
    { head: 'Validation', points: validation.flatMap(({ accuracy }) => accuracy), text: percentText },
    { head: 'Validation loss', points: validation.flatMap(({ loss }) => loss), text: (loss) => loss.toPrecision(3) },
  ];
  const columns = validation.length > 0 ? [...ofTasks, ...ofValidation] : ofTasks;
  const all = [...new Set(columns.flatMap(({ points }) => points.map((point) => point.x)))].sort((a, b) => a - b);
  const steps = tableRows(all.length).map((i) => all[i] ?? 0);
  const left =
    steps.length < all.length ? `; ${steps.length} of ${all.length} steps, lethe compare --format csv has all` : '';
  const byStep = columns.map(({ points, text }) => ({ text, at: new Map(points.map((point) => [point.x, point])) }));
  return scrollable(
    `${label}: accuracy over training`,
    markup`<table><caption>Mean accuracy (%)${validation.length > 0 ? ' and loss of validation' : ''}; hover for the range over seeds${left}</caption><thead><tr><th scope="col">Step</th>${columns.map(({ head }) => markup`<th scope="col">${head}</th>`)}</tr></thead><tbody>${steps.map(
      (step) =>
        markup`<tr><th scope="row">${step}</th>${byStep.map(({ at, text }) => {
          const point = at.get(step);
          if (!point) return markup`<td></td>`;
          return markup`<td title="${text(point.min)} to ${text(point.max)}">${text(point.mean)}</td>`;
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
  return markup`<h2>Accuracy matrices</h2>
<p class="soft">Accuracy on each task (column) after learning each task (row), ${testSets(groups)}, mean over seeds. The diagonal, outlined, is right after learning; below it is what remains; pale cells were not learned yet${isThinned ? '; empty ones were not measured. Of many tasks some rows and columns are shown, lethe compare --format csv has all' : ''}.</p>
<div class="grid-of-cards">${shown.map(
    ({ group, kind, matrix }) => markup`<section class="card"><h3>${group.label}${awareMark(kind)}</h3>
${matrixChart(matrix, names, `${group.label}: accuracy matrix. The table below has the numbers.`)}
<details><summary>Numbers</summary>${scrollable(
      `${group.label}: accuracy matrix`,
      markup`<table><caption>Accuracy (%), mean over seeds</caption><thead><tr><th scope="col">After</th>${matrix.tasks.map((j) => markup`<th scope="col">${names[j] ?? `Task ${j + 1}`}</th>`)}</tr></thead><tbody>${matrix.rows.map(
        (row) =>
          markup`<tr><th scope="row">${names[row.learned] ?? `Task ${row.learned + 1}`}</th>${row.cells.map((cell) => markup`<td>${cell ? formatPercent(cell.mean, 2).replace(' %', '') : ''}</td>`)}</tr>`,
      )}</tbody></table>`,
    )}</details></section>`,
  )}</div>`;
}

/** How much of the test sets rows of the matrices were measured on. */
function testSets(groups: readonly VariantRuns[]): string {
  const samples = new Set(
    groups.flatMap(({ runs }) => runs.flatMap(({ state }) => state.rows.map((row) => row.samples))),
  );
  const [only] = samples;
  if (samples.size > 1) return 'on different numbers of test images';
  return only === undefined ? 'full test sets' : `${only} test images of each`;
}
