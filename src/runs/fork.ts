import * as z from 'zod';
import { backendChoices } from '../core/backends';
import { canonicalJson } from '../core/canonicalJson';
import { factsIn, shippedCatalogue } from '../core/catalogue';
import { hasWholeResult } from '../core/doubts';
import { shown } from '../core/experiment';
import { didYouMean, explain, singleIssues } from '../core/explain';
import { settingsAfter } from '../core/legs';
import { RUN_FORMAT, trainerText, type Change, type OwnManifest, type RunSpec } from '../core/manifest';
import { cardOf, isMethodId } from '../core/methods/index';
import { ownId } from '../core/own/ownPath';
import { ownValue } from '../core/ownValue';
import { trainingSchema, type TrainingSpec } from '../core/recipe';
import { recipeFaults } from '../core/recipeChecks';
import { backendOf, repetitionsOf } from '../core/repetitions';
import { isFinished, isForeign, type Run } from '../core/run';
import { isOwnStream } from '../core/stream';
import { classesComeAgain, datasetsOf, tasksOf } from '../core/streamTasks';

import { runId, type RunPlan } from './plan';
import { specHash } from './spec';

/** What a fork is to have otherwise than the run that it is forked from. */
export interface ForkAsked {
  /** So many tasks are learned as the run learned them. */
  readonly afterTask: number;
  /** New values by the names of settings: `lambda`, `ewc.lambda`, `training.learningRate`. */
  readonly changes: Readonly<Record<string, unknown>>;
}

/** Why a run cannot be forked so. `setting`: where it is one of the changes. */
export class ForkError extends Error {
  override name = 'ForkError';
  constructor(
    message: string,
    readonly setting?: string,
  ) {
    super(message);
  }
}

