import type { View } from '../../core/mechanism';
import type { MasSettings } from '../../core/methods/mas';
import type { Learner } from '../contract/learner';
import type { Method } from '../contract/method';
import { outputSensitivity } from '../importance/outputSensitivity';
import { importanceViews, movementViews } from '../importance/views';
import { sample } from '../random';
import { anchored, anchoredPenalty } from './anchoredPenalty';

/**
 * Memory aware synapses (Aljundi et al. 2018). After a task it is measured how much the squared length of the outputs f
 * depends on each parameter, without labels,
 *
 *     Ω ← Ω + 1/n · Σ_x |∂ ‖f(x)‖² / ∂θ|,   θ* ← θ
 *
 * and later tasks are learned with the loss L + λ Σ Ω (θ − θ*)²; its gradient in the authors' code is 2 λ Ω (θ − θ*).
 *
 * The authors' code takes the absolute value of the gradient summed over a batch of 200 by default, in which signs cancel
 * (`importance`: "batch"), and of each example's in batches of 1 ("sample", the paper's equation). Over tasks Ω adds up, as
 * in its form that accumulates; its other form measures all earlier data again, which a learner does not have here. The code
 * of A-GEM keeps that of the newest task alone (`tasks`: "newest").
 *
 * Deviations from the authors' code: f are the logits that are active in the task; their networks get the head of a task
 * when it begins, so that f has no units of later classes. On Split MNIST their batches are of one class each, as their files
 * are sorted; here they are in the order of the data, so that with "batch" more cancels. Their mean over batches counts a
 * shorter last batch wrongly; here all examples count alike. Their sequence variant has an L1 weight decay beside it, which is
 * no part of the method.
 */
export function createMas(settings: MasSettings): Method {
  let learner: Learner;
  /** How far parameters moved in the task just learned. */
  let moved: View[] = [];
  return {
    id: 'mas',
    begin(own) {
      learner = own;
    },
    keeps() {
      const lengths = [0, learner.network.parameterCount];
      return {
        omega: { initial: new Float32Array(), lengths },
        anchor: { initial: new Float32Array(), asLongAs: 'omega' },
      };
    },
    async afterTask(task) {
      const { importance: kind, batchSize, samples } = settings;
      const all = learner.examples[task] ?? new Int32Array();
      const indices = samples === undefined ? all : sample(all, samples, learner.random('mas samples', task));
      const added = await outputSensitivity({ learner, task, kind, indices, batchSize });
      const theta = Float32Array.from(learner.theta.dataSync());
      moved = movementViews(learner.memory.floats('omega'), learner.memory.floats('anchor'), theta);
      const before = settings.tasks === 'sum' ? learner.memory.floats('omega') : new Float32Array();
      learner.memory.set(
        'omega',
        added.map((value, i) => value + (before[i] ?? 0)),
      );
      learner.memory.set('anchor', theta);
    },
    // λ Σ Ω d² is half of 2 λ Σ Ω d².
    constants: () => anchored(learner.memory.floats('omega'), 2 * settings.lambda, learner.memory.floats('anchor')),
    penalty: anchoredPenalty,
    inspect: () => [...importanceViews(learner.network, learner.memory.floats('omega'), 'importance Ω'), ...moved],
  };
}
