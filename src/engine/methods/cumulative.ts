import type { CumulativeSettings } from '../../core/methods/cumulative';
import type { Learner } from '../contract/learner';
import type { ExampleList, Method } from '../contract/method';
import { bytesOf, memoryView } from '../exampleBuffer';
import { pastExamples } from '../steps/pastExamples';
import { beginAnew } from './beginAnew';

/**
 * Cumulative training: the k-th task trains on the data of tasks 1 … k. So its a[k][k] is what Chaudhry et al. 2018 (RWalk,
 * eq. 6) call a*_k in intransigence, and its rows are what Hayes et al. 2018 divide by in Ω. Joint training, for which all data
 * are there from the first step on, gives such a number for the last row alone.
 *
 * The network goes on from task to task, as in Avalanche's "Cumulative" strategy, or with `fromScratch` starts each task
 * from the initial weights with a fresh optimiser. A recipe in passes gives the k-th task as
 * many steps as its data ask for; one in steps gives each task the same number.
 */
export function createCumulative({ fromScratch }: CumulativeSettings): Method {
  let learner: Learner;
  const soFar = (task: number): ExampleList => pastExamples(learner.examples, task + 1);
  return {
    id: 'cumulative',
    begin(own) {
      learner = own;
    },
    lesson: soFar,
    beforePhase({ task, phase }) {
      if (fromScratch && task > 0 && phase === 0) beginAnew(learner);
    },
    memoryBytes: () => bytesOf(soFar(learner.task), learner),
    inspect: (task) => [memoryView(soFar(task), task, learner, { policy: 'everything' })],
  };
}
