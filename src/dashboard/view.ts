import { experimentOfRuns } from '../core/comparedExperiment';
import { factsIn, shippedCatalogue, type FactsOf } from '../core/catalogue';
import { isDatasetId } from '../core/datasets';
import type { Experiment, Variant } from '../core/experiment';
import type { BackendChoice } from '../core/backends';
import { forksOf } from '../core/forks';
import type { RunManifest } from '../core/manifest';
import type { DashboardView, FileTrouble } from '../core/messages';
import { isOwnPath } from '../core/own/ownPath';
import type { Run } from '../core/run';
import { isOwnStream, type RecordedStream } from '../core/stream';
import { datasetsOf, foreseenTasks, type ForeseenTask } from '../core/streamTasks';
import { withClassNames } from '../core/taskNames';
import type { Yardstick } from '../core/verdict';
import { oneLine } from '../core/visibleText';
import { expectationsOf } from '../core/why/explained';
import { earlierRuns, specHash, specOf } from '../runs/index';
import { picturesOfTasks, type Thumbnails } from './taskPictures';

/** What of a view does not come from the experiment. */
export interface ViewContext {
  /** Path of the experiment file relative to its workspace folder; undefined for runs that never had one. */
  readonly file?: string;
  readonly uri: string;
  readonly trusted: boolean;
  /** The one whose runs count before those of others. */
  readonly backend?: BackendChoice;
  readonly fileTrouble?: FileTrouble;
  /** What a variant is judged by; nothing where left out. */
  readonly yardsticksOf?: (experiment: Experiment, variant: Variant) => readonly Yardstick[];
  /** Example images by data set. */
  readonly thumbnails: Readonly<Record<string, Thumbnails>>;
}

/**
 * The dashboard of an experiment.
 *
 * @param runs of its workspace folder, of which some may be its own from before something of it was changed
 */
export const viewOf = (experiment: Experiment, context: ViewContext, runs: readonly Run[] = []): DashboardView =>
  shown(viewOfExperiment(experiment, context, runs));

/** The dashboard of runs whose experiment file cannot be read: of each variant the newest settings. */
export const viewOfRuns = (manifests: readonly RunManifest[], context: ViewContext): DashboardView =>
  shown(viewOfManifests(manifests, context));

/** The view with nothing in its names that steers the reading direction: they come from files. */
const shown = (view: DashboardView): DashboardView => ({
  ...view,
  name: oneLine(view.name),
  variants: view.variants.map((variant) => ({
    ...variant,
    label: oneLine(variant.label),
    methods: variant.methods.map(oneLine),
    differs: variant.differs.map(oneLine),
    ...(variant.family && { family: { ...variant.family, label: oneLine(variant.family.label) } }),
  })),
});

function viewOfExperiment(experiment: Experiment, context: ViewContext, runs: readonly Run[]): DashboardView {
  const { thumbnails, yardsticksOf, ...rest } = context;
  const { stream, name, seeds, data } = experiment;
  const own = experiment.variants.map((variant) => namedVariant(experiment, variant, context.file ?? '', runs));
  const hashes = new Map(own.map(({ key, hash }) => [key, hash]));
  return {
    ...rest,
    name,
    seeds,
    scenario: stream.scenario,
    variants: [
      ...experiment.variants.map((variant, i) => ({
        methods: variant.methods.map(({ method }) => method),
        differs: variant.differs,
        taskAwareOnly: variant.taskAwareOnly,
        ...expected(variant.methods.map(({ method }) => method)),
        ...(variant.family && { family: variant.family }),
        ...(variant.implements !== undefined && { implements: variant.implements }),
        ...judgedBy(yardsticksOf?.(experiment, variant)),
        ...(own[i] as (typeof own)[number]),
      })),
      ...forksOf(experiment, runs, hashes).map(({ key, label, hash, methods, differs, fork, taskAwareOnly }) => ({
        ...{ key, label, hash, differs, fork, taskAwareOnly },
        methods: methods.map(({ method }) => method),
      })),
    ],
    ...(experiment.select && { select: experiment.select }),
    ...tasksOf(stream, factsIn(data), thumbnails),
  };
}

function expected(methods: readonly string[]): Pick<ShownVariant, 'expect'> {
  const expect = expectationsOf(methods);
  return expect.length > 0 ? { expect } : {};
}

/** More fields that differ are not told. */
const MOST_FIELDS = 20;

function judgedBy(yardsticks: readonly Yardstick[] = []): Pick<ShownVariant, 'yardsticks'> {
  if (yardsticks.length === 0) return {};
  return { yardsticks: yardsticks.map((one) => ({ ...one, fields: one.fields.slice(0, MOST_FIELDS) })) };
}

type ShownVariant = DashboardView['variants'][number];

