import type { TrainingSpec } from '../recipe';
import { asked } from '../trainingSettings';
import type { CardFinding } from './card';

/**
 * What in a training keeps steps from being orthogonal although their gradients are: such methods are defined with plain
 * SGD. @param title of the method
 */
export function whatBendsSteps(title: string, training: TrainingSpec): CardFinding[] {
  const { optimizer, momentum, optimizerState = 'kept', weightDecay = 0 } = training;
  const found = [
    ...(optimizer === 'adam' ? ['Adam changes each component by a factor of its own. Use "optimizer": "sgd".'] : []),
    ...(optimizer === 'sgd' && momentum > 0 && optimizerState === 'kept'
      ? [
          'momentum goes on in directions of the task before. Use "momentum": 0, or "optimizerState": "per-task", which begins anew.',
        ]
      : []),
    ...(weightDecay > 0 ? ['weight decay moves all weights. Use "weightDecay": 0.'] : []),
    ...(asked(training.clipping)?.value === undefined
      ? []
      : ['clipping by value bends the gradient. Clip by "norm", which does not.']),
  ];
  return found.map((what) => ({
    severity: 'warning',
    message: `${title} projects gradients so that steps leave old tasks alone, and ${what}`,
  }));
}
