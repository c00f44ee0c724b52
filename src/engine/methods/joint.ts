import type { Lesson, Method } from '../contract/method';
import type { Learner } from '../contract/learner';

/**
 * Joint training on the pooled data of all tasks: the upper bound. It takes as many steps as the other methods take
 * over the whole stream; the rows of its accuracy matrix are measured at their task boundaries.
 */
export function createJoint(): Method {
  let lesson: Lesson;
  return {
    id: 'joint',
    begin({ examples }: Learner) {
      const indices = Int32Array.from(examples.flatMap((part) => [...part]));
      const tasks = Int32Array.from(examples.flatMap((part, task) => new Array<number>(part.length).fill(task)));
      lesson = { indices, tasks, throughTheRun: true };
    },
    lesson: () => lesson,
  };
}
