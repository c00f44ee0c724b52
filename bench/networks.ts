/**
 * What a training step of each kind of network costs, forward and backward with SGD's update: on images of noise, since
 * what is in them does not change it. Prints a JSON object: of each case the milliseconds of CPU time of a step.
 *
 *   networks.cjs BACKEND MILLISECONDS NAME…      each case for about so many milliseconds
 */
import path from 'node:path';
import '@tensorflow/tfjs-core/dist/register_all_gradients';
import { cards } from '../src/core/methods/index';
import { networkSchema, type ImageShape } from '../src/core/recipe';
import { openBackend } from '../src/engine/backend/backend';
import type { Batch } from '../src/engine/contract/method';
import type { Dataset } from '../src/engine/contract/dataset';
import { networkFor } from '../src/engine/networks/networkFor';
import { createMethod } from '../src/engine/methods/index';
import { createOptimizer } from '../src/engine/optimizer';
import { randomInt, randomStream } from '../src/engine/random';
import type { PlannedStep } from '../src/engine/steps/batch';
import { statisticsOf } from '../src/engine/steps/statistics';
import { Stepper } from '../src/engine/steps/stepper';
import { TrainingData } from '../src/engine/steps/trainingData';
import { streamOf } from '../src/engine/streams/index';
import { networkCases, type NetworkCase } from './networkCases.mjs';

const [backend, milliseconds, ...names] = process.argv.slice(2) as ['native' | 'wasm', string, ...string[]];

const EXAMPLES = 1000;
const CLASSES = 10;

function noise([height, width, channels]: ImageShape): Dataset {
  const random = randomStream(1, 'images');
  const images = Uint8Array.from({ length: EXAMPLES * height * width * channels }, () => 256 * random());
  const labels = Uint16Array.from({ length: EXAMPLES }, (_, i) => i % CLASSES);
  const part = { count: EXAMPLES, images, labels };
  const shape = [height, width, channels] as Dataset['shape'];
  return { id: 'noise', title: 'Noise', classes: CLASSES, shape, train: part, test: part, checksums: {} };
}

async function main() {
  await openBackend(backend, path.join(process.cwd(), 'dist', 'wasm'));
  const chosen = networkCases.filter(({ name }) => names.length === 0 || names.includes(name));
  console.log(JSON.stringify(Object.fromEntries(chosen.map((one) => [one.name, timeOf(one)]))));
}

function timeOf({ network: settings, batch, shape, method: id = 'none' }: NetworkCase): number {
  const spec = { dataset: 'noise', kind: 'split', tasks: 2, scenario: 'class', classOrder: 'fixed' } as const;
  const stream = streamOf(noise(shape), spec, 1);
  const network = networkFor(networkSchema.parse(settings), shape, stream.outputs);
  const optimizer = createOptimizer({ optimizer: 'sgd', learningRate: 0.01, momentum: 0, batchSize: batch });
  const onEager = (reason: string) => {
    throw new Error(`not compiled: ${reason}`);
  };
  const data = new TrainingData(stream);
  const method = createMethod([{ method: id, settings: cards[id].settings.parse({}) }]);
  const own = { network: () => network, method, optimizer, data, answering: false, constants: () => ({}), onEager };
  const stepper = new Stepper({ ...own, compile: backend === 'native' }, network.initial(randomStream(1, 'init')));
  stepper.setCarried({ ...method.carries?.(), ...statisticsOf(network) });
  const random = randomStream(1, 'batches');
  const step = (): PlannedStep => {
    const current: Batch = {
      indices: Int32Array.from({ length: batch }, () => randomInt(random, EXAMPLES)),
      tasks: new Int32Array(batch),
      weights: new Float32Array(batch).fill(1 / batch),
    };
    return { batches: { current }, learningRate: 0.01 };
  };
  const timed = (steps: readonly PlannedStep[]) => {
    const start = process.cpuUsage();
    stepper.run(steps);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1000 / steps.length;
  };
  stepper.run([step()]);
  const count = Math.max(2, Math.round(Number(milliseconds) / timed([step(), step()])));
  return timed(Array.from({ length: count }, step));
}

void main();
