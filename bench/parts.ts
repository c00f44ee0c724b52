/**
 * What a part of the contract costs a compiled step, by itself: methods that do nothing but use it take turns in one
 * process. Prints a JSON array: for each network the milliseconds of a step in each turn, by part.
 *
 *   parts.cjs TURNS MILLISECONDS      so many turns, each of about so many milliseconds for each part
 *   parts.cjs TURNS MILLISECONDS recipe      the same of settings of the recipe that are off by default
 */
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { networkSchema, trainingSchema } from '../src/core/recipe';
import { openBackend } from '../src/engine/backend/backend';
import type { Method } from '../src/engine/contract/method';
import type { Slope } from '../src/engine/contract/step';
import { loadDataset } from '../src/engine/data/index';
import { createNetwork } from '../src/engine/networks/network';
import { createOptimizer } from '../src/engine/optimizer';
import { randomInt, randomStream } from '../src/engine/random';
import type { PlannedStep, StepBatch } from '../src/engine/steps/batch';
import { beforeOptimizer } from '../src/engine/steps/beforeOptimizer';
import { Stepper } from '../src/engine/steps/stepper';
import { TrainingData } from '../src/engine/steps/trainingData';
import { streamOf } from '../src/engine/streams/index';

const dist = path.join(process.cwd(), 'dist');
const [turns, milliseconds] = process.argv.slice(2, 4).map(Number) as [number, number];

interface Setting {
  readonly name: string;
  readonly units: number;
  readonly batchSize: number;
  readonly optimizer: 'sgd' | 'adam';
}

const settings: readonly Setting[] = [
  { name: '784-100-100-10, batch 10, SGD', units: 100, batchSize: 10, optimizer: 'sgd' },
  { name: '784-400-400-10, batch 128, Adam', units: 400, batchSize: 128, optimizer: 'adam' },
];

/** A second batch: none, one that belongs to the loss, or one that does not. */
type Second = 'in the loss' | 'apart' | undefined;

interface Part {
  readonly name: string;
  readonly second?: Second;
  /** Says what its examples were taken for: online accuracy. */
  readonly answering?: boolean;
  /** Settings of its own. */
  readonly training?: object;
  readonly network?: object;
  readonly method: (parameterCount: number) => Omit<Method, 'id'>;
}

const carriesTheta = (parameterCount: number): Pick<Method, 'carries'> => ({
  carries: () => ({ own: { shape: [parameterCount], values: new Float32Array(parameterCount) } }),
});
const nothing = () => ({});

/** Asks by how much the gradient is to be multiplied. */
const asking =
  (told: (slope: Slope) => tf.Tensor): NonNullable<Method['ask']> =>
  (slope) => ({
    told: { own: told(slope) },
    answers: { factor: [] },
    answer: () => ({ factor: Float32Array.of(1) }),
    goOn: ({ factor }) => ({ ...slope, total: tf.mul(slope.total, factor as tf.Scalar) }),
  });

const contractParts: readonly Part[] = [
  { name: 'nothing', method: nothing },
  { name: 'online accuracy', answering: true, method: nothing },
  // What any part that deals with all parameters at once brings with it.
  { name: 'θ in one piece', method: () => ({ penalty: () => undefined }) },
  {
    name: 'carry, 5 numbers',
    method: () => ({
      carries: () => ({ own: { shape: [5], values: new Float32Array(5) } }),
      carry: (_next, _slope, { carried }) => ({ own: tf.add(carried['own'] as tf.Tensor, 1) }),
    }),
  },
  {
    name: 'carry, as large as θ: the gradient',
    method: (count) => ({ ...carriesTheta(count), carry: (_next, { task }) => ({ own: task }) }),
  },
  {
    name: 'carry, as large as θ: a sum of gradients',
    method: (count) => ({
      ...carriesTheta(count),
      carry: (_next, { task }, { carried }) => ({ own: tf.add(carried['own'] as tf.Tensor1D, task) }),
    }),
  },
  { name: 'second batch, apart, not used', second: 'apart', method: nothing },
  {
    name: 'second batch, apart, its gradient added',
    second: 'apart',
    method: () => ({
      gradient(theta, differentiate) {
        const slope = differentiate(theta);
        return { ...slope, total: tf.add(slope.total, differentiate(theta, ['second']).task) };
      },
    }),
  },
  { name: 'second batch, in the loss', second: 'in the loss', method: nothing },
  { name: 'the host asked, told one number', method: () => ({ ask: asking(({ loss }) => loss) }) },
  { name: 'the host asked, told the gradient', method: () => ({ ask: asking(({ total }) => total) }) },
];

const inOnePiece = () => ({ penalty: () => undefined });
const momentum = { optimizer: 'sgd', momentum: 0.9 };
const decoupled = { weightDecay: 1e-4, decoupledWeightDecay: true };

