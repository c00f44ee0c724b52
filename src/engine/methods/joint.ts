import type { Lesson, Method } from '../contract/method';
import type { Learner } from '../contract/learner';
import { wholeStream } from '../steps/wholeStream';

/**
 * Joint training on the pooled data of all tasks: the upper bound. It takes as many steps as the other methods take
 * over the whole stream; the rows of its accuracy matrix are measured at their task boundaries.
 */
export function createJoint(): Method {
  let lesson: Lesson;
  return {
    id: 'joint',
    begin({ examples }: Learner) {
      lesson = wholeStream(examples);
    },
    lesson: () => lesson,
  };
}
