import * as tf from '@tensorflow/tfjs-core';
import type { View } from '../../core/mechanism';
import type { DenSettings } from '../../core/methods/den';
import type { Learner } from '../contract/learner';
import type { Method, Phase } from '../contract/method';
import type { LayeredNetwork } from '../contract/network';
import { eachParameter, widthsOf, type Block } from '../networks/blocks';
import { flatten, parametersOf } from '../networks/network';
import { narrowed, rearranged } from '../networks/wider';
import { randomInt } from '../random';
import { selectedUnits } from './denSelection';
import { groupThreshold, softThreshold } from './denShrinkage';
import { driftsOf, parametersAfterSplit, unitsToSplit, upTo, usefulUnits } from './denUnits';
import { LearnedWidths } from './learnedWidths';
import { hasOwnHeads } from './ownHeads';

/** What becomes of a parameter in the steps of a phase. */
const FROZEN = 0;
const TRAINED = 1;
/** Trained, and held near its value before the task. */
const ANCHORED = 2;
/** Trained, as one of a group that shrinks together. */
const GROUPED = 3;
const ROLES = 4;

/**
 * Dynamically expandable networks (Yoon, Yang, Lee & Hwang 2018), with the constants of the authors' code. The first task
 * trains the whole network; each later one goes through four phases, with a fresh optimiser in each.
 *
 * - _select_ (eq. 3): the head of the task alone. Then the units are found that it depends on (`selectedUnits`).
 * - _retrain_ (eq. 4): the weights between those units.
 * - _expand_ (eq. 5), where the loss is still τ or more: k new units in each hidden layer; weights into and out of them and the
 *   head are trained, all else stays. The new weights into each unit are a group of the group lasso. Then new units that no
 *   weight goes into are dropped.
 * - _split_ (eq. 6), where units have drifted more than σ: they are split into what they were and what they have become, and
 *   the whole network is trained.
 *
 * The loss has ½ L2 of what is trained and, but in the expansion, λ/2 ‖W − W^(t−1)‖² of old weights in it. The L1 norm and the
 * group lasso are proximal steps after each step of the optimiser, by μ and γ as they are (in the code, too, they do not go by
 * the step size). A task is tested with the units that there were when it was learned, all of which come before later ones: its
 * timestamp.
 *
 * As in the code, and not in the paper: the L1 shrinkage and L2 hold in every phase; k is the most units of a layer that are
 * split, too; a drift is looked for after retraining (and expanding), which the paper trains the whole network for once more.
 * Five things that the code does otherwise than the paper are settings. Deviations from both: where nothing has drifted there is
 * no last phase; who hears the copy of a unit and who the old one is said at `parametersAfterSplit`; phases have the number of
 * steps of the recipe, and `earlyStopping` is that of Lethe. What else the code does is told on the method's page.
 */
