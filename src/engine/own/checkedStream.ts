import { createHash } from 'node:crypto';
import type { OwnStreamSpec } from '../../core/stream';
import { ownStreamKeys } from '../../core/stream';
import type { Dataset, Examples } from '../contract/dataset';
import type { Stream } from '../contract/stream';
import { inputsOf } from '../data/dataset';
import { examplesFrom, joined, type JoinedDataset } from '../data/joined';
import { normalisationOf } from '../data/scaling';
import { requireWhole } from '../data/whole';
import { randomStream } from '../random';
import { streamFrom } from '../streams/labelMap';
import { wholeTask, type PartTask } from '../streams/partTask';
import type { OwnTask, TaskNames } from './define';
import { tasksOfStream, type OwnStreamModule } from './moduleOf';
import { OwnError } from './ownError';
import { throwingErrors } from './throwingErrors';

/** What a stream of the user's own is made with. */
export interface StreamGiven {
  /** Those that the experiment names, in their order. */
  readonly datasets: readonly Dataset[];
  readonly seed: number;
}

/**
 * The stream of a run, as the user's own file has it, which is told where it does not keep to the contract. In the checksums
 * of its data set stands, under the path of the file, that of all it consists of: so a run that goes on can tell that it is
 * the same.
 *
 * @throws OwnError with the line
 */
export const checkedStream = (module: OwnStreamModule, spec: OwnStreamSpec, given: StreamGiven): Stream =>
  throwingErrors(streamOf, () => `${module.place}: "create"`)(module, spec, given);

function streamOf(module: OwnStreamModule, spec: OwnStreamSpec, { datasets, seed }: StreamGiven): Stream {
  const { definition, place } = module;
  const { scenario, blurry } = spec;
  const fail: Fail = (what) => {
    throw new OwnError(`${place}: ${what}`);
  };
  const [dataset] = datasets;
  if (!dataset) throw new Error('a stream needs a data set');
  const settings = settingsIn(module, spec);
  const given = definition.create(settings, {
    dataset,
    datasets,
    scenario,
    random: (name, ...at) => randomStream(seed, 'own stream', name, ...at),
  });
  const tasks = listed(given, spec.tasks, fail);
  const whole = wholeOf(tasks, datasets, fail);
  const names = tasksOfStream(module, settings);
  const parts = tasks.map((task, i) => partOf(task, i, { names, dataset, whole, scenario, fail }));
  const normalisation = normalisationOf(whole, spec.inputs);
  const stream = streamFrom(whole, parts, {
    scenario,
    ...(blurry && { blurry }),
    ...(normalisation && { normalisation }),
  });
  const checksums = { ...whole.checksums, [spec.kind]: digestOf(stream) };
  return { ...stream, dataset: { ...whole, checksums } };
}

type Fail = (what: string) => never;

/** Those that its schema knows: the number of tasks need not be one of them. */
const settingsIn = ({ settings }: OwnStreamModule, spec: OwnStreamSpec): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    Object.entries(spec).filter(
      ([name]) => !ownStreamKeys.includes(name) && (name !== 'tasks' || Object.hasOwn(settings.shape, name)),
    ),
  );

function listed(given: unknown, count: number, fail: Fail): readonly OwnTask[] {
  if (!Array.isArray(given)) return fail('"create" has to return a list of tasks: [{ classes: [0, 1] }, …].');
  const isTask = (task: unknown) => typeof task === 'object' && task !== null && !Array.isArray(task);
  const wrong = given.findIndex((task) => !isTask(task));
  if (wrong >= 0) fail(`Task ${wrong + 1} has to be an object { name, classes, train, test, … }.`);
  if (given.length !== count) fail(`"create" gives ${given.length} tasks, and "tasks" says ${count}.`);
  return given as OwnTask[];
}

/** All data sets that the tasks name as one, each once; its own ones are looked at as a reader's are. */
function wholeOf(tasks: readonly OwnTask[], [first]: readonly Dataset[], fail: Fail): JoinedDataset {
  const used = [...new Set(tasks.flatMap(({ dataset = first }) => dataset ?? []))];
  try {
    used.forEach(requireWhole);
    const twice = used.find(({ id }, i) => used.findIndex((other) => other.id === id) < i);
    if (twice) return fail(`Two data sets of its tasks are called "${twice.id}": give each an "id" of its own.`);
    return joined(used);
  } catch (error) {
    if (error instanceof OwnError) throw error;
    return fail(`A data set of its tasks cannot be used: ${(error as Error).message}.`);
  }
}

interface At {
  readonly names: TaskNames;
  /** Of a task that names none. */
  readonly dataset: Dataset;
  readonly whole: JoinedDataset;
  readonly scenario: OwnStreamSpec['scenario'];
  readonly fail: Fail;
}

