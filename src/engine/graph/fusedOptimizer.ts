import type { Emitted, Emitter, EmitOptions } from './emitter';
import { attribute, dataTypes } from './model';

/** Update rules that TensorFlow has as one operation each. */
export type FusedOptimizer =
  | { readonly kind: 'sgd' }
  | { readonly kind: 'momentum'; readonly momentum: number; readonly nesterov?: true }
  | { readonly kind: 'adam'; readonly beta1: number; readonly beta2: number };

/**
 * The update of θ and the slots in place, as one operation. Adam's corrections for its bias are in the step size and ε
 * (see optimizer.ts), so TensorFlow is told that the powers of β have become 0.
 *
 * @param handles of the variables of θ and of each slot
 */
export function applyOptimizer(
  emitter: Emitter,
  optimizer: FusedOptimizer,
  handles: readonly string[],
  { gradient, rate, epsilon }: { readonly gradient: string; readonly rate: string; readonly epsilon: string },
  options: EmitOptions = {},
): Emitted {
  const [theta, first, second] = handles as [string, string, string];
  const type = { T: attribute.type(dataTypes.float32) };
  const scalar = (value: number) => emitter.constant(Float32Array.of(value));
  switch (optimizer.kind) {
    case 'sgd':
      return emitter.add('ResourceApplyGradientDescent', [theta, rate, gradient], type, options);
    case 'momentum': {
      const inputs = [theta, first, rate, gradient, scalar(optimizer.momentum)];
      const own = optimizer.nesterov ? { ...type, use_nesterov: attribute.bool(true) } : type;
      return emitter.add('ResourceApplyMomentum', inputs, own, options);
    }
    case 'adam': {
      const { beta1, beta2 } = optimizer;
      const inputs = [scalar(0), scalar(0), rate, scalar(beta1), scalar(beta2), epsilon, gradient];
      return emitter.add('ResourceApplyAdam', [theta, first, second, ...inputs], type, options);
    }
  }
}
