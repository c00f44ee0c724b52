import type { Comparison, ComparisonRow } from '../core/comparison';
import { formatMeasure, formatValue } from '../core/format';
import {
  measureInfo,
  measureNames,
  reportMeasures,
  runMeasureNames,
  type Measure,
  type MeasureName,
} from '../core/measures/table';
import type { Summary } from '../core/statistics';
import { differencesOf, oursText, publishedText, sourceText, verdictText } from '../core/verdictText';
import { markup, Markup } from './markup';
import { scrollable } from './scrollable';
import { counted } from './counted';
import { pickWords, withUnit, withValues } from './tables';

/** A cell that says more on hover: standard deviation, standard error and how many seeds count. */
function spreadTitle(name: MeasureName, summary: Summary): string {
  if (summary.n < 2) return counted(summary.n, 'seed');
  return `SD ${formatValue(name, summary.sd, 2)}, SEM ${formatValue(name, summary.sem, 2)}, ${counted(summary.n, 'seed')}`;
}

const rankTag = (row: ComparisonRow) =>
  row.rank === 'best'
    ? markup`<span class="tag best">best</span>`
    : row.rank === 'best so far'
      ? markup`<span class="tag" title="On the seeds that all with results share; others lack runs">best so far</span>`
      : row.rank
        ? markup`<span class="tag" title="Not distinguishable from the best">≈ best</span>`
        : row.bound
          ? markup`<span class="tag">${row.bound} bound</span>`
          : undefined;

const pickTag = ({ pick }: ComparisonRow) => pick && markup`<span class="tag">${pickWords(pick)}</span>`;

export function comparisonSection(comparison: Comparison): Markup {
  const { rows } = comparison;
  const columns = withValues(reportMeasures, comparison);
  const head = columns.map(
    (name) => markup`<th scope="col" title="${measureInfo[name].description}">${withUnit(name)}</th>`,
  );
  const body = rows.map(
    (row) =>
      markup`<tr${row.rank === 'best' ? new Markup(' class="best"') : undefined}><th scope="row">${row.label} ${rankTag(row)} ${pickTag(row)}</th>${columns.map((name) => measureCell(row, name))}<td>${row.seedsDone}${row.seedsDone === row.seeds ? undefined : ` of ${row.seeds}`}</td></tr>`,
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
  if (row.seedsDone === 0) return markup`<td class="soft">–</td>`;
  const missing = row.missing[name];
  if (missing !== undefined)
    return markup`<td class="soft" title="${missing}">${name === 'accuracy' && row.taskAwareOnly !== undefined ? 'needs the task' : '–'}</td>`;
  return markup`<td title="${spreadTitle(name, summary)}">${formatMeasure(name, summary)}</td>`;
}

/** Every measure there is, one a line. */
export function measuresSection(comparison: Comparison): Markup | undefined {
  const { rows } = comparison;
  if (rows.every(({ seedsDone }) => seedsDone === 0)) return undefined;
  const lines = withValues(measureNames, comparison).map(
    (name) =>
      markup`<tr><th scope="row" title="${meaningOf(measureInfo[name])}">${withUnit(name)}</th>${rows.map((row) => measureCell(row, name))}</tr>`,
  );
  return markup`<details><summary>All measures</summary><p class="soft">Hover a name for what it means, an empty cell for what is missing.</p>
${scrollable('All measures', markup`<table><caption>Mean ± 95 % confidence interval over seeds</caption><thead><tr><th scope="col">Measure</th>${rows.map(({ label }) => markup`<th scope="col">${label}</th>`)}</tr></thead><tbody>${lines}</tbody></table>`)}</details>`;
}

const meaningOf = ({ description, better, needs }: Measure): string =>
  `${description} ${better === 'higher' ? 'Higher' : 'Lower'} is better.${needs === undefined ? '' : ` It needs ${needs}.`}`;

export function seedSection(comparison: Comparison): Markup | undefined {
  const { rows } = comparison;
  const names = withValues(
    runMeasureNames.filter((name) => measureInfo[name].place !== 'list' || name === 'taskAwareForgetting'),
    comparison,
  );
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

/** The verdicts beside published and expected values. */
export function publishedSection({ rows, verdicts = [] }: Comparison): Markup | undefined {
  if (verdicts.length === 0) return undefined;
  const lines = verdicts.flatMap(({ key, label, published, verdict, differs }) => {
    const row = rows.find((one) => one.key === key);
    if (!row) return [];
    const { measure } = published;
    const summary = row.measures[measure];
    return [
      markup`<tr><th scope="row">${label}</th><td>${measureInfo[measure].title}</td><td>${oursText(measure, summary)}</td><td title="${sourceText(published)}">${publishedText(published)}</td><td>${verdictText(verdict, summary.n)}</td><td>${[sourceText(published), differs].filter(Boolean).join('. ')}</td></tr>`,
    ];
  });
  return markup`<h2>Published values</h2>
${scrollable('Published values', markup`<table><caption>Ours, what was published or is expected, and whether they agree</caption><thead><tr><th scope="col">Variant</th><th scope="col">Measure</th><th scope="col">Here</th><th scope="col">There</th><th scope="col">Verdict</th><th scope="col">Source</th></tr></thead><tbody>${lines}</tbody></table>`)}
${differencesOf(verdicts).map((sentence) => markup`<p class="soft">${sentence}</p>`)}`;
}
