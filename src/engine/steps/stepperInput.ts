import type { Method } from '../contract/method';
import type { Network } from '../contract/network';
import type { Optimizer } from '../optimizer';
import type { BeforeOptimizer } from './beforeOptimizer';
import type { Constants } from './constants';
import type { TrainingData } from './trainingData';

/** What steps are made of besides their batches and the state they change. */
export interface StepperInput {
  /** The present one: methods may replace it. */
  readonly network: () => Network;
  readonly method: Method;
  readonly optimizer: Optimizer;
  /** What becomes of the gradient before the optimiser has it; nothing when absent. */
  readonly beforeOptimizer?: BeforeOptimizer | undefined;
  readonly data: TrainingData;
  /** Whether to compile steps. */
  readonly compile: boolean;
  /** Whether it is wanted what steps take their examples for. */
  readonly answering: boolean;
  /** The method's tensors for its part of a step. */
  readonly constants: () => Constants;
  /** Whether the network's running statistics are left alone, at the moment; never when left out. */
  readonly frozen?: () => boolean;
  /** Told once for each reason why a step cannot be compiled: steps like that one are eager from then on. */
  readonly onEager: (reason: string) => void;
}