/** The value that somebody wrote: what is JSON is taken as such, all else as text. */
export function writtenValue(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

/** A setting that a fork may change. */
export interface ForkSetting {
  /** As `ForkAsked` names it: with its method where several have one of the name. */
  readonly name: string;
  readonly value: unknown;
  /** The method whose it is, or `training`, and what it is called there. */
  readonly part: string;
  readonly setting: string;
}

/** Why settings of training stay as they are: what was trained before would not fit what comes after. */
const fixedTraining: Readonly<Partial<Record<string, string>>> = {
  optimizer: 'what the optimiser keeps from task to task is of its own kind',
  samplesPerTask: 'it decides which examples the tasks have',
  sampling: 'it decides which examples the tasks have',
  validation: 'it decides which examples the tasks have',
  headInit: 'the network is initialised only once',
};

const fixedParts: Readonly<Record<string, string>> = {
  network: 'the network that was trained is to go on',
  stream: 'the tasks of a fork are those of its parent',
  data: 'the tasks of a fork are those of its parent',
  evaluation: 'a fork is measured as its parent',
  seed: 'with another seed the tasks before would not be those of its parent',
};

/** The settings with which a run goes on after so many tasks, as far as a fork may change them: those of its methods first. */
export function forkSettings({ spec }: OwnManifest, afterTask: number): ForkSetting[] {
  const { methods, training } = settingsAfter(spec, afterTask);
  return [
    ...methods.flatMap(({ method, settings }) =>
      namesIn({ method, settings }).map((setting) => ({
        name: methodsWith(methods, setting).length > 1 ? `${shortOf(method)}.${setting}` : setting,
        value: ownValue(settings, setting),
        ...{ part: method, setting },
      })),
    ),
    ...Object.keys(trainingSchema.shape)
      .filter((setting) => !Object.hasOwn(fixedTraining, setting))
      .map((setting) => ({
        name: `training.${setting}`,
        value: ownValue(training, setting),
        ...{ part: 'training', setting },
      })),
  ];
}

/**
 * The run that a fork is: its settings up to a task are those of the run it is forked from, and others after that. It is on the
 * backend of that run, so that it comes to the same up to there.
 *
 * @throws ForkError
 */
export function forkOf(parent: Run, { afterTask, changes }: ForkAsked, version?: string): OwnManifest {
  const { manifest } = parent;
  if (isForeign(parent) || manifest.trainer !== 'lethe')
    throw new ForkError(`${manifest.id} is trained by ${trainerText(manifest)}, not by Lethe: only that can fork it.`);
  const { spec } = manifest;
  requireTask(afterTask, tasksOf(spec.stream));
  const before = settingsAfter(spec, afterTask);
  const after = changed(before, changes);
  if (canonicalJson(after) === canonicalJson(before))
    throw new ForkError('Nothing is changed: such a fork would be the run itself.');
  requireSound(spec, after);
  const kept = (spec.changes ?? []).filter((change) => change.afterTask < afterTask);
  const forked: RunSpec = { ...spec, changes: [...kept, { afterTask, ...after }] };
  const hash = specHash(forked);
  const created = Date.now();
  const key = `${manifest.variant.key}-after${afterTask}-${hash.slice(0, 6)}`;
  const backend = backendChoices.find((choice) => choice === backendOf(parent)) ?? manifest.backend;
  return {
    lethe: RUN_FORMAT,
    trainer: 'lethe',
    id: runId(key, manifest.seed, new Date(created)),
    created,
    experiment: manifest.experiment,
    variant: { key, label: `${manifest.variant.label} · after task ${afterTask}: ${changedText(before, after)}`, hash },
    seed: manifest.seed,
    backend,
    spec: forked,
    parent: { id: manifest.id, hash: manifest.variant.hash },
    ...(version === undefined ? {} : { version }),
  };
}

/** Lethe itself trains all forks. */
export interface ForkPlan extends RunPlan {
  readonly create: readonly OwnManifest[];
}

/**
 * What has to run so that each of some runs has such a fork: one that is there already, done with a whole result or on its
 * way, is not made twice.
 *
 * @throws ForkError
 */
export function planForks(
  parents: readonly Run[],
  asked: ForkAsked,
  existing: readonly Run[],
  version?: string,
): ForkPlan {
  const plan = { create: [] as OwnManifest[], resume: [] as Run[], reuse: [] as Run[] };
  for (const parent of parents) {
    const fork = forkOf(parent, asked, version);
    const { variant, seed, backend } = fork;
    const { of } = repetitionsOf(existing, { hashes: [variant.hash], seeds: [seed], backend });
    const there = of(variant.hash, seed).find(
      (run) => backendOf(run) === backend && (hasWholeResult(run) || !isFinished(run.status)),
    );
    if (there) plan.reuse.push(there);
    else plan.create.push(fork);
  }
  return plan;
}

function requireTask(afterTask: number, tasks: number): void {
  if (tasks < 2) throw new ForkError('The run has a single task: there is nothing to fork after.');
  if (!Number.isInteger(afterTask) || afterTask < 1 || afterTask >= tasks)
    throw new ForkError(
      `A run of ${tasks} tasks can be forked after task 1 to ${tasks - 1}, not after ${String(afterTask)}.`,
    );
}

type Settings = Pick<Change, 'training' | 'methods'>;

/** Settings with others in the place of some. @throws ForkError where there are none of the name, or not with this value */
function changed(before: Settings, changes: ForkAsked['changes']): Settings {
  let { training, methods } = before;
  for (const [name, value] of Object.entries(changes)) {
    const [part = '', ...rest] = name.split('.');
    const setting = rest.join('.');
    if (Object.hasOwn(fixedParts, part) && !ownsSetting(methods, name))
      throw new ForkError(`${name} cannot be changed in a fork: ${fixedParts[part]}.`, name);
    if (part === 'training' && setting !== '') training = withTraining(training, setting, value, name);
    else methods = withSetting(methods, name, value);
  }
  return { training, methods: methods.map((method) => checked(method, changes)) };
}

const ownsSetting = (methods: RunSpec['methods'], name: string): boolean =>
  methods.some(({ settings }) => Object.hasOwn(settings, name));

function withTraining(training: TrainingSpec, setting: string, value: unknown, name: string): TrainingSpec {
  const why = Object.hasOwn(fixedTraining, setting) ? fixedTraining[setting] : undefined;
  if (why !== undefined) throw new ForkError(`${name} cannot be changed in a fork: ${why}.`, name);
  const { epochs, iterations, ...others } = training;
  // Two ways to say one thing: who gives one of them does not want the other.
  const counts = setting === 'epochs' || setting === 'iterations' ? {} : { epochs, iterations };
  const given = { ...others, ...counts, [setting]: value };
  const parsed = trainingSchema.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new ForkError(`${name}: ${issueText(parsed.error, given)}`, name);
}

function withSetting(methods: RunSpec['methods'], name: string, value: unknown): RunSpec['methods'] {
  const at = methodsWith(methods, name);
  const [found, another] = at;
  if (!found)
    throw new ForkError(
      `There is no setting ${name}.${didYouMean(name, methods.flatMap(namesIn))} There are: ${methods.flatMap(namesIn).join(', ')}, and those of training (training.learningRate).`,
      name,
    );
  if (another)
    throw new ForkError(
      `${name} may be that of ${at.map(({ method }) => shortOf(method)).join(' or ')}: say ${shortOf(found.method)}.${name}.`,
      name,
    );
  const setting = settingIn(found.method, name);
  return methods.map((method) =>
    method === found ? { ...method, settings: { ...method.settings, [setting]: value } } : method,
  );
}

const methodsWith = (methods: RunSpec['methods'], name: string) =>
  methods.filter(({ method, settings }) => Object.hasOwn(shapeOf({ method, settings }), settingIn(method, name)));

/** `lambda` of `ewc.lambda`, where the method is EWC. */
function settingIn(method: string, name: string): string {
  const prefix = `${shortOf(method)}.`;
  return name.startsWith(prefix) ? name.slice(prefix.length) : name;
}

const shortOf = (method: string): string => (isMethodId(method) ? method : ownId(method));

/** By their names what a method may be set to; of one of the user's own what its settings have. */
const shapeOf = ({ method, settings }: RunSpec['methods'][number]): object =>
  isMethodId(method) ? cardOf(method).settings.shape : settings;

/** A preset stands for defaults, and those of a run are filled in. */
const namesIn = (method: RunSpec['methods'][number]): string[] =>
  Object.keys(shapeOf(method)).filter((name) => name !== 'preset');

/** With the settings as their schema gives them. Those of the user's own methods are checked when the run starts. */
function checked(
  { method, settings }: RunSpec['methods'][number],
  changes: ForkAsked['changes'],
): RunSpec['methods'][number] {
  if (!isMethodId(method)) return { method, settings };
  const parsed = cardOf(method).settings.safeParse(settings);
  if (parsed.success) return { method, settings: parsed.data };
  const name = Object.keys(changes).find((one) => one.split('.').at(-1) === parsed.error.issues[0]?.path[0]);
  throw new ForkError(`${name ?? cardOf(method).title}: ${issueText(parsed.error, settings)}`, name);
}

function issueText({ issues }: z.ZodError, given: object): string {
  const [issue] = singleIssues(issues);
  return issue ? explain(issue, given).message : 'This value is not allowed.';
}

/** What only the settings together say. @throws ForkError */
function requireSound({ stream, network }: RunSpec, { training, methods }: Settings): void {
  const [fault] = recipeFaults(training, network, stream);
  if (fault) throw new ForkError(fault.message, `training.${fault.setting.join('.')}`);
  const facts = factsIn(shippedCatalogue);
  const areKnown = !isOwnStream(stream) && datasetsOf(stream).every((name) => shippedCatalogue.has(name));
  const { scenario, inputs } = stream;
  const comesAgain = areKnown && classesComeAgain(stream, facts);
  for (const { method, settings } of methods) {
    if (!isMethodId(method)) continue;
    const beside = methods.filter((other) => other.method !== method).map((other) => other.method);
    const place = { scenario, tasks: tasksOf(stream), comesAgain, network, training, inputs, beside };
    const found = cardOf(method).check?.(settings as never, place) ?? [];
    const error = found.find(({ severity }) => severity === 'error');
    if (error) throw new ForkError(error.message, error.setting);
  }
}

/** "lambda 1000, learningRate 0.01": what is changed, with its new value. */
function changedText(before: Settings, after: Settings): string {
  const values = ({ training, methods }: Settings): Readonly<Record<string, unknown>> =>
    Object.fromEntries([...methods.map(({ settings }) => settings), training].flatMap((part) => Object.entries(part)));
  const [old, now] = [values(before), values(after)];
  return [...new Set([...Object.keys(now), ...Object.keys(old)])]
    .filter((name) => canonicalJson(old[name]) !== canonicalJson(now[name]))
    .filter((name) => now[name] !== undefined)
    .map((name) => `${name} ${shown(now[name])}`)
    .join(', ');
}
