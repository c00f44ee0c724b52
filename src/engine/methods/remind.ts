import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import { frozenOf, type RemindSettings } from '../../core/methods/remind';
import { classesInTasks, classInTask, keptExamples, storedExamples } from '../buffers/buffer';
import type { Learner } from '../contract/learner';
import type { Batch, ExampleList, Method, Position } from '../contract/method';
import { joined, memoryView } from '../exampleBuffer';
import { samplePlaces, shuffle } from '../random';
import { pastExamples } from '../steps/pastExamples';
import { withRow } from './largestClassEviction';
import { betaNumber } from './mixup';
import { concatenated, listAt, RemindFeatures, type StoredFeatures } from './remindFeatures';
import { remindNetwork } from './remindNetwork';
import { lossToCodes } from './remindViews';

/**
 * REMIND (Hayes, Kafle, Shrestha, Acharya & Kanan 2020). The whole network learns the first tasks offline (the base). Then its
 * front G is frozen, and a product quantiser is made of what G passes on for examples of the base: the channels of each place of
 * a feature map are cut into parts, and a part is stored as the number of the nearest of 256 centroids, a byte. Codes of the base
 * are the first of the memory. Examples of later tasks are met one at a time and once: the back F takes a step on the new
 * example, as it comes back from its codes, together with `replaySamples` that are drawn from the memory, without
 * replacement; then the new one is stored, and where there is no room a random one of the largest class goes. Tests see
 * features as they come back from their codes, too.
 *
 * As in the authors' code all features of a step are cut out and resized at random, those drawn are mixed in pairs with one λ
 * of Beta(α, α) for all (`mixup`), the step size of a class falls by 0.7 with every 100 of its examples (`decay`, `decayEvery`; theirs
 * from 0.1 to 0.001 in 1,300),
 * the optimiser starts anew after the base, and F's batch norm measures itself on the rows of a step while G's is as at test.
 *
 * A task's examples are taken through G when the task begins, all at once: neither G nor the codebooks change any more, so it
 * is the same. What the memory counts is what is stored of old examples: codes, labels and codebooks.
 *
 * Deviations: several base tasks are learned one after the other, each with the examples of those before it; the quantiser
 * looks at whole images of the base, drawn until they have as many places as it uses; the step size is that of the new example's
 * own class, where theirs is that of the example before it; a memory that is too small for the base holds a balanced part of it,
 * where theirs holds it all; by default F has the last two layers, of a ResNet the last block and the classifier, as theirs.
 * Images of the stream are not augmented.
 */
