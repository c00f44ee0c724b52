import { randomInt, shuffle, type Random } from '../random';

/** Stands for the trunk where a task may stand. */
export const TRUNK = -1;

/** Where the path of a task leaves another: it shares that one's first layers and has all others for itself. */
export interface Branch {
  /** The earlier task whose path it leaves, or the trunk. */
  readonly parent: number;
  /** Layers that it shares with it: 0 for a network of its own, all but the head at most. */
  readonly stage: number;
}

/** A branch for each task. */
export type Tree = readonly Branch[];

/** Whose a layer on the path of a task is: a task's, or the trunk's. @param layer counted from 0 */
export function ownerOf(tree: Tree, task: number, layer: number): number {
  const branch = tree[task];
  if (!branch) return TRUNK;
  return layer >= branch.stage ? task : ownerOf(tree, branch.parent, layer);
}

/**
 * How many layers two tasks can share. A layer is no more related than what it is made of, so that it goes by the least of what
 * it and all layers before it see; and the deeper it is the more it takes, for deep layers are the special ones (Yosinski et al.
 * 2014): of H layers the l-th, counted from 1, takes 1 − (1 − threshold) (H − l + 1) / H.
 *
 * @param ofLayers relatedness of what each of the H hidden layers sees
 * @param threshold of the first layer
 */
export function sharedLayers(ofLayers: readonly number[], threshold: number): number {
  const { length } = ofLayers;
  let least = 1;
  const first = ofLayers.findIndex((related, layer) => {
    least = Math.min(least, related);
    return least < 1 - ((1 - threshold) * (length - layer)) / length;
  });
  return first < 0 ? length : first;
}

/**
 * The branch of a task by its relatedness to earlier ones: it leaves the path of that one with which it can share most layers,
 * of several the most related one on average. Where there is none, it has a head on the trunk.
 *
 * @param related of each earlier task the relatedness of what every hidden layer sees
 * @param hidden layers of the network besides the head
 */
export function chosenBranch(related: readonly (readonly number[])[], threshold: number, hidden: number): Branch {
  const candidates = related.map((ofLayers, parent) => ({
    parent,
    stage: sharedLayers(ofLayers, threshold),
    mean: meanOf(ofLayers),
  }));
  const [best] = candidates.sort((a, b) => b.stage - a.stage || b.mean - a.mean);
  return best ? { parent: best.parent, stage: best.stage } : { parent: TRUNK, stage: hidden };
}

/** Relatedness of two tasks in one number: the mean over the layers. */
export const meanOf = (ofLayers: readonly number[]): number =>
  ofLayers.reduce((sum, one) => sum + one, 0) / Math.max(1, ofLayers.length);

/**
 * A tree of as many parameters in which chance has a say: the stages of the chosen one, dealt out anew to the tasks that
 * have an earlier one, each of which leaves the path of any earlier task.
 *
 * @param first task that does not learn the trunk
 */
export function randomTree(chosen: Tree, first: number, random: Random): Tree {
  const from = Math.max(1, first);
  const stages = shuffle(
    chosen.slice(from).map(({ stage }) => stage),
    random,
  );
  return chosen.map((branch, task) =>
    task < from ? branch : { parent: randomInt(random, task), stage: stages[task - from] ?? branch.stage },
  );
}
