import type { Comparison, ComparisonRow } from '../core/comparison';
import { NOT_DEFINED } from '../core/format';
import { formatMeasure, formatValue } from '../core/measureFormat';
import { measureMeanings } from '../core/measures/meanings';
import {
  measureInfo,
  measureNames,
  reportMeasures,
  runMeasureNames,
  type Measure,
  type MeasureName,
} from '../core/measures/table';
import type { Summary } from '../core/statistics';
import { enumerated, inARow, t } from '../core/text';
import { differencesOf, oursText, publishedText, sourceText, verdictText } from '../core/verdictText';
import { markup, Markup } from './markup';
import { scrollable } from './scrollable';
import { seedsText } from './counted';
import { pickWords, withUnit, withValues } from './tables';

/** A cell that says more on hover: standard deviation, standard error and how many seeds count. */
function spreadTitle(name: MeasureName, summary: Summary): string {
  const seeds = seedsText(summary.n);
  return summary.n < 2
    ? seeds
    : enumerated([`SD ${formatValue(name, summary.sd, 2)}`, `SEM ${formatValue(name, summary.sem, 2)}`, seeds]);
}

function rankTag({ rank, bound }: ComparisonRow): Markup | undefined {
  switch (rank) {
    case 'best':
      return markup`<span class="tag best">${t('best')}</span>`;
    case 'best so far':
      return markup`<span class="tag" title="${t('On the seeds that all with results share; others lack runs')}">${t('best so far')}</span>`;
    case 'not distinguishable':
      return markup`<span class="tag" title="${t('Not distinguishable from the best')}">${t('≈ best')}</span>`;
    case undefined:
      return bound && markup`<span class="tag">${bound === 'lower' ? t('lower bound') : t('upper bound')}</span>`;
  }
}

const pickTag = ({ pick }: ComparisonRow) => pick && markup`<span class="tag">${pickWords(pick)}</span>`;

export function comparisonSection(comparison: Comparison): Markup {
  const { rows } = comparison;
  const columns = withValues(reportMeasures, comparison);
  const head = columns.map(
    (name) => markup`<th scope="col" title="${t(measureMeanings[name])}">${withUnit(name)}</th>`,
  );
  const body = rows.map(
    (row) =>
      markup`<tr${row.rank === 'best' ? new Markup(' class="best"') : undefined}><th scope="row">${row.label} ${rankTag(row)} ${pickTag(row)}</th>${columns.map((name) => measureCell(row, name))}<td>${row.seedsDone === row.seeds ? row.seeds : t('{0} of {1}', row.seedsDone, row.seeds)}</td></tr>`,
  );
  const spread = rows.map(
    (row) =>
      markup`<tr><th scope="row">${row.label}</th>${columns.map((name) => {
        const { sd, sem } = row.measures[name];
        return markup`<td>${formatValue(name, sd, 2)} / ${formatValue(name, sem, 2)}</td>`;
      })}<td>${row.measures.accuracy.n || row.measures.taskAwareAccuracy.n}</td></tr>`,
  );
  return markup`<h2>${t('Comparison')}</h2>
${scrollable(t('Comparison'), markup`<table><caption>${t('Mean ± 95 % confidence interval over seeds')}</caption><thead><tr><th scope="col">${t('Variant')}</th>${head}<th scope="col">${t('Seeds')}</th></tr></thead><tbody>${body}</tbody></table>`)}
<details><summary>${t('Standard deviation and standard error')}</summary>${scrollable(t('Standard deviation and standard error'), markup`<table><caption>${t('SD / SEM over seeds')}</caption><thead><tr><th scope="col">${t('Variant')}</th>${head}<th scope="col">n</th></tr></thead><tbody>${spread}</tbody></table>`)}</details>
<details><summary>${t('What the columns mean')}</summary><div class="card"><dl class="pairs">${columns.map((name) => markup`<dt>${t(measureInfo[name].title)}</dt><dd>${inARow([t(measureMeanings[name]), betterText(measureInfo[name])])}</dd>`)}</dl></div></details>`;
}

function measureCell(row: ComparisonRow, name: MeasureName): Markup {
  const summary = row.measures[name];
  if (row.seedsDone === 0) return markup`<td class="soft">${NOT_DEFINED}</td>`;
  const missing = row.missing[name];
  if (missing !== undefined)
    return markup`<td class="soft" title="${missing}">${name === 'accuracy' && row.taskAwareOnly !== undefined ? t('needs the task') : NOT_DEFINED}</td>`;
  return markup`<td title="${spreadTitle(name, summary)}">${formatMeasure(name, summary)}</td>`;
}

/** Every measure there is, one a line. */
export function measuresSection(comparison: Comparison): Markup | undefined {
  const { rows } = comparison;
  if (rows.every(({ seedsDone }) => seedsDone === 0)) return undefined;
  const lines = withValues(measureNames, comparison).map(
    (name) =>
      markup`<tr><th scope="row" title="${meaningOf(name)}">${withUnit(name)}</th>${rows.map((row) => measureCell(row, name))}</tr>`,
  );
  return markup`<details><summary>${t('All measures')}</summary><p class="soft">${t('Hover a name for what it means, an empty cell for what is missing.')}</p>
${scrollable(t('All measures'), markup`<table><caption>${t('Mean ± 95 % confidence interval over seeds')}</caption><thead><tr><th scope="col">${t('Measure')}</th>${rows.map(({ label }) => markup`<th scope="col">${label}</th>`)}</tr></thead><tbody>${lines}</tbody></table>`)}</details>`;
}

const betterText = ({ better }: Measure): string =>
  better === 'higher' ? t('Higher is better.') : t('Lower is better.');

function meaningOf(name: MeasureName): string {
  const measure = measureInfo[name];
  return inARow([
    t(measureMeanings[name]),
    betterText(measure),
    ...(measure.needs === undefined ? [] : [t('It needs {0}.', t(measure.needs))]),
  ]);
}

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
  return markup`<h2>${t('Seed by seed')}</h2>
${scrollable(t('Results of each seed'), markup`<table><thead><tr><th scope="col">${t('Variant')}</th><th scope="col">${t('Seed')}</th>${names.map((name) => markup`<th scope="col">${withUnit(name)}</th>`)}</tr></thead><tbody>${lines}</tbody></table>`)}`;
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
      markup`<tr><th scope="row">${label}</th><td>${t(measureInfo[measure].title)}</td><td>${oursText(measure, summary)}</td><td title="${sourceText(published)}">${publishedText(published)}</td><td>${verdictText(verdict, summary.n)}</td><td>${inARow([t('{0}.', sourceText(published)), ...(differs === undefined ? [] : [t(differs)])])}</td></tr>`,
    ];
  });
  return markup`<h2>${t('Published values')}</h2>
${scrollable(t('Published values'), markup`<table><caption>${t('Ours, what was published or is expected, and whether they agree')}</caption><thead><tr><th scope="col">${t('Variant')}</th><th scope="col">${t('Measure')}</th><th scope="col">${t('Here')}</th><th scope="col">${t('There')}</th><th scope="col">${t('Verdict')}</th><th scope="col">${t('Source')}</th></tr></thead><tbody>${lines}</tbody></table>`)}
${differencesOf(verdicts).map((sentence) => markup`<p class="soft">${sentence}</p>`)}`;
}
