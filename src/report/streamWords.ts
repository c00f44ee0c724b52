import { canonicalJson } from '../core/canonicalJson';
import { datasets, isDatasetId } from '../core/datasets';
import { formatPercent } from '../core/format';
import { isOwnPath } from '../core/own/ownPath';
import { ownValue } from '../core/ownValue';
import { streamSchema, type BuiltInStreamSpec, type PartSpec } from '../core/stream';
import { classCounts, tasksOf } from '../core/streamTasks';
import { counted, listed } from './counted';

const scenarioWords = {
  task: 'task-incremental: the task is known at test time',
  domain: 'domain-incremental: the same question in every task, the task is not known at test time',
  class: 'class-incremental: all classes compete at test time, the task is not known',
} as const;

/** What goes on after "3 variants". Of a stream in the words of another program only what is plain. */
export function streamWords(stream: object): string[] {
  const { data } = streamSchema.safeParse(stream);
  // Lethe's own streams are described in full: nothing is filled in here.
  if (data && canonicalJson(data) === canonicalJson(stream)) return [ownWords(data)];
  const [kind, dataset, tasks, scenario] = ['kind', 'dataset', 'tasks', 'scenario'].map((key) => ownValue(stream, key));
  const named = [dataset].flat().filter((name) => typeof name === 'string');
  return [
    ...(named.length > 0 ? [` on ${listed(named)}`] : []),
    ...(typeof tasks === 'number' ? [` in ${counted(tasks, 'task')}`] : []),
    ...(isOwnPath(kind) ? [` of ${kind}`] : []),
    ...(isScenario(scenario) ? [`, ${scenarioWords[scenario]}`] : []),
  ];
}

const isScenario = (value: unknown): value is keyof typeof scenarioWords =>
  typeof value === 'string' && Object.hasOwn(scenarioWords, value);

function ownWords(stream: BuiltInStreamSpec): string {
  const what =
    stream.kind === 'parts'
      ? `${partWords(stream.parts)}: ${counted(tasksOf(stream), 'task')}`
      : `${nameOf(stream)}: ${classWords(stream)}`;
  const { blurry } = stream;
  const ends = blurry ? ` whose boundaries are blurry over ${formatPercent(blurry)} of a task` : '';
  return ` on ${what}${ends}, ${scenarioWords[stream.scenario]}`;
}

/** Parts that are named one by one. */
const NAMED = 6;

const partWords = (parts: readonly PartSpec[]): string =>
  parts.length > NAMED ? counted(parts.length, 'part') : listed(parts.map(nameOf));

function nameOf({ kind, dataset }: PartSpec): string {
  const title = isDatasetId(dataset) ? datasets[dataset].title : dataset;
  return kind === 'whole' ? title : `${kind} ${title}`;
}

function classWords(stream: Exclude<BuiltInStreamSpec, { readonly kind: 'parts' }>): string {
  const tasks = counted(stream.tasks, 'task');
  // How many classes data of the user's own has, its name does not tell.
  if (!isDatasetId(stream.dataset)) return tasks;
  const { classes } = datasets[stream.dataset];
  if (stream.kind !== 'split') return `${counted(classes, 'class', 'classes')} in each of ${tasks}`;
  const counts = classCounts(stream, classes);
  const sum = counts.reduce((so, far) => so + far, 0);
  const sizes = new Set(counts).size > 1 ? ` of ${listed(counts.map(String))}` : '';
  return `${counted(sum, 'class', 'classes')} in ${tasks}${sizes}`;
}