/** A variant that uses code which cannot be read is the one that was run last. */
function namedVariant(
  experiment: Experiment,
  variant: Variant,
  file: string,
  runs: readonly Run[],
): Pick<ShownVariant, 'key' | 'label' | 'hash' | 'earlier'> {
  const { key, label } = variant;
  const last = lacksCode(experiment, variant) ? newestOf(experiment, key, file, runs) : undefined;
  if (last) return { key, label: last.variant.label, hash: last.variant.hash };
  const hash = specHash(specOf(experiment, variant));
  const earlier = earlierRuns(experiment, variant, { file, runs, hash });
  return { key, label, hash, ...(earlier && { earlier: { changed: earlier.changed, runs: earlier.runs.length } }) };
}

const lacksCode = ({ stream }: Experiment, { methods, network, own = {} }: Variant): boolean =>
  [...methods.map(({ method }) => method), network.kind, stream.kind].some((name) => isOwnPath(name) && !own[name]);

const newestOf = ({ seeds }: Experiment, key: string, file: string, runs: readonly Run[]): RunManifest | undefined =>
  runs
    .map(({ manifest }) => manifest)
    .filter(({ experiment, variant, seed }) => experiment.file === file && variant.key === key && seeds.includes(seed))
    .sort((a, b) => b.created - a.created)[0];

/** What is known of the tasks of a stream before a seed is. */
function tasksOf(
  stream: RecordedStream,
  factsOf: FactsOf,
  thumbnails: ViewContext['thumbnails'],
): Pick<DashboardView, 'tasks' | 'names' | 'namedByRuns' | 'classNames' | 'thumbnails'> {
  const foreseen = foreseenTasks(stream, factsOf);
  const tasks = classesOfTasks(foreseen, factsOf);
  const pictures = tasks && picturesOfTasks(foreseen, thumbnails);
  const names = foreseen.flatMap((task) => task.name ?? []);
  const shown = withClassNames(names, stream, (dataset) => factsOf(dataset).classNames);
  const hasNames = saysNames(stream) || shown.some((name, task) => name !== names[task]);
  const areForeseen = names.length === foreseen.length && !isOwnStream(stream);
  const classNames =
    stream.kind === 'split' && stream.classOrder === 'per-seed' ? factsOf(stream.dataset).classNames : undefined;
  return {
    ...(tasks ? { tasks } : {}),
    ...(hasNames ? (areForeseen ? { names: shown } : { namedByRuns: true as const }) : {}),
    ...(classNames && classNames.length <= MOST_CLASS_NAMES ? { classNames } : {}),
    ...(pictures ? { thumbnails: pictures } : {}),
  };
}

/** More are not sent to a page. */
const MOST_CLASS_NAMES = 1000;

/** Where classes do not say what a task is. */
const saysNames = (stream: RecordedStream) =>
  stream.kind === 'parts' || stream.kind === 'rotated' || isOwnStream(stream);

function viewOfManifests(manifests: readonly RunManifest[], context: ViewContext): DashboardView {
  const { thumbnails: _thumbnails, ...rest } = context;
  const newest = [...manifests].sort((a, b) => b.created - a.created)[0];
  const { name, seeds, variants } = experimentOfRuns(newest?.experiment.name ?? context.file ?? '', manifests);
  return {
    ...rest,
    ...(newest ? recordedTasks(newest) : {}),
    name,
    seeds,
    variants: variants.map(({ key, label, methods, differs, hash, taskAwareOnly, unsaid, ...variant }) => ({
      ...{ key, label, differs, hash, taskAwareOnly },
      ...(unsaid && { unsaid }),
      ...(variant.implements !== undefined && { implements: variant.implements }),
      ...(variant.isForeign ? {} : expected(methods.map(({ method }) => method))),
      methods: methods.map(({ method }) => method),
    })),
  };
}

/** Of data sets that are known without a file; the tasks of another program are called as it calls them. */
function recordedTasks({ trainer, spec }: RunManifest): ReturnType<typeof tasksOf> {
  if (trainer === 'program') return { namedByRuns: true };
  if (trainer !== 'lethe') return {};
  const { stream } = spec;
  const areKnown = datasetsOf(stream).every(isDatasetId);
  return areKnown ? tasksOf(stream, factsIn(shippedCatalogue), {}) : {};
}

/** The classes of each task, those of a second data set after those of the first; undefined when each seed deals them out. */
export function classesOfTasks(tasks: readonly ForeseenTask[], factsOf: FactsOf): number[][] | undefined {
  const first = new Map<string, number>();
  let next = 0;
  for (const { dataset } of tasks) {
    if (first.has(dataset)) continue;
    first.set(dataset, next);
    next += factsOf(dataset).classes;
  }
  const known = tasks.flatMap(({ dataset, classes }) => {
    const own = classes?.map((label) => label + (first.get(dataset) ?? 0));
    return own ? [own] : [];
  });
  return known.length === tasks.length ? known : undefined;
}