const known = ['name', 'dataset', 'classes', 'train', 'test', 'view'];

/** A task with classes and examples of the joined data set. */
function partOf(task: OwnTask, i: number, { names, dataset: usual, whole, scenario, fail }: At): PartTask {
  const wrong: Fail = (what) => fail(`Task ${i + 1} ${what}`);
  const { name = typeof names === 'number' ? `task ${i + 1}` : (names[i] ?? ''), dataset = usual } = task;
  const other = Object.keys(task).find((key) => !known.includes(key));
  if (other !== undefined) wrong(`has no part named "${other}". It may have: ${known.join(', ')}.`);
  if (typeof name !== 'string' || name === '' || name.length > 200) wrong('needs a name of 1 to 200 characters.');
  const classes = classesIn(task, dataset, wrong);
  if (scenario === 'domain' && classes.length < 2)
    wrong('has one class: in the domain-incremental scenario a task needs at least two.');
  const of = (part: 'train' | 'test') => examplesIn(task[part], dataset[part], classes, part, wrong);
  const view = task.view === undefined ? undefined : viewIn(task.view, inputsOf(dataset), wrong);
  const own = { name, classes, train: of('train'), test: of('test') };
  // What looks alike is the same class: it goes by the view alone.
  const seen = view && { view, look: createHash('sha256').update(view).digest('hex') };
  return { ...examplesFrom(whole, dataset, own), ...seen };
}

function classesIn({ classes }: OwnTask, dataset: Dataset, wrong: Fail): readonly number[] {
  if (classes === undefined) return wholeTask(dataset).classes;
  const given: unknown = classes;
  const isClass = (label: unknown) => Number.isInteger(label) && Number(label) >= 0 && Number(label) < dataset.classes;
  if (!Array.isArray(given) || given.length === 0 || !given.every(isClass) || new Set(given).size < given.length)
    wrong(`needs "classes": labels of ${dataset.title} from 0 to ${dataset.classes - 1}, each once.`);
  return classes;
}

function examplesIn(
  given: ArrayLike<number> | undefined,
  { count, labels }: Examples,
  classes: readonly number[],
  part: string,
  wrong: Fail,
): Int32Array {
  const has = new Set(classes);
  const isOwn = (index: number) => has.has(labels[index] ?? -1);
  if (given !== undefined && !isList(given)) wrong(`needs "${part}" as a list of indices.`);
  const indices =
    given === undefined
      ? Int32Array.from({ length: count }, (_, index) => index).filter(isOwn)
      : Int32Array.from(given);
  if (indices.length === 0) wrong(`has no ${part === 'train' ? 'training' : 'test'} examples.`);
  const isIndex = (index: unknown) => Number.isInteger(index) && Number(index) >= 0 && Number(index) < count;
  const beyond = Array.from(given ?? []).findIndex((index) => !isIndex(index));
  if (beyond >= 0)
    wrong(`has ${String(given?.[beyond])} in "${part}", which is the index of none of the ${count} examples.`);
  const foreign = indices.find((index) => !isOwn(index));
  if (foreign !== undefined)
    wrong(`has example ${foreign} in "${part}", whose class ${labels[foreign]} is none of its classes.`);
  return indices;
}

const isList = (given: unknown): boolean => Array.isArray(given) || ArrayBuffer.isView(given);

/** Undefined where it changes nothing. */
function viewIn(given: ArrayLike<number>, inputs: number, wrong: Fail): Int32Array | undefined {
  if (!isList(given) || given.length !== inputs)
    wrong(`needs "view" as a list of ${inputs} places, one for each input.`);
  const isPlace = (place: unknown) => Number.isInteger(place) && Number(place) >= -1 && Number(place) < inputs;
  const beyond = Array.from(given).findIndex((place) => !isPlace(place));
  if (beyond >= 0)
    wrong(`has ${String(given[beyond])} in its view, which is none of the ${inputs} values of an image, nor −1.`);
  return Array.from(given).every((place, input) => place === input) ? undefined : Int32Array.from(given);
}

/** SHA-256 of all that a run meets of a stream. */
function digestOf({ dataset, tasks, views = [], unitOf }: Stream): string {
  const hash = createHash('sha256').update(JSON.stringify([tasks.map(({ name, classes }) => [name, classes]), unitOf]));
  const add = ({ buffer, byteOffset, byteLength }: ArrayBufferView) =>
    hash.update(new Uint8Array(buffer, byteOffset, byteLength));
  for (const { train, test } of tasks) [train, test].forEach(add);
  views.forEach(add);
  for (const { images, labels } of [dataset.train, dataset.test]) [images, labels].forEach(add);
  return hash.digest('hex');
}
