import * as tf from '@tensorflow/tfjs-core';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { LayeredNetwork, Network, TensorView } from '../../src/engine/contract/network';
import { widthsOf } from '../../src/engine/networks/blocks';
import { denseLayer, inputLayer } from '../../src/engine/networks/layers';
import { createNetwork, flatten, layersOf, parametersOf, requireLayers } from '../../src/engine/networks/network';
import { net2Wider } from '../../src/engine/networks/wider';

/**
 * Methods of a few lines that bring a network of their own, a second one, or a wider one. They are for the toy runs: two
 * hidden layers, no dropout. They are not remedies for anything.
 */
export const networkToys: Readonly<Record<string, () => Method>> = {
  /** A gate for each task and unit, whose slope gets steeper from step to step; at test it is steepest (HAT). */
  'gates of its own in the network': () => {
    let learner: Learner;
    const oneHot = (task: number) => learner.stream.tasks.map((_, other) => Number(other === task));
    return {
      id: 'toy',
      network: (experiment) => gated(requireLayers(experiment, 'the toy'), 3),
      begin(own) {
        learner = own;
      },
      batches({ current }, { step }) {
        const { tasks } = current;
        const of = Float32Array.from([...tasks].flatMap(oneHot));
        return { current: { ...current, columns: { of, slope: new Float32Array(tasks.length).fill(1 + step) } } };
      },
      columnsAt: (task) => ({ of: oneHot(task), slope: [10] }),
    };
  },

  /** What the first layer passes on becomes the nearest of some codes that the method keeps (REMIND). */
  'a quantiser between front and back': () => {
    let learner: Learner;
    const [codes, width] = [5, 12];
    return {
      id: 'toy',
      network: (experiment) => quantised(requireLayers(experiment, 'the toy')),
      begin(own) {
        learner = own;
      },
      keeps() {
        const random = learner.random('codes');
        return { codes: { initial: Float32Array.from({ length: codes * width }, random), lengths: [codes * width] } };
      },
      constants: () => ({ codes: tf.tensor2d(learner.memory.floats('codes'), [codes, width]) }),
      afterTask() {
        learner.memory.set(
          'codes',
          learner.memory.floats('codes').map((value) => value * 0.9),
        );
      },
    };
  },

  /** Normalises what the first layer gives by the batch's spread; at test by a running one (batch norm). */
  'statistics that the network measures on the way': () => ({
    id: 'toy',
    network: (experiment) => normalised(requireLayers(experiment, 'the toy')),
    // Of two slopes those of the first pass are kept.
    gradient(theta, differentiate) {
      const here = differentiate(theta);
      const there = differentiate(tf.add(theta, tf.mul(here.total, 0.1)));
      return { ...there, ...(here.buffers && { buffers: here.buffers }) };
    },
  }),

  /** An autoencoder of the features learns beside the network; that of the task before holds the features (EBLL). */
  'a second network with a loss of its own, and a copy of it from before': () => {
    let learner: Learner;
    const second = createNetwork(
      { kind: 'mlp', hidden: [4], bias: true, dropout: 0, output: 'relu', init: 'fan-in' } as never,
      12,
      12,
    );
    const rebuilt = (code: tf.Tensor, features: tf.Tensor2D) =>
      second.forward(parametersOf(second, code as tf.Tensor1D), features, asked).logits;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      keeps: () => ({ before: { initial: new Float32Array(), lengths: [0, second.parameterCount] } }),
      carries: () => ({
        code: { shape: [second.parameterCount], values: second.initial(learner.random('autoencoder')) },
      }),
      constants() {
        const before = learner.memory.floats('before');
        return before.length === 0 ? {} : { before: tf.tensor1d(before) };
      },
      loss(plain, { layers: [features] }, _batch, { constants: { before } }) {
        if (!before || !features) return plain;
        // Its inputs get no gradient of their own, as a network's do not.
        const held = tf.squaredDifference(features, rebuilt(before, features));
        return tf.add(plain, tf.mul<tf.Scalar>(tf.mean(held), 0.5));
      },
      carry(_next, _slope, { theta, batches, carried: { code }, outputs }) {
        const [features] = batches['current'] ? outputs(theta, batches['current']).layers : [];
        if (!features || !code) throw new Error('the toy trains on the current batch');
        const parameters = parametersOf(second, code as tf.Tensor1D);
        const lossOf = (...own: tf.Tensor[]) =>
          tf.mean<tf.Scalar>(tf.squaredDifference(features, second.forward(own, features, asked).logits));
        const gradient = flatten(tf.grads(lossOf)(parameters));
        return { code: tf.sub(code, tf.mul(gradient, 0.5)) };
      },
      afterTask() {
        learner.memory.set('before', learner.carried.floats('code'));
      },
    };
  },

  /** The first layer gets wider in the middle of each task, and an average and an anchor of θ come along (Net2Net). */
  'a network that gets wider in the middle of a task': () => {
    let learner: Learner;
    return {
      id: 'toy',
      begin(own) {
        learner = own;
      },
      phases: (_task, steps) => [
        { name: 'before', steps: steps / 2 },
        { name: 'after', steps: steps / 2 },
      ],
      keeps: () => ({
        anchor: {
          initial: new Float32Array(learner.network.parameterCount),
          lengths: [learner.network.parameterCount],
        },
      }),
      carries: () => ({
        mean: { shape: [learner.network.parameterCount], values: new Float32Array(learner.network.parameterCount) },
      }),
      beforePhase({ task, phase }) {
        if (phase !== 1) return;
        const base = requireLayers(learner.network, 'the toy');
        const [first = 0, ...more] = widthsOf(base);
        const wider = net2Wider(base, [first + 2, ...more], learner.random('wider', task));
        const theta = Float32Array.from(learner.theta.dataSync());
        learner.replaceNetwork(wider.network, wider.move);
        learner.setTheta(wider.theta(theta));
      },
      grown(move) {
        learner.memory.set('anchor', move(learner.memory.floats('anchor')));
        learner.carried.set('mean', move(learner.carried.floats('mean')));
      },
      constants: () => ({ anchor: tf.tensor1d(learner.memory.floats('anchor')) }),
      penalty(theta, { constants: { anchor } }) {
        const away = tf.sub<tf.Tensor1D>(theta, anchor as tf.Tensor1D);
        return { value: tf.mul(tf.sum<tf.Scalar>(tf.square(away)), 0.005), gradient: tf.mul(away, 0.01) };
      },
      carry: (next, _slope, { carried: { mean } }) => ({
        mean: tf.add(tf.mul(mean as tf.Tensor1D, 0.5), tf.mul(next, 0.5)),
      }),
      afterTask() {
        learner.memory.set('anchor', learner.carried.floats('mean'));
      },
      memoryBytes: () => 0,
    };
  },
};

