import type { Learner } from '../contract/learner';
import type { ExampleList } from '../contract/method';
import { joined } from '../exampleBuffer';
import { classInTask, fromSteps, isFirstMeeting, keptExamples, store, storedExamples, type Buffer } from './buffer';

/** Of what a ring buffer keeps the newest: of each class of each task, or of each task. */
type Group = (learner: Learner, index: number, task: number) => number;

/** The newest `perClass` examples of each class of each task, as in ER-ring (Chaudhry et al. 2019). */
export const ringBuffer = (perClass: number): Buffer => newestOf(perClass, classInTask);

/** The newest `perTask` examples of each task, as in GEM (Lopez-Paz & Ranzato 2017). */
export const taskRingBuffer = (perTask: number): Buffer => newestOf(perTask, (_learner, _index, task) => task);

/** First in, first out in each group: what is stored stands in the order in which it was met. */
const newestOf = (count: number, groupOf: Group): Buffer => ({
  ...fromSteps,
  keeps: (learner) => keptExamples(learner),
  stored: storedExamples,
  met(lesson, position, learner) {
    if (!isFirstMeeting(position, learner)) return;
    const { memory } = learner;
    const before = storedExamples(memory);
    const all = { indices: joined(before.indices, lesson.indices), tasks: joined(before.tasks, lesson.tasks) };
    const groups = all.indices.map((index, i) => groupOf(learner, index, all.tasks[i] as number));
    store(newest(all, groups, count), memory);
  },
});

/** The last `count` of each group, in the same order. */
function newest({ indices, tasks }: ExampleList, groups: Int32Array, count: number): ExampleList {
  const found = new Map<number, number>();
  const isKept = new Uint8Array(groups.length);
  for (let i = groups.length - 1; i >= 0; i--) {
    const group = groups[i] as number;
    const later = found.get(group) ?? 0;
    isKept[i] = later < count ? 1 : 0;
    found.set(group, later + 1);
  }
  const those = (values: Int32Array) => values.filter((_, i) => isKept[i] === 1);
  return { indices: those(indices), tasks: those(tasks) };
}
