/**
 * What it costs a step how images become inputs: the same steps with inputs as they are, normalised, seen in views and
 * augmented take turns in one process. Prints a JSON array: for each network the milliseconds of processor time of a step
 * in each turn, by how its inputs come about: other work on the machine counts less in these.
 *
 *   inputs.cjs BACKEND TURNS MILLISECONDS      so many turns, each of about so many milliseconds for each
 */
import path from 'node:path';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { augmentationOf, type Augmentation } from '../src/core/augment';
import type { InputScale } from '../src/core/inputScale';
import type { BackendChoice } from '../src/core/backends';
import { networkSchema, trainingSchema, volumeOf, type ImageShape } from '../src/core/recipe';
import { streamKinds } from '../src/core/stream';
import { openBackend } from '../src/engine/backend/backend';
import type { Dataset, Examples } from '../src/engine/contract/dataset';
import { createNetwork } from '../src/engine/networks/network';
import { createOptimizer } from '../src/engine/optimizer';
import { randomInt, randomStream } from '../src/engine/random';
import type { PlannedStep } from '../src/engine/steps/batch';
import { drawnCut } from '../src/engine/steps/drawnCut';
import { Stepper } from '../src/engine/steps/stepper';
import { TrainingData } from '../src/engine/steps/trainingData';
import { streamOf } from '../src/engine/streams/index';

const dist = path.join(process.cwd(), 'dist');
const [backend = 'native', turns = '20', milliseconds = '200'] = process.argv.slice(2);

interface Setting {
  readonly name: string;
  readonly shape: ImageShape;
  readonly network: object;
  readonly training: object;
  readonly isNativeOnly?: true;
}

const cnn = { kind: 'cnn', conv: [32, 64] };
const settings: readonly Setting[] = [
  {
    name: '784-100-100-10, batch 10, SGD',
    shape: [28, 28, 1],
    network: { hidden: [100, 100] },
    training: { optimizer: 'sgd', batchSize: 10 },
  },
  {
    name: '784-400-400-10, batch 128, Adam',
    shape: [28, 28, 1],
    network: { hidden: [400, 400] },
    training: { optimizer: 'adam', batchSize: 128 },
  },
  {
    name: 'small CNN on 32 × 32 × 3, batch 10, SGD',
    shape: [32, 32, 3],
    network: cnn,
    training: { optimizer: 'sgd', batchSize: 10 },
  },
  {
    name: 'small CNN on 32 × 32 × 3, batch 128, SGD',
    // Elsewhere a step takes a second or so.
    isNativeOnly: true,
    shape: [32, 32, 3],
    network: cnn,
    training: { optimizer: 'sgd', batchSize: 128 },
  },
];

interface Way {
  readonly name: string;
  readonly inputs?: InputScale;
  readonly augment?: Augmentation;
  readonly areNumbers?: true;
  /** Of the inputs of a task, −1 or a place for each. */
  readonly view?: (inputs: number) => Int32Array;
}

const standardised = { inputs: 'standardised' } as const;
const augment = { crop: 4, flip: true };

const ways: readonly Way[] = [
  { name: 'bytes, 0..1' },
  { name: 'numbers', areNumbers: true },
  { name: 'bytes, standardised', ...standardised },
  { name: 'in a view', view: (inputs) => Int32Array.from({ length: inputs }, (_, i) => (i * 5) % inputs) },
  {
    name: 'in a view with places where nothing stands',
    view: (inputs) => Int32Array.from({ length: inputs }, (_, i) => (i % 4 === 0 ? -1 : (i * 5) % inputs)),
  },
  { name: 'mirrored', augment: { crop: 0, flip: true } },
  { name: 'cropped and mirrored', augment },
  { name: 'cropped, mirrored and standardised', augment, ...standardised },
];

/** Noise: what the images show takes no time. */
function datasetOf(shape: ImageShape, areNumbers = false): Dataset {
  const inputs = volumeOf(shape);
  const part = (count: number): Examples => {
    const random = randomStream(1, 'noise', count);
    const bytes = Uint8Array.from({ length: count * inputs }, () => randomInt(random, 256));
    return {
      count,
      images: areNumbers ? Float32Array.from(bytes, (value) => value / 255) : bytes,
      labels: Uint16Array.from({ length: count }, (_, i) => i % 10),
    };
  };
  return { id: 'noise', title: 'Noise', classes: 10, shape, train: part(5000), test: part(10), checksums: {} };
}

async function main() {
  await openBackend(backend as BackendChoice, path.join(dist, 'wasm'));
  const own = settings.filter(({ isNativeOnly }) => backend === 'native' || !isNativeOnly);
  console.log(JSON.stringify(own.map((setting) => ({ name: setting.name, times: measure(setting) }))));
}

function measure(setting: Setting): Record<string, number[]> {
  const measured = ways.map((way) => ({ name: way.name, take: takerFor(setting, way) }));
  const times = Object.fromEntries(ways.map(({ name }) => [name, [] as number[]]));
  for (let turn = 0; turn < Number(turns); turn++)
    for (const { name, take } of turn % 2 === 0 ? measured : [...measured].reverse()) times[name]?.push(take());
  return times;
}

/** What takes steps for one turn, and says the milliseconds of one. */
function takerFor({ shape, network: ofNetwork, training: given }: Setting, way: Way): () => number {
  const { inputs, augment: augmented, areNumbers, view } = way;
  const training = trainingSchema.parse({ ...given, augment: augmented });
  const spec = streamKinds.split.parse({ tasks: 1, ...(inputs !== undefined && { inputs }) });
  const plain = streamOf(datasetOf(shape, areNumbers), spec, 1);
  const stream = view ? { ...plain, views: [view(volumeOf(shape))] } : plain;
  const network = createNetwork(networkSchema.parse(ofNetwork), shape, stream.outputs);
  const onEager = (reason: string) => {
    throw new Error(`"${way.name}" is not compiled: ${reason}`);
  };
  const augmentation = augmentationOf(training);
  const data = new TrainingData(stream, undefined, augmentation);
  const optimizer = createOptimizer(training);
  const compile = backend === 'native';
  const own = { network: () => network, method: { id: 'none' }, optimizer, data, compile, answering: false, onEager };
  const stepper = new Stepper({ ...own, constants: () => ({}) }, network.initial(randomStream(1, 'init')));
  const { batchSize } = training;
  const random = randomStream(1, 'batches');
  const weights = new Float32Array(batchSize).fill(1 / batchSize);
  let taken = 0;
  // How they are cut out is drawn in a step's own time.
  const step = (): PlannedStep => ({
    batches: {
      current: {
        indices: Int32Array.from({ length: batchSize }, () => randomInt(random, stream.dataset.train.count)),
        tasks: new Int32Array(batchSize),
        weights,
        ...(augmentation && { cut: drawnCut(augmentation, batchSize, 1, [0, 0, taken++]) }),
      },
    },
    learningRate: 0.001,
  });
  const take = (count: number) => {
    const start = process.cpuUsage();
    stepper.run(Array.from({ length: count }, step));
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / count;
  };
  take(3);
  const count = Math.max(2, Math.round(Number(milliseconds) / take(5)));
  return () => take(count);
}

void main();
