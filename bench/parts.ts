/**
 * What a part of the contract costs a compiled step, by itself: methods that do nothing but use it take turns in one
 * process. Prints a JSON array: for each network the milliseconds of a step in each turn, by part.
 *
 *   parts.cjs TURNS MILLISECONDS      so many turns, each of about so many milliseconds for each part
 */
import path from 'node:path';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { openBackend } from '../src/engine/backend/backend';
import type { Batch, Method } from '../src/engine/contract/method';
import type { Slope } from '../src/engine/contract/step';
import { loadDataset } from '../src/engine/data/index';
import { createNetwork } from '../src/engine/networks/network';
import { createOptimizer } from '../src/engine/optimizer';
import { randomInt, randomStream } from '../src/engine/random';
import type { PlannedStep } from '../src/engine/steps/batch';
import { Stepper } from '../src/engine/steps/stepper';
import { TrainingData } from '../src/engine/steps/trainingData';
import { streamOf } from '../src/engine/streams/index';

const dist = path.join(process.cwd(), 'dist');
const [turns, milliseconds] = process.argv.slice(2).map(Number) as [number, number];

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

const parts: readonly Part[] = [
  { name: 'nothing', method: nothing },
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
function stepperFor({ units, batchSize, optimizer: rule }: Setting, { name, second, method }: Part) {
  const stream = streamOf(
    loadDataset({ stream: { dataset: 'mnist' } }, path.join(dist, 'data')),
    { dataset: 'mnist', kind: 'split', tasks: 2, scenario: 'class', classOrder: 'fixed' },
    1,
  );
  const network = createNetwork(
    { kind: 'mlp', hidden: [units, units], bias: true, dropout: 0, output: 'softmax', init: 'fan-in' },
    stream.dataset.shape,
    stream.outputs,
  );
  const optimizer = createOptimizer({ optimizer: rule, learningRate: 0.001, momentum: 0, batchSize });
  const own: Method = { id: 'own', ...method(network.parameterCount) };
  const onEager = (reason: string) => {
    throw new Error(`"${name}" is not compiled: ${reason}`);
  };
  const data = new TrainingData(stream, false);
  const input = { network: () => network, method: own, optimizer, data, compile: true, constants: nothing, onEager };
  const stepper = new Stepper(input, network.initial(randomStream(1, 'init')));
  stepper.setCarried(own.carries?.() ?? {});
  const random = randomStream(1, 'batches');
  const step = (): PlannedStep => {
    const batch = (): Batch => ({
      indices: Int32Array.from({ length: batchSize }, () => randomInt(random, stream.dataset.train.count)),
      tasks: new Int32Array(batchSize),
      weights: new Float32Array(batchSize).fill(1 / batchSize),
    });
    const batches: Record<string, Batch> = { current: batch() };
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
