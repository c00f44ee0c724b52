import type { Comparison, ComparisonRow, VariantRuns } from '../core/comparison';
import { formatMeasure, formatPercent } from '../core/format';
import { matrixColumns } from '../core/grid';
import { takenForTasks } from '../core/measures/ofAnswers';
import type { RunWithHistory } from '../core/run';
import { mean } from '../core/statistics';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';
import { runsThatCount } from './series';

/** Of each task (row) the share of its test examples that is taken for each task (column), mean over seeds. */
type Shares = readonly (readonly number[])[];

/** What the examples of each task are taken for at the end, where the network infers the task itself. */
export function answersSection(
  groups: readonly VariantRuns<RunWithHistory>[],
  comparison: Comparison,
  names: readonly string[],
): Markup | undefined {
  const columns = matrixColumns(names.length);
  const cards = groups.flatMap((group) => {
    const shares = sharesOf(group.runs, names.length);
    const row = comparison.rows.find(({ key }) => key === group.key);
    return shares && row && row.seedsDone > 0 ? [card(row, shares, columns, names)] : [];
  });
  if (cards.length === 0) return undefined;
  return markup`<h2>What each task is taken for</h2>
<p class="soft">Of the test examples of a task (row) the share (%) that is taken for a class of each task (column) at the end, mean over seeds. Accuracy is task inference times class within task, exactly; the task-aware accuracy, with the task told, is another number.</p>
<div class="grid-of-cards">${cards}</div>`;
}

function sharesOf(runs: readonly RunWithHistory[], tasks: number): Shares | undefined {
  const found = runsThatCount(runs).flatMap(({ state: { confusions } }) => {
    const last = confusions.at(-1);
    const counts = last && takenForTasks(last, tasks);
    return counts ? [counts] : [];
  });
  if (found.length === 0) return undefined;
  return Array.from({ length: tasks }, (_, row) =>
    Array.from({ length: tasks }, (__, column) => mean(found.map((shares) => shares[row]?.[column] ?? NaN))),
  );
}

function card(row: ComparisonRow, shares: Shares, columns: readonly number[], names: readonly string[]): Markup {
  const nameOf = (task: number) => names[task] ?? `Task ${task + 1}`;
  const { accuracy, taskInference, classWithinTask, taskAwareAccuracy } = row.measures;
  const said = [
    `${formatMeasure('accuracy', accuracy)} %`,
    `= ${formatMeasure('taskInference', taskInference)} % task inference`,
    `× ${formatMeasure('classWithinTask', classWithinTask)} % class within task;`,
    `${formatMeasure('taskAwareAccuracy', taskAwareAccuracy)} % with the task told`,
  ];
  return markup`<section class="card"><h3>${row.label}</h3><p class="result">${said.join(' ')}</p>
${scrollable(
  `${row.label}: what each task is taken for`,
  markup`<table><caption>Taken for (%)</caption><thead><tr><th scope="col">Task</th>${columns.map((task) => markup`<th scope="col">${nameOf(task)}</th>`)}</tr></thead><tbody>${columns.map(
    (task) =>
      markup`<tr><th scope="row">${nameOf(task)}</th>${columns.map((taken) => markup`<td>${formatPercent(shares[task]?.[taken] ?? NaN).replace(' %', '')}</td>`)}</tr>`,
  )}</tbody></table>`,
)}</section>`;
}
