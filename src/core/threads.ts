/** The variable in which TensorFlow looks for how many threads an operation may be spread over. */
export const THREADS_VARIABLE = 'TF_NUM_INTRAOP_THREADS';

/**
 * What a process must find in its environment to compute with so many threads. Operations always run one after another:
 * those of a training step wait for each other anyway.
 */
export const threadVariables = (threads: number): Record<string, string> => ({
  [THREADS_VARIABLE]: String(threads),
  TF_NUM_INTEROP_THREADS: '1',
});
