import { experimentOfRuns } from '../core/comparedExperiment';
import { entryIn } from '../core/catalogue';
import type { Experiment } from '../core/experiment';
import type { RunManifest } from '../core/manifest';
import type { DashboardView } from '../core/messages';
import type { StreamSpec } from '../core/stream';
import { oneLine } from '../core/visibleText';
import { specHash, specOf } from '../runs/index';

/** Example images by class: `side` pixels square, each base64 of side² grey values. */
export interface Thumbnails {
  readonly side: number;
  /** 3 where each pixel has red, green and blue; grey values otherwise. */
  readonly channels?: 1 | 3 | undefined;
  readonly classes: Readonly<Record<string, readonly string[]>>;
}

/** What of a view does not come from the experiment. */
export interface ViewContext {
  /** Path of the experiment file relative to its workspace folder; undefined for runs that never had one. */
  readonly file?: string;
  readonly uri: string;
  readonly trusted: boolean;
  readonly fileTrouble?: 'missing' | 'invalid';
  /** Example images by data set. */
  readonly thumbnails: Readonly<Record<string, Thumbnails>>;
}

/** Pictures of one task in the stream strip, where its classes are few enough. */
const PICTURES = 6;

/** The dashboard of an experiment. */
export const viewOf = (experiment: Experiment, context: ViewContext): DashboardView =>
  shown(viewOfExperiment(experiment, context));

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
  })),
});

function viewOfExperiment(experiment: Experiment, context: ViewContext): DashboardView {
  const { thumbnails, ...rest } = context;
  const { stream, name, seeds, data } = experiment;
  const tasks = classesOfTasks(stream, entryIn(data, stream.dataset).classes);
  const pictures = thumbnails[stream.dataset];
  return {
    ...rest,
    name,
    seeds,
    scenario: stream.scenario,
    variants: experiment.variants.map((variant) => ({
      key: variant.key,
      label: variant.label,
      methods: variant.methods.map(({ method }) => method),
      differs: variant.differs,
      hash: specHash(specOf(experiment, variant)),
      taskAwareOnly: variant.taskAwareOnly,
    })),
    ...(tasks ? { tasks } : {}),
    ...(tasks && pictures && showsImages(stream, 0)
      ? {
          thumbnails: {
            side: pictures.side,
            ...(pictures.channels === 3 && { channels: pictures.channels }),
            tasks: tasks.map((classes, task) => (showsImages(stream, task) ? picturesOf(classes, pictures) : [])),
          },
        }
      : {}),
  };
}

/** Whether a task has the images as they are: how they are permuted in the others is drawn for each seed. */
const showsImages = (stream: StreamSpec, task: number) =>
  stream.kind === 'split' || (task === 0 && stream.identityFirst);

function viewOfManifests(manifests: readonly RunManifest[], context: ViewContext): DashboardView {
  const { thumbnails: _thumbnails, ...rest } = context;
  const newest = [...manifests].sort((a, b) => b.created - a.created)[0];
  const { name, seeds, variants } = experimentOfRuns(newest?.experiment.name ?? context.file ?? '', manifests);
  return {
    ...rest,
    name,
    seeds,
    variants: variants.map(({ key, label, methods, differs, hash, taskAwareOnly }) => ({
      ...{ key, label, differs, hash, taskAwareOnly },
      methods: methods.map(({ method }) => method),
    })),
  };
}

/** The classes of each task; undefined when every seed deals them out for itself. */
export function classesOfTasks(stream: StreamSpec, classes: number): number[][] | undefined {
  const all = Array.from({ length: classes }, (_, label) => label);
  if (stream.kind === 'permuted') return Array.from({ length: stream.tasks }, () => all);
  if (stream.classOrder === 'per-seed') return undefined;
  const order = stream.classOrder === 'fixed' ? all : stream.classOrder;
  const size = Math.floor(order.length / stream.tasks);
  return Array.from({ length: stream.tasks }, (_, task) => order.slice(task * size, (task + 1) * size));
}

function picturesOf(classes: readonly number[], { classes: images }: Thumbnails): string[] {
  const each = Math.max(1, Math.floor(PICTURES / Math.max(1, classes.length)));
  return classes.flatMap((label) => (images[String(label)] ?? []).slice(0, each));
}