export function createDen(settings: DenSettings): Method {
  let learner: Learner;
  let learned: LearnedWidths;
  /** Widths of the hidden layers at first. */
  let first: readonly number[] = [];

  const thetaNow = () => Float32Array.from(learner.theta.dataSync());
  const headOf = (task: number) => learner.stream.heads[task] ?? [];
  const isHead = ({ layer }: Block) => layer === first.length;

  /** Says of every parameter what becomes of it; of heads the task's own alone is ever trained. */
  const assign = (task: number, ofHidden: Rule, ofHead: Rule = () => TRAINED) => {
    const roles = new Uint8Array(learner.network.parameterCount);
    const own = new Set(headOf(task));
    eachParameter(learned.present, (block, input, output, at) => {
      if (!isHead(block)) roles[at] = ofHidden(block, input, output);
      else if (own.has(output)) roles[at] = ofHead(block, input, output);
    });
    learner.memory.set('roles', roles);
  };

  /** The head alone: it is drawn for units that came after the first task, as if it were new. */
  const select = (task: number) => {
    const theta = thetaNow();
    learner.memory.set('before', theta.slice());
    const drawn = learner.network.initial(learner.random('den', 'head', task));
    const own = new Set(headOf(task));
    eachParameter(learned.present, (block, input, output, at) => {
      if (isHead(block) && !block.isBias && own.has(output) && input >= (first.at(-1) ?? 0))
        theta[at] = drawn[at] as number;
    });
    learner.setTheta(theta);
    assign(task, () => FROZEN);
  };

  const retrain = async (task: number) => {
    const { selectByFirstOutput } = settings;
    const outputs = selectByFirstOutput ? headOf(task).slice(0, 1) : headOf(task);
    const selected = selectedUnits(learned.present, thetaNow(), outputs);
    const isSelected = (layer: number, unit: number) => layer < 0 || selected[layer]?.[unit] === 1;
    const hears = ({ layer, isBias }: Block, input: number) => isBias || isSelected(layer - 1, input);
    assign(
      task,
      (block, input, output) => (isSelected(block.layer, output) && hears(block, input) ? ANCHORED : FROZEN),
      (block, input) => (hears(block, input) ? TRAINED : FROZEN),
    );
    const counts = selected.map((units) => units.reduce((sum, one) => sum + one, 0));
    learner.memory.set('selected', Int32Array.from(counts));
    await learner.progress('selection', 1, counts.join('-'));
  };

  /** Of the task, after retraining. */
  const lossOn = (task: number) => {
    const all = learner.examples[task] ?? new Int32Array();
    if (!settings.expandByOneBatch) return learner.loss({ task, indices: all });
    const random = learner.random('den', 'batch', task);
    const indices = Int32Array.from(
      { length: learner.training.batchSize },
      () => all[randomInt(random, all.length)] ?? 0,
    );
    return learner.loss({ task, indices });
  };

  const expand = async (task: number) => {
    const { units, lossThreshold } = settings;
    if (units === 0 || lossOn(task) < lossThreshold) return 'skip';
    const widths = widthsOf(learned.present);
    const fresh = new Array<number>(units).fill(-1);
    const wider = rearranged(
      learned.present,
      widths.map((width) => [...upTo(width), ...fresh]),
    );
    const theta = wider.move(thetaNow());
    learner.replaceNetwork(wider.network, wider.move);
    const drawn = wider.network.initial(learner.random('den', 'expand', task));
    const isNew = ({ layer, isBias }: Block, input: number, output: number) =>
      output >= (widths[layer] ?? Infinity) || (!isBias && input >= (widths[layer - 1] ?? Infinity));
    const own = new Set(headOf(task));
    eachParameter(wider.network, (block, input, output, at) => {
      // Other heads never hear them: those of old tasks are of their time, and those to come are drawn when they come.
      const isHeard = !isHead(block) || own.has(output);
      if (isNew(block, input, output) && isHeard) theta[at] = drawn[at] as number;
    });
    learner.setTheta(theta);
    assign(task, (block, input, output) => {
      if (!isNew(block, input, output)) return FROZEN;
      return block.isBias ? TRAINED : GROUPED;
    });
    await learner.progress('grow', 1, widthsOf(wider.network).join('-'));
    return undefined;
  };

  const dropUseless = async (old: readonly number[]) => {
    const useful = usefulUnits(learned.present, thetaNow(), old);
    const widths = widthsOf(learned.present);
    if (useful.every(({ length }, layer) => length === widths[layer])) return;
    const smaller = rearranged(learned.present, useful);
    learner.replaceNetwork(smaller.network, smaller.move);
    await learner.progress('drop', 1, widthsOf(smaller.network).join('-'));
  };

  const split = async (task: number) => {
    const { driftThreshold: beyond, units: most, splitLeastDrifted: leastFirst, splitOnlyIfExpanded } = settings;
    const old = learned.at(task - 1);
    const hasExpanded = learner.memory.bytes('roles').includes(GROUPED);
    if (hasExpanded) await dropUseless(old);
    else if (splitOnlyIfExpanded) return 'skip';
    const now = { theta: thetaNow(), before: learner.memory.floats('before'), old };
    const chosen = driftsOf(learned.present, now).map((drifts) => unitsToSplit(drifts, { beyond, most, leastFirst }));
    if (chosen.every(({ length }) => length === 0)) return 'skip';
    const { network, move } = rearranged(
      learned.present,
      widthsOf(learned.present).map((width, layer) => [...upTo(width), ...(chosen[layer] ?? [])]),
    );
    const after = { network, theta: move(now.theta), before: move(now.before), old, split: chosen, head: headOf(task) };
    learner.replaceNetwork(network, move);
    learner.setTheta(parametersAfterSplit(after));
    assign(task, ({ layer, isBias }, input, output) => {
      const isOld = output < (old[layer] ?? 0) && (isBias || input < (old[layer - 1] ?? Infinity));
      return isOld ? ANCHORED : TRAINED;
    });
    await learner.progress('duplicate', 1, chosen.map(({ length }) => length).join('-'));
    return undefined;
  };

  const prepare = [select, retrain, expand, split];

  return {
    id: 'den',
    taskAwareOnly: true,
    begin(own) {
      learner = own;
      learned = new LearnedWidths(own, 'DEN');
      first = widthsOf(learned.present);
      if (learned.present.layers.some(({ kind }) => kind !== 'dense')) throw new Error('DEN is for dense layers');
      if (own.stream.tasks.length > 1 && !hasOwnHeads(own))
        throw new Error('DEN needs a head per task: classes come again here');
    },
    keeps() {
      const { parameterCount } = learner.network;
      return {
        ...learned.keeps(),
        /** While a task is learned: θ before it, and what becomes of each parameter. */
        before: { initial: new Float32Array(), lengths: [0, parameterCount] },
        roles: { initial: new Uint8Array(), lengths: [0, parameterCount], below: ROLES },
        /** Units of each hidden layer that the newest task selected. */
        selected: { initial: Int32Array.from(first), lengths: [first.length] },
      };
    },
    phases(task, steps) {
      if (task === 0) return [{ name: 'train', steps }];
      const selection = settings.selectAfterOneStep ? 1 : Math.max(1, Math.round(settings.selection * steps));
      const later = ['retrain', 'expand', 'split'].map((name): Phase => ({ name, steps }));
      return [{ name: 'select', steps: selection }, ...later];
    },
    beforePhase({ task, phase }) {
      learner.resetOptimizer();
      if (task > 0) return prepare[phase]?.(task);
      assign(task, () => TRAINED);
      return undefined;
    },
    grown(move) {
      const { memory } = learner;
      memory.set('before', move(memory.floats('before')));
      memory.set('roles', Uint8Array.from(move(Float32Array.from(memory.bytes('roles')), FROZEN)));
    },
    constants() {
      const { memory } = learner;
      const roles = memory.bytes('roles');
      if (roles.length === 0) return {};
      const maskOf = (role: number) => tf.tensor1d(Float32Array.from(roles, (own) => Number(own === role)));
      return {
        trained: tf.tensor1d(Float32Array.from(roles, (own) => Number(own !== FROZEN))),
        ...(roles.includes(ANCHORED) && { anchored: maskOf(ANCHORED), before: tf.tensor1d(memory.floats('before')) }),
        ...(roles.includes(GROUPED) && { grouped: maskOf(GROUPED) }),
      };
    },
    penalty(theta, { constants: { trained, anchored, before } }) {
      if (!trained) return undefined;
      const size = halfSquares(theta, tf.mul(trained, settings.l2));
      if (!anchored || !before) return size;
      const drift = halfSquares(tf.sub(theta, before), tf.mul(anchored, settings.lambda));
      return { value: tf.add(size.value, drift.value), gradient: tf.add(size.gradient, drift.gradient) };
    },
    update(proposed, _slope, { theta, constants: { trained, grouped } }) {
      if (!trained) return {};
      const sparse = softThreshold(proposed.theta, settings.l1);
      const next = grouped
        ? shrunkByGroups(learned.present, sparse, grouped as tf.Tensor1D, settings.groupLasso)
        : sparse;
      return { theta: tf.where(tf.greater(trained, 0), next, theta) };
    },
    afterTask(task) {
      learned.set(task);
      learner.memory.set('before', new Float32Array());
      learner.memory.set('roles', new Uint8Array());
    },
    networkFor: (task) => learned.networkOf(task),
    parametersFor(task, theta) {
      const then = learned.networkOf(task);
      return then === learned.present ? theta : narrowed(learned.present, then, theta);
    },
    inspect: (task) => viewsOf(learner, learned, task),
  };
}

