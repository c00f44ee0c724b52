import type { Selection } from '../../core/methods/selection';
import type { Learner } from '../contract/learner';
import { sample } from '../random';
import { closestToMean } from './closestToMean';
import type { ExemplarList } from './exemplarLists';
import { featuresOf, type Features } from './features';
import { herding } from './herding';
import { kCenter } from './kCenter';

/** Numbers of features that are looked at between two signs of progress: about half a second. */
const QUANTUM = 4e8;

const orders: Readonly<Record<Exclude<Selection, 'uniform'>, (features: Features) => Generator<number, void>>> = {
  herding,
  'k-center': kCenter,
  'closest-to-mean': closestToMean,
};

/**
 * The examples of a class that stand for it, in the order of their choice: the first ones are what a smaller number would
 * be. Of `uniform` they are random; the others go by the features that the present network has of the class.
 *
 * @param list training examples of one class of a task
 * @param most all of them when there are not more
 */
async function chosenOf(
  learner: Learner,
  selection: Selection,
  { task, label, indices }: ExemplarList,
  most: number,
): Promise<Int32Array> {
  if (selection === 'uniform') return sample(indices, most, learner.random('exemplars', task, label));
  const features = featuresOf(learner, { task, indices });
  const count = Math.min(most, indices.length);
  const chosen = new Int32Array(count);
  const order = orders[selection](features);
  let looked = 0;
  for (let k = 0; k < count; k++) {
    const { value } = order.next();
    if (value !== undefined) chosen[k] = indices[value] as number;
    looked += features.values.length;
    if (looked < QUANTUM) continue;
    looked = 0;
    await learner.progress(selection, (k + 1) / count);
  }
  return chosen;
}

/** The examples that stand for each of some classes, one class after the other. */
export async function chosenOfEach(
  learner: Learner,
  selection: Selection,
  lists: readonly ExemplarList[],
  most: number,
): Promise<ExemplarList[]> {
  const chosen: ExemplarList[] = [];
  for (const list of lists) chosen.push({ ...list, indices: await chosenOf(learner, selection, list, most) });
  return chosen;
}
