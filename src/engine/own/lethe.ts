/**
 * The module `lethe` that files of the user's own import: the contract, the engine's own tensors and schemas, and what
 * methods are built of. What is exported here stays: other people's files depend on it.
 */
import * as tf from '@tensorflow/tfjs-core';
import * as z from 'zod';

export { tf, z };
export {
  defineMethod,
  defineNetwork,
  defineStream,
  type MethodDefinition,
  type NetworkDefinition,
  type NetworkPlace,
  type OwnMethod,
  type OwnTask,
  type StreamDefinition,
  type StreamPlace,
  type TaskNames,
} from './define';
export type {
  BufferSpec,
  Initial,
  NamedTensor,
  NamedTensors,
  NetworkAnswer,
  NetworkAsked,
  NetworkParts,
  ParameterSpec,
} from './networkParts';

// ---- the contract
export type { BoundaryNeed, CardFinding, Paper, Place, Scenario, ScenarioFit } from '../../core/methods/card';
export { everywhere } from '../../core/methods/card';
export type { View, ViewKind, ViewOf } from '../../core/mechanism';
export type { ImageShape, NetworkSpec, TrainingSpec } from '../../core/recipe';
export type { Dataset, Examples } from '../contract/dataset';
export type { Learner, RowFunction } from '../contract/learner';
export type { Kept, MethodMemory, Stored, StoredValues } from '../contract/memory';
export type { Batch, Batches, ExampleList, Lesson, Method, Phase, Position } from '../contract/method';
export type { Architecture, Asked, LayeredNetwork, Move, Network, Role, TensorView } from '../contract/network';
export type {
  BatchTensors,
  Differentiate,
  Outputs,
  Proposed,
  Question,
  Rewritten,
  Slope,
  Step,
  Tensors,
} from '../contract/step';
export type { Stream, Task } from '../contract/stream';

// ---- random numbers: streams named by seed, purpose and place
export { normalStream, randomInt, sample, shuffle, type Random } from '../random';

// ---- memories of examples
export { bytesOf, drawnFrom, joined, memoryView } from '../exampleBuffer';
export { perClassBuffer, reservoirBuffer, type Buffer as ExampleBuffer } from '../buffers/index';

// ---- how much each parameter matters
export { fisherDiagonal, type FisherInput } from '../importance/fisher';
export { importanceViews } from '../importance/views';
export { anchored, anchoredPenalty, quadraticPenalty } from '../methods/anchoredPenalty';

// ---- of a step
export { rowOf } from '../steps/rowOf';
export { cosineOf, cosineViews, noCosines, withCosine } from '../methods/cosines';
export { maskLogits, weightedCrossEntropy } from '../networks/layers';
export { flatten, logitsOf, parametersOf } from '../networks/network';

// ---- layers, with gradients that are fast on every backend
export { denseLayer, inputLayer } from '../networks/layers';
export { convolutionLayer, pooled } from '../networks/convolution';
export { stridedConvolution } from '../networks/stridedConvolution';
export { batchNorm, groupNorm } from '../networks/norm';

// ---- networks that grow and stay the same function
export { net2Deeper } from '../networks/deeper';
export { net2Wider, withFreshUnits, type Growth } from '../networks/wider';

// ---- tasks
export { changedImages } from '../data/changed';
export { rotatedView } from '../../core/rotatedView';
