import type { ExampleList } from '../contract/method';

/**
 * Examples of all tasks before one, task after task. There may be tens of millions: they never stand in a plain list.
 *
 * @param ofTasks the examples of each task
 */
export function pastExamples(ofTasks: readonly Int32Array[], task: number): ExampleList {
  const past = ofTasks.slice(0, task);
  const count = past.reduce((sum, { length }) => sum + length, 0);
  const [indices, tasks] = [new Int32Array(count), new Int32Array(count)];
  let at = 0;
  past.forEach((own, of) => {
    indices.set(own, at);
    tasks.fill(of, at, at + own.length);
    at += own.length;
  });
  return { indices, tasks };
}