const asked = { training: true, columns: {}, constants: {} };

/** A network with one more tensor of parameters, that starts from zeros. */
function withParameters(base: LayeredNetwork, name: string, shape: readonly number[]): Omit<Network, 'forward'> {
  const { architecture, output, views, parameterCount, dropout } = base;
  const size = tf.util.sizeFromShape([...shape]);
  const own: TensorView = { name, role: 'scale', shape, offset: parameterCount, size };
  return {
    architecture: { ...architecture, toy: name },
    output,
    views: [...views, own],
    parameterCount: parameterCount + size,
    dropout,
    initial: (random) => Float32Array.of(...base.initial(random), ...new Float32Array(size)),
  };
}

function gated(base: LayeredNetwork, tasks: number): Network {
  return {
    ...withParameters(base, 'gates', [tasks, base.spec.hidden[0] ?? 0]),
    forward(parameters, x, { columns: { of, slope } }) {
      const gates = parameters.at(-1) as tf.Tensor2D;
      const steep = tf.mul(tf.matMul(of as tf.Tensor2D, gates), tf.expandDims(slope as tf.Tensor1D, 1));
      return throughLayers(base, parameters.slice(0, -1), x, (features) => tf.mul(features, tf.sigmoid(steep)));
    },
  };
}

function quantised(base: LayeredNetwork): Network {
  return {
    ...base,
    architecture: { ...base.architecture, toy: 'quantised' },
    forward: (parameters, x, { constants: { codes } }) =>
      throughLayers(base, parameters, x, (features) => nearest(features, codes as tf.Tensor2D)),
  };
}

/** Of each row the nearest code; the gradient goes straight through. */
function nearest(features: tf.Tensor2D, codes: tf.Tensor2D): tf.Tensor2D {
  const op = tf.customGrad((...args) => {
    const [rows] = args as unknown as [tf.Tensor2D];
    const distances = tf.sum(tf.squaredDifference(tf.expandDims(rows, 1), tf.expandDims(codes, 0)), 2);
    return { value: tf.gather(codes, tf.argMin(distances, 1)), gradFunc: (dy: tf.Tensor) => dy };
  });
  return op(features) as tf.Tensor2D;
}

const MOMENTUM = 0.8;

/** Divided by the root of the mean square. (With the mean taken off, biases would have a gradient of nothing but rounding.) */
function normalised(base: LayeredNetwork): Network {
  const width = base.spec.hidden[0] ?? 0;
  const size = width;
  return {
    ...withParameters(base, 'scale', [width]),
    statistics: {
      views: [{ name: 'square', role: 'statistic', shape: [width], offset: 0, size }],
      initial: new Float32Array(width).fill(1),
    },
    forward(parameters, x, { training, buffers }) {
      let next = buffers as tf.Tensor1D;
      const outputs = throughLayers(base, parameters.slice(0, -1), x, (features) => {
        const square = tf.mean<tf.Tensor1D>(tf.square(features), 0);
        const spread = tf.sqrt(tf.add(training ? square : next, 1e-3));
        if (training) next = tf.add(tf.mul(next, MOMENTUM), tf.mul(square, 1 - MOMENTUM));
        return tf.mul(tf.div(features, spread), tf.add(parameters.at(-1) as tf.Tensor1D, 1));
      });
      return { ...outputs, buffers: next };
    },
  };
}

/** The layers of a network, with something done to what the first one passes on. */
function throughLayers(
  base: LayeredNetwork,
  parameters: readonly tf.Tensor[],
  x: tf.Tensor2D,
  between: (features: tf.Tensor2D) => tf.Tensor2D,
) {
  const layers: tf.Tensor2D[] = [];
  layersOf(base, parameters).forEach(({ weights, bias }, i, all) => {
    const apply = i === 0 ? inputLayer : denseLayer;
    const made = apply(layers.at(-1) ?? x, weights as tf.Tensor2D, bias, i < all.length - 1);
    layers.push(i === 0 ? between(made) : made);
  });
  return { logits: layers.at(-1) as tf.Tensor2D, layers };
}
