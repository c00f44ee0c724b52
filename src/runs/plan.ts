import { randomBytes } from 'node:crypto';
import { factsIn, type FactsOf } from '../core/catalogue';
import { hasWholeResult } from '../core/doubts';
import { hasKeyAmong, type Experiment, type Variant } from '../core/experiment';
import type { BackendChoice } from '../core/backends';
import { RUN_FORMAT, type PlannedManifest } from '../core/manifest';
import { isOwnPath } from '../core/own/ownPath';
import { productsOf } from '../core/productsOf';
import { isOwnStream, type PartSpec, type StreamSpec } from '../core/stream';
import { datasetsOf, imageShapeOf, partsOf, tasksOf } from '../core/streamTasks';
import { backendOf, repetitionsOf } from '../core/repetitions';
import { isFinished, isForeign, isStartable, type Run } from '../core/run';
import { hashesOf, specOf } from './spec';

export interface PlanOptions {
  /** Path of the experiment file relative to the workspace folder, with forward slashes. */
  readonly file?: string;
  /** Keys of the variants to run, or of families of them; all when left out. */
  readonly keys?: readonly string[];
  /** Seeds to run; those of the experiment when left out. */
  readonly seeds?: readonly number[];
  /** `auto` takes earlier runs of any backend for equal; a named one only its own. */
  readonly backend: BackendChoice;
  /** Runs everything again, whatever exists. */
  readonly fresh?: boolean;
  readonly version?: string;
}

export interface RunPlan {
  readonly create: readonly PlannedManifest[];
  /** Unfinished runs with a checkpoint: they go on from there. And those that were stopped before they began. */
  readonly resume: readonly Run[];
  /** Done with a whole result, running or queued already. */
  readonly reuse: readonly Run[];
}

/** The variants of which it creates runs. */
export const createdKeys = ({ create }: RunPlan): string[] => create.map(({ variant }) => variant.key);

/** Whether it trains anything that was asked for on native TensorFlow and nothing else. */
export const needsEngine = ({ create, resume }: RunPlan): boolean =>
  [...create, ...resume.map(({ manifest }) => manifest)].some(({ backend }) => backend === 'native');

/**
 * Says what has to run so that every variant has a finished run for every seed.
 * Seed by seed over all variants, so that a comparison fills evenly: the first seed in the order of the file, later
 * ones with the longest runs first, so that none is left to run alone at the end.
 */
export function planRuns(experiment: Experiment, existing: readonly Run[], options: PlanOptions): RunPlan {
  const plan = { create: [] as PlannedManifest[], resume: [] as Run[], reuse: [] as Run[] };
  // One millisecond apart, so that the order of the plan is the order of lists.
  const now = Date.now();
  const { keys, backend, seeds = experiment.seeds } = options;
  const variants = experiment.variants.filter((variant) => keys === undefined || hasKeyAmong(variant, keys));
  variants.forEach((variant) => requireKnown(variant, experiment.stream.kind));
  const hashes = hashesOf(experiment);
  const repetitions = repetitionsOf(existing, { hashes: hashes.values(), seeds, backend });
  const longestFirst = [...variants].sort((a, b) => effortOf(experiment, b) - effortOf(experiment, a));
  for (const [round, seed] of seeds.entries()) {
    for (const variant of round === 0 ? variants : longestFirst) {
      const hash = hashes.get(variant.key) ?? '';
      const earlier = options.fresh ? [] : repetitions.of(hash, seed).filter(isOn(backend));
      const kept = earlier.find((run) => hasWholeResult(run) || !isFinished(run.status));
      const resumable = earlier.find(mayGoOn) ?? earlier.find(neverBegan);
      if (kept) plan.reuse.push(kept);
      else if (resumable) plan.resume.push(resumable);
      else plan.create.push(manifestOf(experiment, variant, hash, seed, now + plan.create.length, options));
    }
  }
  return plan;
}

/** What nobody has looked at cannot be planned: its settings and its content are not known. */
function requireKnown({ methods, network, contents, program, own = {} }: Variant, stream: string): void {
  const unread = program?.files.find((name) => contents?.[name] === undefined);
  if (unread !== undefined) throw new Error(`${unread} was not read`);
  const { weights } = network;
  if (weights !== undefined && contents?.[weights] === undefined) throw new Error(`${weights} was not read`);
  const names = [...methods.map(({ method }) => method), network.kind, stream];
  const unknown = names.find((name) => isOwnPath(name) && !Object.hasOwn(own, name));
  if (unknown !== undefined) throw new Error(`${unknown} was not read`);
}

/** Products of a pass through the hidden layers, times examples met in a task: enough to tell long runs from short ones. */
function effortOf({ stream, data }: Experiment, { network, training }: Variant): number {
  const factsOf = factsIn(data);
  const examples = training.samplesPerTask ?? examplesPerTask(stream, factsOf);
  return (
    productsOf(network, imageShapeOf(stream, factsOf)) *
    (training.iterations === undefined ? (training.epochs ?? 1) * examples : training.iterations * training.batchSize)
  );
}

/** Training examples of a task: those of the whole data set where the part does not divide its classes. */
function examplesPerTask(stream: StreamSpec, factsOf: FactsOf): number {
  // What the tasks of one of the user's own have is known when it is made: as much as all there is.
  if (isOwnStream(stream)) return datasetsOf(stream).reduce((sum, name) => sum + factsOf(name).train, 0);
  const ofPart = (part: PartSpec) =>
    factsOf(part.dataset).train * ('tasks' in part && part.kind !== 'split' ? part.tasks : 1);
  return partsOf(stream).reduce((sum, part) => sum + ofPart(part), 0) / tasksOf(stream);
}

/** What computes where another program trains is that program's business. */
const isOn = (backend: BackendChoice) => (run: Run) =>
  backend === 'auto' || isForeign(run) || backendOf(run) === backend;

/**
 * A lost run may still be alive where nobody can look: whether it goes on is for the user to say. One that is done
 * without a whole result has nothing to go on with.
 */
const mayGoOn = (run: Run): boolean =>
  run.state.checkpoint !== undefined && run.status !== 'lost' && run.status !== 'done' && isStartable(run);

/** Stopped while it waited: it begins in the folder that it has. */
const neverBegan = (run: Run): boolean =>
  run.status === 'stopped' && run.state.started === undefined && isStartable(run);

function manifestOf(
  experiment: Experiment,
  variant: Variant,
  hash: string,
  seed: number,
  created: number,
  { file, backend, version }: PlanOptions,
): PlannedManifest {
  const common = {
    lethe: RUN_FORMAT,
    id: runId(variant.key, seed, new Date(created)),
    created,
    experiment: { name: experiment.name, ...(file === undefined ? {} : { file }) },
    variant: {
      ...{ key: variant.key, label: variant.label, hash },
      ...(variant.implements !== undefined && { implements: variant.implements }),
    },
    seed,
    ...(version === undefined ? {} : { version }),
  } as const;
  const { program: command, batches, ...spec } = specOf(experiment, variant);
  if (command === undefined) return { ...common, trainer: 'lethe', backend, spec };
  const device = variant.program?.device;
  const more = { ...(device !== undefined && { device }), ...(batches && { batches }) };
  return { ...common, trainer: 'command', backend: 'auto', command, ...more, spec };
}

/** `20261124-143118-ewc-seed1-3f9a`: sorts by time, says what it is, and never meets its like. */
export function runId(key: string, seed: number, created: Date): string {
  const stamp = created.toISOString().replace(/[-:]/g, '').replace('T', '-').slice(0, 15);
  return `${stamp}-${key}-seed${seed}-${randomBytes(2).toString('hex')}`;
}
