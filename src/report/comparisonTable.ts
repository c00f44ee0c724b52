import { runMeasureNames, type Comparison, type ComparisonRow, type MeasureName } from '../core/comparison';
import { formatMeasure, formatValue, measureInfo, measureNames } from '../core/format';
import type { Summary } from '../core/statistics';
import { markup, Markup } from './markup';
import { scrollable } from './scrollable';
import { counted } from './counted';
import { ownAccuracyMeasures, withUnit } from './tables';

/** Columns of the comparison; how well the task-aware accuracy is kept stands with the single seeds. */
const allColumns = measureNames.filter((name) => name !== 'taskAwareForgetting');

/** Leaves out the online accuracy where no run has one. */
const withValues = <Name extends MeasureName>(names: readonly Name[], rows: readonly ComparisonRow[]): Name[] => {
  const hasOnline = rows.some(({ measures }) => measures.onlineAccuracy.n > 0);
  return names.filter((name) => name !== 'onlineAccuracy' || hasOnline);
};

/** A cell that says more on hover: standard deviation, standard error and how many seeds count. */
function spreadTitle(name: MeasureName, summary: Summary): string {
  if (summary.n < 2) return counted(summary.n, 'seed');
  return `SD ${formatValue(name, summary.sd, 2)}, SEM ${formatValue(name, summary.sem, 2)}, ${counted(summary.n, 'seed')}`;
}

const rankTag = (row: ComparisonRow) =>
  row.rank === 'best'
    ? markup`<span class="tag best">best</span>`
    : row.rank
      ? markup`<span class="tag" title="Not distinguishable from the best">≈ best</span>`
      : row.bound
        ? markup`<span class="tag">${row.bound} bound</span>`
        : undefined;

export function comparisonSection({ rows }: Comparison): Markup {
  const columns = withValues(allColumns, rows);
  const head = columns.map(
    (name) => markup`<th scope="col" title="${measureInfo[name].description}">${withUnit(name)}</th>`,
  );
  const body = rows.map(
    (row) =>
      markup`<tr${row.rank === 'best' ? new Markup(' class="best"') : undefined}><th scope="row">${row.label} ${rankTag(row)}</th>${columns.map((name) => measureCell(row, name))}<td>${row.seedsDone}${row.seedsDone === row.seeds ? undefined : ` of ${row.seeds}`}</td></tr>`,
  );
  const spread = rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.label}</th>${columns.map((name) => {
        const { sd, sem } = row.measures[name];
        return markup`<td>${formatValue(name, sd, 2)} / ${formatValue(name, sem, 2)}</td>`;
      })}<td>${row.measures.accuracy.n || row.measures.taskAwareAccuracy.n}</td></tr>`,
  );
  return markup`<h2>Comparison</h2>
${scrollable('Comparison', markup`<table><caption>Mean ± 95 % confidence interval over seeds</caption><thead><tr><th scope="col">Variant</th>${head}<th scope="col">Seeds</th></tr></thead><tbody>${body}</tbody></table>`)}
<details><summary>Standard deviation and standard error</summary>${scrollable('Standard deviation and standard error', markup`<table><caption>SD / SEM over seeds</caption><thead><tr><th scope="col">Variant</th>${head}<th scope="col">n</th></tr></thead><tbody>${spread}</tbody></table>`)}</details>
<details><summary>What the columns mean</summary><div class="card"><dl class="pairs">${columns.map((name) => markup`<dt>${measureInfo[name].title}</dt><dd>${measureInfo[name].description} ${measureInfo[name].better === 'higher' ? 'Higher' : 'Lower'} is better.</dd>`)}</dl></div></details>`;
}

function measureCell(row: ComparisonRow, name: MeasureName): Markup {
  const summary = row.measures[name];
  if (row.taskAwareOnly !== undefined && ownAccuracyMeasures.has(name))
    return markup`<td class="soft" title="${row.taskAwareOnly}">${name === 'accuracy' ? 'needs the task' : '–'}</td>`;
  if (row.seedsDone === 0) return markup`<td class="soft">–</td>`;
  return markup`<td title="${spreadTitle(name, summary)}">${formatMeasure(name, summary)}</td>`;
}

export function seedSection({ rows }: Comparison): Markup | undefined {
  const names = withValues(runMeasureNames, rows);
  const lines = rows.flatMap((row) =>
    row.perSeed.map(
      (seed) =>
        markup`<tr><th scope="row">${row.label}</th><td>${seed.seed}</td>${names.map((name) => markup`<td>${formatValue(name, seed[name], 2)}</td>`)}</tr>`,
    ),
  );
  if (lines.length === 0) return undefined;
  return markup`<h2>Seed by seed</h2>
${scrollable('Results of each seed', markup`<table><thead><tr><th scope="col">Variant</th><th scope="col">Seed</th>${names.map((name) => markup`<th scope="col">${withUnit(name)}</th>`)}</tr></thead><tbody>${lines}</tbody></table>`)}`;
}