export function createRemind(settings: RemindSettings): Method {
  let learner: Learner;
  let features: RemindFeatures;
  let room = Infinity;
  const { baseTasks, quantise, mixup, replaySamples } = settings;
  const isBase = (task: number) => task < baseTasks;

  const classAt = (row: number) => {
    const { indices, tasks } = storedExamples(learner.memory);
    return classInTask(learner, indices[row] as number, tasks[row] as number);
  };
  const stored = (): ExampleList => {
    const { indices, tasks } = storedExamples(learner.memory);
    return listAt({ indices, tasks }, learner.memory.integers('rows'));
  };
  const bytes = () => features.bookBytes + learner.memory.integers('rows').length * features.bytesEach;

  /** Rows of features, and what they are of, that the memory is to hold. */
  const keep = ({ indices, tasks }: ExampleList, values: StoredFeatures, rows: Int32Array) => {
    learner.memory.set('features', values);
    learner.memory.set('indices', indices);
    learner.memory.set('tasks', tasks);
    learner.memory.set('rows', rows);
  };
  const firstRows = (count: number) => Int32Array.from({ length: count }, (_, row) => row);

  const endBase = async (task: number) => {
    const base = pastExamples(learner.examples, task + 1);
    if (quantise) learner.memory.set('codebooks', await features.codebooks(base));
    const order = shuffle(firstRows(base.indices.length), learner.random('remind base'));
    const chosen = listAt(base, room < order.length ? balanced(base, order) : order.sort());
    keep(chosen, await features.of(chosen), firstRows(chosen.indices.length));
  };
  /** Places of as many of the base as there is room for, met in an order as the stream meets the rest. */
  const balanced = ({ indices, tasks }: ExampleList, order: Int32Array): Int32Array => {
    const draws = learner.random('remind base memory');
    const classOf = (place: number) => classInTask(learner, indices[place] as number, tasks[place] as number);
    return order
      .reduce<Int32Array>((rows, place) => withRow(rows, place, room, classOf, draws), new Int32Array())
      .sort();
  };

  /** The examples of the task get rows behind those stored: they come into the memory as they are met. */
  const meetTask = async (task: number) => {
    const { memory, examples } = learner;
    const own = examples[task] ?? new Int32Array();
    const list = { indices: own, tasks: new Int32Array(own.length).fill(task) };
    const before = storedExamples(memory);
    keep(
      { indices: joined(before.indices, own), tasks: joined(before.tasks, list.tasks) },
      concatenated(features.stored, await features.of(list)),
      memory.integers('rows'),
    );
  };
  /** What was not stored, or is no more, leaves its row. */
  const leaveTask = () => {
    const rows = learner.memory.integers('rows');
    keep(stored(), features.at(rows), firstRows(rows.length));
  };
  /** Row of an example of the task that is being learned. */
  const rowOf = rowFinder(() => learner);

  const replayed = ({ task, phase, step }: Position, batch: Batch, row: number): Batch => {
    const rows = learner.memory.integers('rows');
    const wanted = mixup > 0 ? 2 * Math.min(replaySamples, Math.floor(rows.length / 2)) : replaySamples;
    const random = learner.random('remind', task, phase, step);
    const drawn = samplePlaces(rows.length, wanted, random).map((place) => rows[place] as number);
    const lambda = mixup > 0 ? betaNumber(mixup, random) : 1;
    const all = Int32Array.of(row, ...drawn);
    const list = listAt(storedExamples(learner.memory), all);
    const isMixed = mixup > 0 && drawn.length > 0;
    return {
      ...batch,
      ...list,
      weights: weightsOf(drawn.length, isMixed ? lambda : undefined),
      columns: {
        stored: features.columnAt(all),
        ...(isMixed && { share: new Float32Array(all.length).fill(lambda) }),
        ...features.cropsOf(all.length, () => learner.random('remind crop', task, phase, step)),
      },
    };
  };

  /** Class of the example of the step that is planned. */
  let present = 0;

  return {
    id: 'remind',
    network(experiment) {
      const { cut } = experiment;
      if (!cut || cut.most < 1) throw new Error('REMIND cuts a network in two, and this one cannot be cut');
      const frozen = frozenOf(settings, cut.most);
      if (frozen > cut.most) throw new Error(`REMIND freezes ${cut.most} layers of this network at most`);
      const halves = cut.after(frozen);
      features = new RemindFeatures(settings, experiment, halves, () => learner);
      const rows = () => learner.memory.integers('rows');
      return {
        ...remindNetwork(experiment, halves),
        behindFront: {
          cut: halves,
          kept: () => rows().length,
          given: (from, to) => features.given(rows().subarray(from, to)),
        },
      };
    },
    begin(own) {
      learner = own;
      room = settings.size ?? features.roomIn(settings.bytes);
    },
    keeps: () => ({
      ...keptExamples(learner),
      features: { initial: features.none },
      rows: { initial: new Int32Array(), below: Infinity },
      met: {
        initial: new Int32Array(classesInTasks(learner)),
        lengths: [classesInTasks(learner)],
        below: Infinity,
      },
      ...(quantise && { codebooks: { initial: new Float32Array(), lengths: [0, features.bookBytes / 4] } }),
    }),
    ...(baseTasks > 1 && {
      lesson: (task: number) => {
        const own = learner.examples[task] ?? new Int32Array();
        return isBase(task)
          ? pastExamples(learner.examples, task + 1)
          : { indices: own, tasks: new Int32Array(own.length).fill(task) };
      },
    }),
    phases(task, steps) {
      if (isBase(task)) return [{ name: 'base', steps }];
      const { learningRate } = settings;
      const examples = learner.examples[task]?.length ?? 0;
      return [{ name: 'stream', steps: examples, batchSize: 1, ...(learningRate !== undefined && { learningRate }) }];
    },
    async beforePhase({ task }) {
      if (isBase(task)) return;
      if (task === baseTasks) learner.resetOptimizer();
      await meetTask(task);
    },
    batches(batches, position, lesson) {
      if (isBase(position.task)) return batches;
      const row = rowOf(lesson.indices[0] as number);
      present = classAt(row);
      return { ...batches, current: replayed(position, batches.current, row) };
    },
    stepSize({ task }, base) {
      if (isBase(task)) return base;
      const before = learner.memory.integers('met')[present] ?? 0;
      return base * settings.decay ** Math.floor(before / settings.decayEvery);
    },
    met(lesson, { task, phase, step }) {
      if (isBase(task)) return;
      const { memory } = learner;
      const row = rowOf(lesson.indices[0] as number);
      const draws = learner.random('remind memory', task, phase, step);
      memory.set('rows', withRow(memory.integers('rows'), row, room, classAt, draws));
      const met = memory.integers('met').slice();
      met[classAt(row)] = (met[classAt(row)] ?? 0) + 1;
      memory.set('met', met);
    },
    async afterTask(task) {
      if (task === baseTasks - 1) await endBase(task);
      if (!isBase(task)) leaveTask();
    },
    constants: () => features.constants(),
    /** The front gets no gradient; nothing else that an optimiser does may change it. */
    update(proposed, _slope, { theta, batches }) {
      if (!batches['current']?.columns['stored']) return {};
      const { frontSize } = features;
      return { theta: tf.concat1d([tf.slice(theta, [0], [frontSize]), tf.slice(proposed.theta, [frontSize], [-1])]) };
    },
    memoryBytes: bytes,
    inspect(task): View[] {
      const capacity = Number.isFinite(room) ? { capacity: room } : {};
      const memory = memoryView(stored(), task, learner, { policy: 'largest class', ...capacity });
      const isCoded = quantise && learner.memory.floats('codebooks').length > 0;
      const lost = isCoded ? lossToCodes(learner, task, features.shape, (some) => features.thereAndBack(some)) : [];
      return [{ ...memory, bytes: bytes() }, ...lost];
    },
  };
}

/** Weights of the new example and of those drawn: each counts alike, of a pair the first λ and the second 1 − λ. */
function weightsOf(drawn: number, lambda: number | undefined): Float32Array {
  const rows = 1 + (lambda === undefined ? drawn : drawn / 2);
  return Float32Array.from({ length: 1 + drawn }, (_, row) => {
    if (row === 0 || lambda === undefined) return 1 / rows;
    return (row < rows ? lambda : 1 - lambda) / rows;
  });
}

/** Finds the row of an example of the task that is being learned: those of the task stand behind what is stored. */
function rowFinder(learner: () => Learner): (index: number) => number {
  let known: { readonly of: Int32Array; readonly rows: ReadonlyMap<number, number> } | undefined;
  return (index) => {
    const { memory, task } = learner();
    const { indices, tasks } = storedExamples(memory);
    if (known?.of !== indices) {
      const rows = new Map<number, number>();
      indices.forEach((own, row) => tasks[row] === task && rows.set(own, row));
      known = { of: indices, rows };
    }
    return known.rows.get(index) as number;
  };
}
