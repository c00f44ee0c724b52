import { SHIPPED, type DatasetFacts } from './datasets';
import type { ImageShape } from './recipe';
import { angleText, turnOf } from './rotation';
import {
  isOwnStream,
  type BuiltInStreamSpec,
  paddedShape,
  type PartSpec,
  type RecordedBuiltIn,
  type OwnStreamSpec,
  type RecordedStream,
  type StreamSpec,
} from './stream';

type SplitPart = Extract<PartSpec, { readonly kind: 'split' }>;

/** What a stream is made of: itself, where it is no list of parts. */
export const partsOf = <Stream extends RecordedBuiltIn>(stream: Stream): readonly PartSpec<Stream>[] =>
  stream.kind === 'parts' ? stream.parts : [stream as PartSpec<Stream>];

const tasksOfPart = (part: PartSpec): number => (part.kind === 'whole' ? 1 : part.tasks);

export const tasksOf = (stream: RecordedStream): number =>
  isOwnStream(stream) ? stream.tasks : partsOf(stream).reduce((sum, part) => sum + tasksOfPart(part), 0);

/** The part that each task of a stream is of. */
export const partOfEachTask = <Stream extends RecordedBuiltIn>(stream: Stream): PartSpec<Stream>[] =>
  partsOf(stream).flatMap((part) => Array.from({ length: tasksOfPart(part) }, () => part));

/** The data sets of a stream, each once, in the order it meets them. */
export const datasetsOf = (stream: RecordedStream): string[] => [
  ...new Set(isOwnStream(stream) ? [stream.dataset].flat() : partsOf(stream).map(({ dataset }) => dataset)),
];

/** Of a data set the shape of its images. */
type ShapesOf = (dataset: string) => Pick<DatasetFacts, 'shape'>;

/** Shape of the images that a network gets to see. */
export function imageShapeOf(stream: StreamSpec, factsOf: ShapesOf): ImageShape {
  const [first = SHIPPED] = datasetsOf(stream);
  const { shape } = factsOf(first);
  return stream.kind === 'permuted' ? paddedShape(shape, stream.pad) : shape;
}

/** Output units that a network for the stream has at most. */
export function outputsOf(stream: StreamSpec, factsOf: (dataset: string) => Pick<DatasetFacts, 'classes'>): number {
  const classes = Math.max(...datasetsOf(stream).map((name) => factsOf(name).classes));
  return stream.kind === 'split' || stream.scenario === 'domain' ? classes : classes * tasksOf(stream);
}

/** Classes of each task of a split stream. @param classes of the data set */
export function classCounts({ tasks, classesPerTask, classOrder }: SplitPart, classes: number): readonly number[] {
  if (classesPerTask) return classesPerTask;
  const used = Array.isArray(classOrder) ? classOrder.length : classes;
  return new Array<number>(tasks).fill(Math.floor(used / tasks));
}

/** Output units of each task. */
export function headsOf(
  stream: BuiltInStreamSpec,
  factsOf: (dataset: string) => Pick<DatasetFacts, 'classes'>,
): number[] {
  return partsOf(stream).flatMap((part) => classesOfPart(part, factsOf(part.dataset).classes));
}

/** How many each task has. @param classes of the data set */
const classesOfPart = (part: PartSpec, classes: number): readonly number[] =>
  part.kind === 'split' ? classCounts(part, classes) : new Array<number>(tasksOfPart(part)).fill(classes);

/** Training examples of all tasks together, and their classes: see `Place` of a card. */
export function examplesOfTasks(
  stream: BuiltInStreamSpec,
  factsOf: (dataset: string) => Pick<DatasetFacts, 'train' | 'classes'>,
  samplesPerTask = Infinity,
): { readonly examples: number; readonly classes: number } {
  const counts = partsOf(stream).flatMap((part) => {
    const { train, classes } = factsOf(part.dataset);
    return classesOfPart(part, classes).map((count) => ({
      classes: count,
      examples: Math.min(samplesPerTask, (train * count) / classes),
    }));
  });
  return {
    examples: Math.round(counts.reduce((sum, { examples }) => sum + examples, 0)),
    classes: counts.reduce((sum, { classes }) => sum + classes, 0),
  };
}

/** The classes of each task, dealt out in their order. */
export function dealt(order: readonly number[], counts: readonly number[]): number[][] {
  let end = 0;
  return counts.map((count) => order.slice(end, (end += count)));
}

