import type { Selection } from '../../core/methods/selection';
import { chosenOfEach } from '../coresets/chosen';
import { joinedLists, listsInTask } from '../coresets/exemplarLists';
import { joined } from '../exampleBuffer';
import { fromTasks, keptExamples, store, storedExamples, type Buffer } from './buffer';

/** At the end of a task, `perClass` examples of each of its classes: random ones, or a coreset by the features of then. */
export const perClassBuffer = (perClass: number, selection: Selection = 'uniform'): Buffer => ({
  ...fromTasks,
  keeps: (learner) => keptExamples(learner),
  stored: storedExamples,
  async taskEnded(task, learner) {
    const { examples, memory } = learner;
    const old = storedExamples(memory);
    const lists = listsInTask(learner, task, examples[task]);
    const chosen = joinedLists(await chosenOfEach(learner, selection, lists, perClass), perClass);
    store({ indices: joined(old.indices, chosen.indices), tasks: joined(old.tasks, chosen.tasks) }, memory);
  },
});
