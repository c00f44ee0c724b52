/** What is run again and again: every method of every published protocol, and all methods side by side. */
import { readFileSync } from 'node:fs';
import type { Catalogue } from '../../src/core/catalogue';
import type { Experiment, Variant } from '../../src/core/experiment';
import { parseExperiment } from '../../src/core/parse';
import type { RunMeasureName } from '../../src/core/measures/table';
import type { Scenario } from '../../src/core/methods/card';
import { protocolIds, protocolOf, protocols } from '../../src/core/protocols/index';
import type { Protocol, PublishedValue } from '../../src/core/protocols/protocol';
import { specHash, specOf } from '../../src/runs/index';

/** Experiments that have every method side by side, by scenario: nobody published values of them. */
export const sideBySide: Readonly<Record<Scenario, string>> = {
  task: 'examples/every-method-task.lethe.json',
  domain: 'examples/every-method-domain.lethe.json',
  class: 'examples/every-method-class.lethe.json',
};

/** Other experiments that ship as examples and whose numbers the documentation has, with what is told of them. */
export const examples: Readonly<Record<string, readonly RunMeasureName[]>> = {
  'examples/growing.lethe.json': ['accuracy', 'forgetting', 'parameters', 'memoryBytes'],
  'examples/den.lethe.json': ['accuracy', 'rocAuc', 'forgetting', 'parameters'],
  'examples/remind.lethe.json': ['accuracy', 'forgetting', 'memoryBytes'],
  'examples/generative-replay.lethe.json': ['accuracy', 'forgetting', 'memoryBytes'],
  'examples/sleep-beside-rehearsal.lethe.json': ['accuracy', 'forgetting', 'memoryBytes'],
  'examples/minima.lethe.json': ['accuracy', 'forgetting', 'learningAccuracy', 'flops'],
  'examples/branching.lethe.json': ['accuracy', 'parameters'],
  'examples/branching-one-head.lethe.json': ['accuracy', 'taskAwareAccuracy', 'parameters'],
  'examples/plasticity.lethe.json': ['onlineAccuracy', 'plasticityLost', 'learningAccuracy'],
};

/** Everything that cells can be of: ids of protocols, paths of experiment files. */
export const subjects: readonly string[] = [...protocolIds, ...Object.values(sideBySide), ...Object.keys(examples)];

/** One method of one protocol, or of an experiment, with the seeds that are planned of it. */
export interface Cell {
  /** One of `subjects`. */
  readonly protocol: string;
  /** Of the variant. */
  readonly key: string;
  readonly label: string;
  /** Of its runs with this build. */
  readonly hash: string;
  readonly seeds: number;
  readonly values: readonly PublishedValue[];
  /** What is told of it where no value was published. */
  readonly told: readonly RunMeasureName[];
  readonly differs?: string;
}

/** Seeds where nothing else is said: five is the least that a verdict takes. */
const USUAL = 5;

/** Where a run takes seconds, less than a minute. */
const QUICK = 10;

/**
 * By the beginning of a protocol's id and the keys of its variants; the first that fits. One seed: what would take more than
 * two hours of two cores with five.
 */
const planned: readonly (readonly [string, readonly string[] | undefined, number])[] = [
  // Its published scatter of runs is the largest: with ten the verdict would be open.
  ['split-mnist/van-de-ven-2022-task', ['none'], 20],
  ['split-mnist/van-de-ven-2022-task', ['separate'], QUICK],
  ['split-mnist/van-de-ven-2022-domain', ['none', 'ewc', 'si', 'lwf'], QUICK],
  ['split-mnist/van-de-ven-2022-class', ['none', 'joint', 'ewc', 'si', 'lwf', 'replay'], QUICK],
  ['split-mnist/van-de-ven-2019-task', ['none', 'ewc', 'ewc-2', 'si', 'lwf'], QUICK],
  ['split-mnist/van-de-ven-2019-domain', ['none', 'ewc', 'ewc-2', 'lwf'], QUICK],
  ['split-mnist/van-de-ven-2019-class', ['none', 'joint', 'ewc', 'ewc-2', 'si', 'lwf'], QUICK],
  ['split-mnist/buzzega-2020', ['ewc', 'si', 'gem-3'], USUAL],
  ['split-mnist/buzzega-2020', undefined, QUICK],
  ['permuted-mnist/buzzega-2020', ['si'], QUICK],
  ['rotated-mnist/buzzega-2020', ['si'], QUICK],
  ['split-mnist/tadros-2022', ['none'], QUICK],
  ['split-fashion-mnist/tadros-2022', ['none', 'sleep'], QUICK],
  ['rotated-mnist/lopez-paz-2017', undefined, QUICK],
  ['permuted-mnist/van-de-ven-2019', undefined, 1],
  ['permuted-mnist/yoon-2018', undefined, 1],
  ['permuted-mnist/zenke-2017', undefined, 1],
  ['permuted-mnist/chaudhry-2019', ['gem'], 1],
  ['permuted-mnist/farajtabar-2020', ['none'], QUICK],
  ['rotated-mnist/farajtabar-2020', ['none'], QUICK],
  ['permuted-mnist/farajtabar-2020', undefined, 1],
  ['rotated-mnist/farajtabar-2020', undefined, 1],
  ['permuted-mnist/dohare-2024', undefined, 1],
];