/** What is known of a task before a seed is. */
export interface ForeseenTask {
  readonly dataset: string;
  /** By their labels in its data set; undefined where each seed deals them out for itself. */
  readonly classes: readonly number[] | undefined;
  /** How its images are turned (degrees, counter-clockwise), or that how they are changed is drawn for each seed. */
  readonly look: number | 'drawn';
  /** Undefined where it depends on the seed. */
  readonly name: string | undefined;
}

/** Of a data set all that the names and classes of tasks follow from. */
export type ClassesOf = (dataset: string) => Pick<DatasetFacts, 'title' | 'classes'>;

export function foreseenTasks(stream: RecordedStream, factsOf: ClassesOf): ForeseenTask[] {
  if (isOwnStream(stream)) return foreseenOfOwn(stream);
  return partsOf(stream).flatMap((part) => {
    const { classes, title } = factsOf(part.dataset);
    return foreseenOf(part, labelsOf(classes)).map((task) => ({
      ...task,
      dataset: part.dataset,
      name: stream.kind === 'parts' ? nameInParts(title, task.name) : task.name,
    }));
  });
}

/** Of a stream of the user's own only how many there are. */
function foreseenOfOwn(stream: OwnStreamSpec): ForeseenTask[] {
  const [dataset = ''] = datasetsOf(stream);
  return Array.from({ length: stream.tasks }, () => ({ dataset, classes: undefined, look: 'drawn', name: undefined }));
}

const labelsOf = (classes: number) => Array.from({ length: classes }, (_, label) => label);

function foreseenOf(part: PartSpec, all: readonly number[]): Omit<ForeseenTask, 'dataset'>[] {
  if (part.kind === 'whole') return [{ classes: all, look: 0, name: '' }];
  if (part.kind === 'split') return foreseenOfSplit(part, all);
  return Array.from({ length: part.tasks }, (_, task) => {
    if (part.kind === 'permuted')
      return {
        classes: all,
        look: part.identityFirst && task === 0 ? 0 : 'drawn',
        name: permutedName(part.identityFirst, task),
      };
    const angle = Array.isArray(part.angles) ? part.angles[task] : undefined;
    return { classes: all, look: angle ?? 'drawn', name: angle === undefined ? undefined : rotatedName(angle) };
  });
}

function foreseenOfSplit(part: SplitPart, all: readonly number[]): Omit<ForeseenTask, 'dataset'>[] {
  const counts = classCounts(part, all.length);
  const { classOrder } = part;
  if (classOrder === 'per-seed') return counts.map(() => ({ classes: undefined, look: 0, name: undefined }));
  const order = classOrder === 'fixed' ? all : classOrder;
  return dealt(order, counts).map((classes) => ({ classes, look: 0, name: splitName(classes) }));
}

// ---- names of tasks

export const splitName = (classes: readonly number[]): string => classes.join('/');
export const permutedName = (identityFirst: boolean, task: number): string =>
  identityFirst && task === 0 ? 'identity' : `permutation ${task + 1}`;
export const rotatedName = (degrees: number): string => `rotation ${angleText(degrees)}`;

/** "MNIST", "MNIST permutation 2". @param name of the task in its part; empty for a whole data set */
export const nameInParts = <Name extends string | undefined>(title: string, name: Name): Name | string =>
  name === undefined ? name : `${title} ${name}`.trimEnd();

/**
 * Whether classes of a task may come again in a later one, as the same classes: they are those of the same data set, and
 * look alike. Of a stream of the user's own that is known when it is made.
 */
export function classesComeAgain(stream: RecordedStream, factsOf: ClassesOf): boolean {
  if (isOwnStream(stream)) return false;
  const met = new Set<string>();
  return partsOf(stream).some((part) => {
    const all = labelsOf(factsOf(part.dataset).classes);
    const tasks = foreseenOf(part, all);
    // Dealt out by each seed they are any of the data set.
    const known = tasks.every(({ classes }) => classes) ? tasks : [{ classes: all, look: 0 }];
    return known.some(({ classes = [], look }) => {
      if (look === 'drawn') return false;
      const keys = classes.map((label) => `${part.dataset} ${turnOf(look)} ${label}`);
      const isAgain = keys.some((key) => met.has(key));
      keys.forEach((key) => met.add(key));
      return isAgain;
    });
  });
}
