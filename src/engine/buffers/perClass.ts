import type { Selection } from '../../core/methods/selection';
import type { ExampleList } from '../contract/method';
import { chosenOf } from '../coresets/chosen';
import { joined } from '../exampleBuffer';
import { fromTasks, keptExamples, store, storedExamples, type Buffer } from './buffer';

/** At the end of a task, `perClass` examples of each of its classes: random ones, or a coreset by the features of then. */
export const perClassBuffer = (perClass: number, selection: Selection = 'uniform'): Buffer => ({
  ...fromTasks,
  keeps: (learner) => keptExamples(learner),
  stored: storedExamples,
  async taskEnded(task, learner) {
    const { stream, examples, memory } = learner;
    const { labels } = stream.dataset.train;
    let found: ExampleList = storedExamples(memory);
    for (const label of stream.tasks[task]?.classes ?? []) {
      const indices = (examples[task] ?? new Int32Array()).filter((index) => labels[index] === label);
      const chosen = await chosenOf(learner, selection, { task, label, indices, most: perClass });
      const tasks = new Int32Array(chosen.length).fill(task);
      found = { indices: joined(found.indices, chosen), tasks: joined(found.tasks, tasks) };
    }
    store(found, memory);
  },
});
