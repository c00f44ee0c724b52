import * as tf from '@tensorflow/tfjs-core';
import type { ProgressiveSettings } from '../../core/methods/progressive';
import type { ViewOf } from '../../core/mechanism';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { LayeredNetwork, Network } from '../contract/network';
import { columnsIn, columnsNetwork, columnsOf, initialColumn, type ColumnsSpec } from '../networks/columns';
import { requireLayers } from '../networks/network';

/**
 * Progressive networks (Rusu et al. 2016). Each task gets a column of its own, a network as the experiment has it with the
 * outputs of the task, and columns before it never change again. What they have learned is not lost on the new one: each of its
 * layers hears the layer below of all columns before by way of an adapter (`columnsNetwork`).
 *
 * When a task begins the network is replaced by one with a column more, drawn anew (the first has the experiment's initial
 * weights), and the optimiser starts anew: a step changes the last column and its adapters alone. A task is tested with the
 * columns up to its own, a network that is part of every later one: once learned, its logits never change again, bit for bit.
 * Tasks that have not come are tested with the last column, whose outputs for them are 0 where each task has its own.
 *
 * Deviations: adapters have no biases, and their scalars, one for each earlier column, begin as small positive
 * numbers ("random small value" in the paper). The paper contradicts itself on the sizes of V and U: under eq. 2 V leads to as
 * many numbers as the layer below has units, n_(i−1), and in the prose to "an n_i dimensional subspace". Here it is n_i: so the
 * output of a column with two classes hears all others through two units.
 */
export function createProgressive({ scale }: ProgressiveSettings): Method {
  let learner: Learner;
  let base: LayeredNetwork;
  const known = new Map<number, Network>();

  const specOf = (heads: ColumnsSpec['heads']): ColumnsSpec => ({ base, heads, scale });
  const networkOf = (columns: number, heads: ColumnsSpec['heads']): Network => {
    const found = known.get(columns) ?? columnsNetwork(specOf(heads.slice(0, columns)));
    known.set(columns, found);
    return found;
  };
  /** Of a task: the network of the columns up to its own, or of all that there are. */
  const networkFor = (task: number) =>
    task + 1 < columnsIn(learner.network) ? networkOf(task + 1, learner.stream.heads) : learner.network;

  const addColumn = async (task: number) => {
    const { stream, theta } = learner;
    const before = Float32Array.from(theta.dataSync());
    const next = networkOf(task + 1, stream.heads);
    learner.replaceNetwork(next, (values, fill = 0) => {
      const moved = new Float32Array(next.parameterCount).fill(fill);
      moved.set(values);
      return moved;
    });
    const all = new Float32Array(next.parameterCount);
    all.set(before);
    all.set(initialColumn(specOf(stream.heads), task, learner.random('progressive', task)), before.length);
    learner.setTheta(all);
    await learner.progress('grow', 1, `${task + 1} columns`);
  };

  return {
    id: 'progressive',
    taskAwareOnly: true,
    network(experiment, architecture, { heads }) {
      base = requireLayers(experiment, 'The method progressive');
      return networkOf(architecture ? columnsOf(architecture, base, heads.length) : 1, heads);
    },
    begin(own) {
      learner = own;
    },
    async beforePhase({ task, phase }) {
      if (phase > 0) return;
      if (task > 0) await addColumn(task);
      learner.resetOptimizer();
    },
    /** Columns before the last get no gradient; nothing else that an optimiser does may change them. */
    update(proposed, _slope, { theta }) {
      const old = parametersBefore(learner.network);
      if (old === 0) return {};
      return { theta: tf.concat1d([tf.slice(theta, [0], [old]), tf.slice(proposed.theta, [old], [-1])]) };
    },
    networkFor,
    parametersFor(task, theta) {
      const { parameterCount } = networkFor(task);
      return parameterCount === theta.size ? theta : tf.slice(theta, [0], [parameterCount]);
    },
    memoryBytes: () => Float32Array.BYTES_PER_ELEMENT * parametersBefore(learner.network),
    inspect: () => [treeOf(learner)],
  };
}

/** How many parameters the columns before the last have. */
const parametersBefore = ({ views }: Network): number =>
  views.find(({ task }) => task === views.at(-1)?.task)?.offset ?? 0;

/** The columns side by side, each of which hears all before it: how large it is, and how much of it listens to others. */
function treeOf({ network, stream, theta }: Learner): ViewOf<'tree'> {
  const values = theta.dataSync();
  return {
    kind: 'tree',
    title: 'Columns, each of which hears all above',
    quantities: [
      { name: 'parameters', unit: '1' },
      { name: 'of these in adapters', unit: '1' },
      { name: 'mean |α| of its adapters', unit: '1' },
    ],
    nodes: Array.from({ length: columnsIn(network) }, (_, column) => {
      const own = network.views.filter(({ task }) => task === column);
      const sizeOf = (views: typeof own) => views.reduce((sum, { size }) => sum + size, 0);
      const adapters = own.filter(({ name, role }) => role === 'scale' || /\.(adapter|lateral)$/.test(name));
      const scales = own
        .filter(({ role }) => role === 'scale')
        .flatMap(({ offset, size }) => [...values.subarray(offset, offset + size)]);
      const mean = scales.reduce((sum, value) => sum + Math.abs(value), 0) / scales.length;
      return {
        label: (stream.tasks[column]?.name || `task ${column + 1}`).slice(0, 80),
        parent: null,
        values: [sizeOf(own), sizeOf(adapters), Number.isFinite(mean) ? mean : null],
      };
    }),
  };
}
