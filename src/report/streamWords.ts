import { canonicalJson } from '../core/canonicalJson';
import { datasets, isDatasetId } from '../core/datasets';
import { formatPercent } from '../core/format';
import { scenarios, type Scenario } from '../core/methods/card';
import { isOwnPath } from '../core/own/ownPath';
import { ownValue } from '../core/ownValue';
import { streamSchema, type BuiltInStreamSpec, type PartSpec } from '../core/stream';
import { classCounts, tasksOf } from '../core/streamTasks';
import { listed, t } from '../core/text';
import { classesText, partsText, tasksText } from './counted';

function scenarioWords(scenario: Scenario): string {
  switch (scenario) {
    case 'task':
      return t('task-incremental: the task is known at test time');
    case 'domain':
      return t('domain-incremental: the same question in every task, the task is not known at test time');
    case 'class':
      return t('class-incremental: all classes compete at test time, the task is not known');
  }
}

/**
 * What was compared: "3 variants on split MNIST: 10 classes in 5 tasks, class-incremental: …". Of a stream in the words of
 * another program only what is plain.
 *
 * @param variants how many, in words
 */
export function streamWords(variants: string, stream: object): string {
  const { data } = streamSchema.safeParse(stream);
  // Lethe's own streams are described in full: nothing is filled in here.
  if (data && canonicalJson(data) === canonicalJson(stream)) return ownWords(variants, data);
  const [kind, dataset, tasks, scenario] = ['kind', 'dataset', 'tasks', 'scenario'].map((key) => ownValue(stream, key));
  const named = [dataset].flat().filter((name) => typeof name === 'string');
  const on = named.length > 0 ? t('{0} on {1}', variants, listed(named)) : variants;
  const inTasks = typeof tasks === 'number' ? t('{0} in {1}', on, tasksText(tasks)) : on;
  const ofKind = isOwnPath(kind) ? t('{0} from {1}', inTasks, kind) : inTasks;
  return isScenario(scenario) ? t('{0}, {1}', ofKind, scenarioWords(scenario)) : ofKind;
}

const isScenario = (value: unknown): value is Scenario => scenarios.some((scenario) => scenario === value);

function ownWords(variants: string, stream: BuiltInStreamSpec): string {
  const what =
    stream.kind === 'parts'
      ? t('{0}: {1}', partWords(stream.parts), tasksText(tasksOf(stream)))
      : t('{0}: {1}', nameOf(stream), classWords(stream));
  const { blurry } = stream;
  const said = blurry ? t('{0} whose boundaries are blurry over {1} of a task', what, formatPercent(blurry)) : what;
  return t('{0} on {1}, {2}', variants, said, scenarioWords(stream.scenario));
}

/** Parts that are named one by one. */
const NAMED = 6;

const partWords = (parts: readonly PartSpec[]): string =>
  parts.length > NAMED ? partsText(parts.length) : listed(parts.map(nameOf));

function nameOf({ kind, dataset }: PartSpec): string {
  const title = isDatasetId(dataset) ? datasets[dataset].title : dataset;
  switch (kind) {
    case 'whole':
      return title;
    case 'split':
      return t('split {0}', title);
    case 'permuted':
      return t('permuted {0}', title);
    case 'rotated':
      return t('rotated {0}', title);
  }
}

function classWords(stream: Exclude<BuiltInStreamSpec, { readonly kind: 'parts' }>): string {
  const tasks = tasksText(stream.tasks);
  // How many classes data of the user's own has, its name does not tell.
  if (!isDatasetId(stream.dataset)) return tasks;
  const { classes } = datasets[stream.dataset];
  if (stream.kind !== 'split') return t('{0} in each of {1}', classesText(classes), tasks);
  const counts = classCounts(stream, classes);
  const sum = counts.reduce((so, far) => so + far, 0);
  const said = t('{0} in {1}', classesText(sum), tasks);
  return new Set(counts).size > 1 ? t('{0} ({1})', said, listed(counts.map(String))) : said;
}
