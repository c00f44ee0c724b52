import type { ImageShape, NetworkSpec } from '../../core/recipe';

/** Where a tensor of the network lies in the flat parameter vector θ. */
export interface ParameterView {
  readonly name: string;
  readonly kind: 'weights' | 'bias';
  /** Layer, counted from 0 at the input. */
  readonly layer: number;
  readonly shape: readonly number[];
  readonly offset: number;
  readonly size: number;
}

export interface Dense {
  readonly kind: 'dense';
  readonly inputs: number;
  readonly units: number;
}

/** A convolution that keeps height and width, ReLU, and 2 × 2 max pooling. */
export interface Convolution {
  readonly kind: 'convolution';
  readonly image: ImageShape;
  readonly kernel: number;
  readonly filters: number;
  /** Values it passes on, after pooling. */
  readonly units: number;
}

/**
 * A network of layers. The last one is dense and has no ReLU. Its parameters live in one flat vector θ; `views` names the
 * parts.
 */
export interface Network {
  readonly spec: NetworkSpec;
  readonly layers: readonly (Dense | Convolution)[];
  /** Values that enter each layer, the input first, and at the end the outputs. */
  readonly sizes: readonly number[];
  readonly views: readonly ParameterView[];
  readonly parameterCount: number;
}
