import { joined } from '../exampleBuffer';
import { sample } from '../random';
import { fromTasks, keptExamples, store, storedExamples, type Buffer } from './buffer';

/** At the end of a task, `perClass` random examples of each of its classes. */
export const perClassBuffer = (perClass: number): Buffer => ({
  ...fromTasks,
  keeps: (learner) => keptExamples(learner),
  stored: storedExamples,
  taskEnded(task, { stream, examples, random, memory }) {
    const { labels } = stream.dataset.train;
    const chosen = (stream.tasks[task]?.classes ?? []).flatMap((label) => {
      const ofClass = (examples[task] ?? new Int32Array()).filter((index) => labels[index] === label);
      return [...sample(ofClass, perClass, random('exemplars', task, label))];
    });
    const { indices, tasks } = storedExamples(memory);
    const ofTask = chosen.map(() => task);
    store({ indices: joined(indices, chosen), tasks: joined(tasks, ofTask) }, memory);
  },
});
