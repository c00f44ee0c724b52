import * as tf from '@tensorflow/tfjs-core';
import type { BranchingSettings } from '../../core/methods/branching';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import type { LayeredNetwork } from '../contract/network';
import { requireLayers } from '../networks/network';
import { pastExamples } from '../steps/pastExamples';
import { BranchStore } from './branchStore';
import { chosenBranch, randomTree, TRUNK, type Branch, type Tree } from './branchTree';
import { branchViews } from './branchViews';
import { PathProbes } from './pathProbes';
import { TaskFeatures } from './taskFeatures';
import type { TaskRelatedness } from './taskRelatedness';

/**
 * Task decomposition, ours: a tree of layers instead of a network for each task. The whole network learns the first tasks
 * (the trunk), or begins as a file has it, and is frozen then. A later task follows the path of an earlier one, or the trunk,
 * up to a stage; from there on all layers are its own, a branch with a head. They begin as copies of the layers that the other
 * path has there, the head as it was drawn at first; the optimiser starts anew, and steps change the branch alone. When the
 * task ends the branch is frozen, and others may leave it. So what a learned task is answered never changes, bit for bit.
 *
 * Where a branch leaves is chosen from how alike tasks are (`relatedness.ts`): layers are shared as long as what they see of
 * the two tasks, both shown to the trunk, is alike (`sharedLayers`). Of old tasks principal components are kept for that, and
 * no examples. Or, with `"relatedness": "probe"`, as long as a linear classifier of the new task does well on what they pass on
 * (`pathProbes.ts`).
 *
 * It borrows from progressive networks (Rusu et al. 2016) that old weights are frozen and new ones placed beside them, from
 * branched multi-task networks (Vandenhende, Georgoulis, De Brabandere & Van Gool 2020) that similar representations say up to
 * which depth tasks share layers, and linear CKA from Kornblith et al. 2019. Theirs compare networks of all tasks after
 * training, on the same images; here a task is placed before it is trained, and its images are its own.
 *
 * The tree of `"branching": "random"` is a yardstick and no method: it has as many parameters as the chosen one, for it looks
 * at all tasks ahead, places them as "chosen" would, and then deals out the stages anew and draws the parents (`randomTree`).
 */
export function createBranching(settings: BranchingSettings): Method {
  const { trunkTasks, branching, parents, threshold } = settings;
  let learner: Learner;
  let network: LayeredNetwork;
  let hidden = 0;
  let store: BranchStore;
  let relatedness: TaskRelatedness;

  const isTrunk = (task: number) => task < trunkTasks;
  const chosen = (task: number, related: TaskRelatedness['related']): Branch =>
    chosenBranch(
      Array.from({ length: task }, (_, earlier) => related(task, earlier)),
      threshold,
      hidden,
    );

  /** By hand or by chance, all branches are known when the trunk is frozen. */
  const treeAtFirst = async (): Promise<Tree> => {
    const base: Branch[] = Array.from({ length: trunkTasks }, () => ({ parent: TRUNK, stage: hidden }));
    if (Array.isArray(branching))
      return [...base, ...branching.map((stage, i) => ({ parent: (parents?.[i] ?? 0) - 1, stage }))];
    if (branching === 'chosen') return base;
    const ahead = await relatedness.lookAhead?.();
    if (!ahead) throw new Error('a random tree needs to know how related tasks are before there are branches');
    const later = learner.stream.tasks.slice(trunkTasks).map((_, i) => chosen(trunkTasks + i, ahead));
    return randomTree([...base, ...later], trunkTasks, learner.random('branching tree', settings.draw));
  };

  /** The trunk is frozen: what is in θ is put away, and the tasks of the trunk are what later ones are compared with. */
  const endTrunk = async () => {
    store.keepTrunk(learner.theta);
    for (let task = 0; task < trunkTasks; task++) await relatedness.keep(task);
    store.plant(await treeAtFirst());
    for (let task = 0; task < trunkTasks; task++) store.keepBranch(task, learner.theta);
  };

  return {
    id: 'branching',
    taskAwareOnly: true,
    begin(own) {
      learner = own;
      network = requireLayers(own.network, 'The method branching');
      hidden = network.layers.length - 1;
      store = new BranchStore(own, network);
      relatedness =
        settings.relatedness === 'probe'
          ? new PathProbes(own, network, settings, store)
          : new TaskFeatures(own, network, settings);
    },
    keeps: () => ({ ...store.keeps(), ...relatedness.keeps() }),
    ...(trunkTasks > 1 && {
      lesson: (task: number) => {
        const own = learner.examples[task] ?? new Int32Array();
        return isTrunk(task)
          ? pastExamples(learner.examples, task + 1)
          : { indices: own, tasks: new Int32Array(own.length).fill(task) };
      },
    }),
    async beforePhase({ task, phase }) {
      if (isTrunk(task) || phase > 0) return;
      if (task === trunkTasks) await endTrunk();
      learner.setTheta(store.beginningOf({ parent: TRUNK, stage: hidden }, task));
      await relatedness.keep(task);
      const related = (of: number, earlier: number) => relatedness.related(of, earlier);
      if (store.tree.length <= task) store.plant([...store.tree, chosen(task, related)]);
      learner.setTheta(store.beginningOf(store.tree[task] as Branch, task));
      learner.resetOptimizer();
    },
    afterTask(task) {
      if (!isTrunk(task)) store.keepBranch(task, learner.theta);
    },
    constants: () => ({
      trainable: isTrunk(learner.task) ? undefined : tf.tensor1d(store.ownMask(learner.task), 'bool'),
    }),
    /** What is frozen has no part in the norm that a recipe clips. */
    gradient(theta, differentiate, { constants: { trainable } }) {
      const slope = differentiate(theta);
      return trainable ? { ...slope, total: tf.where(trainable, slope.total, tf.zerosLike(slope.total)) } : slope;
    },
    update: (proposed, _slope, { theta, constants: { trainable } }) =>
      trainable ? { theta: tf.where(trainable, proposed.theta, theta) } : {},
    parametersFor: (task, theta) => (store.has(task) ? tf.tensor1d(store.pathOf(task)) : theta),
    inspect: (task) => (isTrunk(task) ? [] : branchViews(task, { learner, store, relatedness })),
  };
}
