import type { ExampleList } from '../contract/method';

/** Examples that one task sees. */
export const examplesOf = (task: number, indices: Int32Array): ExampleList => ({
  indices,
  tasks: new Int32Array(indices.length).fill(task),
});
