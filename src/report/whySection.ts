import type { ComparedExperiment } from '../core/comparedExperiment';
import type { Comparison, VariantRuns } from '../core/comparison';
import { formatPercent } from '../core/format';
import { matrixColumns } from '../core/grid';
import { takenForTasks } from '../core/measures/ofAnswers';
import type { RunWithHistory } from '../core/run';
import { mean } from '../core/mean';
import { enumerated, inARow, t } from '../core/text';
import { barTitles, partKinds, partTitles, type Bar, type PartKind } from '../core/why/bars';
import { explained, type RowWhy } from '../core/why/explained';
import { say } from '../core/why/texts';
import { markup, type Markup } from './markup';
import { scrollable } from './scrollable';
import { runsThatCount } from './series';

/** Of each task (row) the share of its test examples that is taken for each task (column), mean over seeds. */
type Shares = readonly (readonly number[])[];

/** Why each number is what it is: in a sentence, in parts, and as what the examples of each task are taken for. */
export function whySection(
  experiment: ComparedExperiment,
  comparison: Comparison,
  groups: readonly VariantRuns<RunWithHistory>[],
  names: readonly string[],
): Markup | undefined {
  const whys = explained(experiment, comparison, groups);
  if (whys.length === 0) return undefined;
  const columns = matrixColumns(names.length);
  return markup`<h2>${t('Why these numbers')}</h2>
<p class="soft">${inARow([
    t('From what was measured; means over seeds.'),
    t('Bars: of all test images, each task alike.'),
    t(
      'In tables: of the test examples of a task (row) the share (%) that is taken for a class of each task (column) at the end.',
    ),
  ])}</p>
${legend(new Set(whys.flatMap(({ bars }) => bars.flatMap(({ parts }) => parts.map(({ kind }) => kind)))))}
<div class="grid-of-cards">${whys.map((why) => card(why, sharesOf(runsOf(groups, why), names.length), columns, names))}</div>`;
}

const runsOf = (groups: readonly VariantRuns<RunWithHistory>[], { key }: RowWhy) =>
  groups.find((group) => group.key === key)?.runs ?? [];

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

function card(
  { label, text, more, missing, bars, expect }: RowWhy,
  shares: Shares | undefined,
  columns: readonly number[],
  names: readonly string[],
): Markup {
  return markup`<section class="card"><h3>${label}</h3><p>${text}</p>
${bars.map(barOf)}
${listOf([...more, ...missing])}
${expect.map((sentence) => markup`<p class="result">${t('In the literature: {0}', sentence)}</p>`)}
${shares && takenTable(label, shares, columns, names)}</section>`;
}

const legend = (kinds: ReadonlySet<PartKind>): Markup =>
  markup`<ul class="legend">${partKinds
    .filter((kind) => kinds.has(kind))
    .map((kind) => markup`<li><span class="part ${kind} key"></span> ${say(partTitles[kind])}</li>`)}</ul>`;

/** Below this share a part has no room for its number. */
const ROOM = 0.1;

/** 100 % of the test images, each task alike. */
function barOf({ name, parts }: Bar): Markup {
  const words = enumerated(parts.map(({ kind, share }) => `${say(partTitles[kind])} ${formatPercent(share, 0)}`));
  return markup`<div class="parts"><span class="soft">${say(barTitles[name])}</span><span class="bar" role="img" aria-label="${words}">${parts
    .filter(({ share }) => share > 0)
    .map(
      ({ kind, share }) =>
        markup`<span class="part ${kind}" style="width:${(100 * share).toFixed(2)}%">${share >= ROOM ? (100 * share).toFixed(0) : ''}</span>`,
    )}</span></div>`;
}

const listOf = (sentences: readonly string[]): Markup | undefined =>
  sentences.length === 0
    ? undefined
    : markup`<ul class="why">${sentences.map((sentence) => markup`<li>${sentence}</li>`)}</ul>`;

function takenTable(label: string, shares: Shares, columns: readonly number[], names: readonly string[]): Markup {
  const nameOf = (task: number) => names[task] ?? t('Task {0}', task + 1);
  return scrollable(
    t('{0}: what each task is taken for', label),
    markup`<table><caption>${t('Taken for (%)')}</caption><thead><tr><th scope="col">${t('Task')}</th>${columns.map((task) => markup`<th scope="col">${nameOf(task)}</th>`)}</tr></thead><tbody>${columns.map(
      (task) =>
        markup`<tr><th scope="row">${nameOf(task)}</th>${columns.map((taken) => markup`<td>${formatPercent(shares[task]?.[taken] ?? NaN).replace(' %', '')}</td>`)}</tr>`,
    )}</tbody></table>`,
  );
}
