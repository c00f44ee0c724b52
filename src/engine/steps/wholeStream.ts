import type { Lesson } from '../contract/method';

/** A lesson of the examples of all tasks, task after task. There may be tens of millions: they never stand in a plain list. */
export function wholeStream(examples: readonly Int32Array[]): Lesson {
  const count = examples.reduce((sum, { length }) => sum + length, 0);
  const [indices, tasks] = [new Int32Array(count), new Int32Array(count)];
  let at = 0;
  examples.forEach((own, task) => {
    indices.set(own, at);
    tasks.fill(task, at, at + own.length);
    at += own.length;
  });
  return { indices, tasks, throughTheRun: true };
}
