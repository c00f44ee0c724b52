import type { Learner } from '../contract/learner';

/** The network as the run began with it, and an optimiser that has taken no step. */
export function beginAnew({ beginning: { theta, buffers }, setTheta, setBuffers, resetOptimizer }: Learner): void {
  setTheta(theta);
  if (buffers) setBuffers(buffers);
  resetOptimizer();
}