/** What becomes of a parameter. */
type Rule = (block: Block, input: number, output: number) => number;

/** Σ strength/2 · x², and its gradient. */
const halfSquares = (x: tf.Tensor1D, strength: tf.Tensor1D) => {
  const gradient = tf.mul<tf.Tensor1D>(x, strength);
  return { value: tf.mul<tf.Scalar>(tf.sum(tf.mul(gradient, x)), 0.5), gradient };
};

/** The group lasso's step on the new weights into each unit of all layers. */
function shrunkByGroups(
  network: LayeredNetwork,
  theta: tf.Tensor1D,
  grouped: tf.Tensor1D,
  threshold: number,
): tf.Tensor1D {
  const masks = parametersOf(network, grouped);
  return flatten(
    parametersOf(network, theta).map((own, i) =>
      own.rank === 2 ? groupThreshold(own as tf.Tensor2D, masks[i] as tf.Tensor2D, threshold) : own,
    ),
  );
}

/** How wide the hidden layers were when the task was learned, and how much of what was there it retrained. */
function viewsOf({ memory }: Learner, learned: LearnedWidths, task: number): View[] {
  const view = (title: string, quantity: string, of: (layer: number) => number): View => ({
    ...{ kind: 'layers', title, quantity, unit: '1' },
    layers: learned.at(task).map((_, layer) => ({ name: `layer${layer + 1}`, value: of(layer) })),
  });
  const widths = learned.at(task);
  const before = task === 0 ? widths : learned.at(task - 1);
  const selected = memory.integers('selected');
  return [
    view('Units of each hidden layer', 'units', (layer) => widths[layer] ?? 0),
    view(
      'Share of the units before the task that it selected',
      'share',
      (layer) => (selected[layer] ?? 0) / (before[layer] ?? 1),
    ),
  ];
}
