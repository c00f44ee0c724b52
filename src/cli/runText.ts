import { measuresOf } from '../core/comparison';
import { doubtsOf, doubtText } from '../core/doubts';
import { fixed, formatBackendUse, formatBytes, formatCount, formatDuration, formatPercent } from '../core/format';
import { trainerText } from '../core/manifest';
import { valueOn, type AccuracyKind } from '../core/measured';
import { formatValue } from '../core/measureFormat';
import { measureInfo, runMeasureNames } from '../core/measures/table';
import type { Run } from '../core/run';
import { oneLine } from '../core/visibleText';
import { clipped, matrixOf } from '../report/index';
import { columns } from './columns';
import { nameOf, signOf } from './words';

/** What is known of a run, as lines. @param folder where it lies, as it is shown */
export function runText(run: Run, folder: string): string[] {
  const { manifest, state, status } = run;
  const error = state.error === undefined ? [] : [`Error: ${oneLine(state.error)}`];
  const warnings = [...state.warnings, ...doubtsOf(run).map(doubtText)].map((text) => `Warning: ${oneLine(text)}`);
  return [
    `${oneLine(manifest.id)}  ${signOf(run)} ${status}  ${nameOf(run)}  ${oneLine(manifest.experiment.name)}`,
    ...factsOf(run),
    folder,
    ...descriptionOf(run),
    ...error,
    ...warnings,
    ...matrixLines(run),
    ...measureLines(run),
  ];
}

function factsOf({ manifest, state }: Run): string[] {
  const trained = state.backendUse
    ? `Trained on ${oneLine(formatBackendUse(state.backendUse))}`
    : `Trained by ${oneLine(trainerText(manifest))}`;
  const facts = [
    ...(state.seconds > 0 ? [`${formatDuration(state.seconds)}${spentText(state.spent)}`] : []),
    ...(state.peakMemoryBytes === undefined ? [] : [`peak ${formatBytes(state.peakMemoryBytes)}`]),
    ...(state.parameters === undefined ? [] : [`${formatCount(state.parameters)} parameters`]),
    ...(state.resumes > 0 ? [`resumed ${state.resumes} ×`] : []),
  ];
  return [trained, ...(facts.length > 0 ? [facts.join(', ')] : [])];
}

/** What another program says of itself may be of any length. */
const LONGEST_PART = 300;

/** What another program says of itself: its stream, network and training, and the names of its own numbers. */
function descriptionOf({ manifest, state }: Run): string[] {
  const parts = manifest.trainer === 'lethe' ? [] : (['stream', 'network', 'training'] as const);
  const said = parts.flatMap((part) => {
    const pairs = Object.entries(manifest.spec[part]).map(([key, value]) => `${key} ${valueText(value)}`);
    return pairs.length === 0 ? [] : [clipped(oneLine(`${part}: ${pairs.join(' · ')}`), LONGEST_PART)];
  });
  const own = state.metricNames.length === 0 ? [] : [oneLine(`own numbers: ${state.metricNames.join(', ')}`)];
  return [...said, ...own];
}

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));

const partWords: Readonly<Record<string, string>> = {
  train: 'training',
  evaluate: 'evaluating',
  compile: 'compiling',
  method: 'the method between steps',
  files: 'files',
};

/** Where the time of the tasks went: " (training 33 %, evaluating 55 %, …)". */
function spentText(spent: Run['state']['spent']): string {
  const whole = Object.values(spent).reduce((sum, seconds) => sum + seconds, 0);
  const parts = Object.entries(partWords)
    .map(([part, words]) => ({ words, share: (spent[part] ?? 0) / whole }))
    .filter(({ share }) => share >= 0.005);
  return parts.length === 0
    ? ''
    : ` (${parts.map(({ words, share }) => `${words} ${formatPercent(share, 0)}`).join(', ')})`;
}

/** Where the scenario's own accuracy is defined for no task, that with the task given. */
const kindOf = ({ state }: Run): AccuracyKind =>
  state.rows.some(({ accuracy }) => accuracy.some((value) => value !== null)) ? 'accuracy' : 'taskAware';

/** The accuracy matrix: a row for each task learned, a column for each task tested; of a long stream some of them. */
function matrixLines(run: Run): string[] {
  const { baseline } = run.state;
  const kind = kindOf(run);
  const { tasks, rows } = matrixOf([run], kind);
  if (rows.length === 0) return [];
  const nameOfTask = taskNamesOf(run);
  const head = ['', ...tasks.map(nameOfTask)];
  const before = baseline ? [['untrained', ...tasks.map((task) => cellOf(valueOn(baseline, kind, task)))]] : [];
  const after = rows.map(({ learned, cells }) => [
    `after ${nameOfTask(learned)}`,
    ...cells.map((cell) => cellOf(cell?.mean)),
  ]);
  const what = kind === 'accuracy' ? 'Accuracy' : 'Accuracy, task given,';
  return ['', `${what} on each task in %:`, ...columns([head, ...before, ...after], 'right')];
}

/** Empty where it was not measured. */
const cellOf = (value: number | null | undefined): string =>
  value === undefined ? '' : fixed(value === null ? NaN : value * 100, 1);

/** Names as the stream gave them, or their numbers where two have the same. */
function taskNamesOf({ state }: Run): (task: number) => string {
  const given = state.started?.tasks.map(({ name }) => oneLine(name)) ?? [];
  const areTold = new Set(given).size === given.length;
  return (task) => (areTold ? given[task] : undefined) ?? `task ${task + 1}`;
}

/** Every measure that is defined for the run alone; those that need bounds or other seeds are the comparison's. */
function measureLines(run: Run): string[] {
  if (run.status !== 'done') return [];
  const values = measuresOf(run);
  const rows = runMeasureNames.flatMap((name) => {
    const value = values[name];
    if (!Number.isFinite(value)) return [];
    const { title, unit } = measureInfo[name];
    const sign = unit === '%' ? ' %' : unit === 'steps' ? ' steps' : '';
    return [[title, `${formatValue(name, value)}${sign}`]];
  });
  return rows.length === 0 ? [] : ['', ...columns(rows, 'left')];
}