const seedsOf = (id: string, key: string): number =>
  planned.find(([start, keys]) => id.startsWith(start) && (keys?.includes(key) ?? true))?.[2] ?? USUAL;

/** The experiment file of a subject, as it is run. Read from the root of the repository. */
export const fileOf = (subject: string): string =>
  protocolOf(subject) ? `${JSON.stringify({ extends: subject })}\n` : readFileSync(subject, 'utf8');

function experimentOf(subject: string, catalogue?: Catalogue): Experiment {
  const { experiment, problems } = parseExperiment(fileOf(subject), catalogue);
  if (!experiment) throw new Error(`${subject}: ${problems.map(({ message }) => message).join('\n')}`);
  return experiment;
}

const cellOf = (protocol: string, experiment: Experiment, { key, label, ...variant }: Variant) => ({
  ...{ protocol, key, label },
  hash: specHash(specOf(experiment, { key, label, ...variant })),
});

/** The cells of a protocol, in its order. @param catalogue the data sets that there are */
export function cellsOf({ id, methods, told = ['accuracy'] }: Protocol, catalogue?: Catalogue): Cell[] {
  const experiment = experimentOf(id, catalogue);
  // Bounds that the protocol leaves out stand before its own methods.
  const own = experiment.variants.slice(experiment.variants.length - methods.length);
  return methods.map(({ values, differs }, i) => {
    const cell = cellOf(id, experiment, variantAt(own, i));
    return { ...cell, seeds: seedsOf(id, cell.key), values, told, ...(differs !== undefined && { differs }) };
  });
}

/** A cell of an experiment of our own, and of which method it is. */
export interface SideBySideCell extends Cell {
  readonly scenario: Scenario;
  readonly method: string;
  /** Only the task-aware accuracy is defined. */
  readonly taskAwareOnly: boolean;
}

/** Every method of the experiment of a scenario, in its order. */
export function sideBySideCells(scenario: Scenario): SideBySideCell[] {
  const id = sideBySide[scenario];
  const experiment = experimentOf(id);
  return experiment.variants.map((variant) => ({
    ...cellOf(id, experiment, variant),
    ...{ scenario, method: variant.methods[0]?.method ?? '', taskAwareOnly: variant.taskAwareOnly !== undefined },
    ...{ seeds: USUAL, values: [], told: ['accuracy'] as const },
  }));
}

/** Every variant of an example, in its order, with the seeds that the file asks for. */
export function exampleCells(file: string): Cell[] {
  const experiment = experimentOf(file);
  const { seeds } = experiment;
  return experiment.variants.map((variant) => ({
    ...cellOf(file, experiment, variant),
    ...{ seeds: seeds.length, values: [], told: examples[file] ?? [] },
  }));
}

function variantAt(variants: readonly Variant[], i: number): Variant {
  const variant = variants[i];
  if (!variant) throw new Error(`no variant ${i}`);
  return variant;
}

export const allCells = (catalogue?: Catalogue): Cell[] => [
  ...protocols.flatMap((protocol) => cellsOf(protocol, catalogue)),
  ...(Object.keys(sideBySide) as Scenario[]).flatMap(sideBySideCells),
  ...Object.keys(examples).flatMap(exampleCells),
];