const recipeParts: readonly Part[] = [
  { name: 'nothing', method: nothing },
  { name: 'L2 weight decay', training: { weightDecay: 1e-4 }, method: nothing },
  { name: 'decoupled weight decay', training: decoupled, method: nothing },
  { name: 'clipped by norm', training: { clipping: { norm: 1 } }, method: nothing },
  { name: 'clipped by value', training: { clipping: { value: 1 } }, method: nothing },
  { name: 'label smoothing', training: { labelSmoothing: 0.1 }, method: nothing },
  { name: 'sigmoid outputs', network: { output: 'sigmoid' }, method: nothing },
  { name: 'dropout, made up for at test', network: { dropout: 0.25 }, method: nothing },
  {
    name: 'dropout, made up for in training',
    network: { dropout: 0.25, dropoutScaling: 'training' },
    method: nothing,
  },
  { name: 'SGD with momentum', training: momentum, method: nothing },
  { name: "SGD with Nesterov's momentum", training: { ...momentum, nesterov: true }, method: nothing },
  { name: 'θ in one piece', method: inOnePiece },
  { name: 'θ in one piece, L2 weight decay', training: { weightDecay: 1e-4 }, method: inOnePiece },
  { name: 'θ in one piece, decoupled weight decay', training: decoupled, method: inOnePiece },
  { name: 'θ in one piece, clipped by norm', training: { clipping: { norm: 1 } }, method: inOnePiece },
];

const parts = process.argv[4] === 'recipe' ? recipeParts : contractParts;

async function main() {
  await openBackend('native', path.join(dist, 'wasm'));
  console.log(JSON.stringify(settings.map((setting) => ({ name: setting.name, times: measure(setting) }))));
}

function measure(setting: Setting): Record<string, number[]> {
  const steppers = parts.map((part) => ({ part, ...stepperFor(setting, part) }));
  const times = Object.fromEntries(parts.map(({ name }) => [name, [] as number[]]));
  for (let turn = 0; turn < turns; turn++)
    for (const { part, stepper, steps } of turn % 2 === 0 ? steppers : [...steppers].reverse())
      times[part.name]?.push(timeOf(stepper, steps));
  return times;
}

/** A stepper that has taken its first steps, and steps for one turn. */
function stepperFor(
  { units, batchSize, optimizer: rule }: Setting,
  { name, second, answering = false, method, ...own }: Part,
) {
  const stream = streamOf(
    loadDataset('mnist', path.join(dist, 'data')),
    { dataset: 'mnist', kind: 'split', tasks: 2, scenario: 'class', classOrder: 'fixed' },
    1,
  );
  const network = createNetwork(
    networkSchema.parse({ hidden: [units, units], ...own.network }),
    stream.dataset.shape,
    stream.outputs,
  );
  const training = trainingSchema.parse({ optimizer: rule, batchSize, ...own.training });
  const optimizer = createOptimizer(training);
  const ownMethod: Method = { id: 'own', ...method(network.parameterCount) };
  const onEager = (reason: string) => {
    throw new Error(`"${name}" is not compiled: ${reason}`);
  };
  const data = new TrainingData(stream, undefined, undefined, training.labelSmoothing);
  const stepParts = { network: () => network, method: ownMethod, optimizer, data, answering, constants: nothing };
  const input = { ...stepParts, beforeOptimizer: beforeOptimizer(training), compile: true, onEager };
  const stepper = new Stepper(input, network.initial(randomStream(1, 'init')));
  stepper.setCarried(ownMethod.carries?.() ?? {});
  const random = randomStream(1, 'batches');
  const step = (): PlannedStep => {
    const { share, units: hidden } = network.dropout;
    const masked = batchSize * hidden.reduce((sum, ofLayer) => sum + ofLayer, 0);
    const batch = (): StepBatch => ({
      indices: Int32Array.from({ length: batchSize }, () => randomInt(random, stream.dataset.train.count)),
      tasks: new Int32Array(batchSize),
      weights: new Float32Array(batchSize).fill(1 / batchSize),
      ...(share > 0 && { kept: Uint8Array.from({ length: masked }, () => Number(random() >= share)) }),
    });
    const batches: Record<string, StepBatch> = { current: batch() };
    if (second !== undefined) batches['second'] = { ...batch(), ...(second === 'apart' && { apart: true }) };
    return { batches, learningRate: 0.001 };
  };
  stepper.run(Array.from({ length: 5 }, step));
  const trial = Array.from({ length: 20 }, step);
  const count = Math.max(5, Math.round(milliseconds / timeOf(stepper, trial)));
  return { stepper, steps: Array.from({ length: count }, step) };
}

/** Milliseconds for each of some steps, taken in one call. */
function timeOf(stepper: Stepper, steps: readonly PlannedStep[]): number {
  const start = performance.now();
  stepper.run(steps);
  return (performance.now() - start) / steps.length;
}

void main();
