import { bufferPolicies } from '../../core/methods/buffers';
import type { ReplaySettings } from '../../core/methods/replay';
import type { Learner } from '../contract/learner';
import type { Batch, ExampleList, Method, Position } from '../contract/method';
import { bufferFor } from '../buffers/index';
import { bytesOf, drawnFrom, joined, memoryView } from '../exampleBuffer';

/**
 * Experience replay (Rolnick et al. 2019; Chaudhry et al. 2019, "tiny episodic memories").
 *
 * Which examples are kept is the buffer's to say (engine/buffers). "balanced" as in van de Ven, Tuytelaars & Tolias 2022,
 * with the buffer "per-class": steps of the k-th task minimise 1/k · loss(current) + (1 − 1/k) · loss(replayed).
 * "concatenate" takes the plain mean over current and replayed examples (Chaudhry et al. 2019; Buzzega et al. 2020).
 *
 * Replayed examples are drawn without replacement within a step. In the task-incremental scenario each replayed example
 * is trained with the head of its own task. Buffers that are filled while training hold examples of the current task too;
 * those come on top of the current share of "balanced".
 *
 * Deviations from van de Ven's code: each step draws anew from the whole buffer (theirs goes through a shuffled buffer in
 * whole batches and then shuffles anew, so that within such a round none comes twice); in the task-incremental scenario
 * there is one draw over all old examples, not ceil(batch / (k − 1)) of each task; batch norm normalises current and
 * replayed examples together, as in the code of Chaudhry et al. and Buzzega et al., and not each by themselves.
 */
export function createReplay(settings: ReplaySettings): Method {
  const buffer = bufferFor(settings);
  let learner: Learner;
  /** Of the step that is taken, where a call takes one. */
  let last: ExampleList | undefined;
  const bytes = () => {
    const stored = buffer.stored(learner.memory);
    return bytesOf(stored, learner) + (buffer.bytesBeside ?? 0) * stored.indices.length;
  };
  return {
    id: 'replay',
    begin(own) {
      learner = own;
    },
    keeps: () => buffer.keeps(learner),
    batches(batches, position) {
      // Balanced, the first task's loss is the current one alone.
      if (settings.mixing === 'balanced' && position.task === 0) return batches;
      const stored = buffer.stored(learner.memory);
      const count = settings.batchSize ?? learner.training.batchSize;
      const replayed = drawnFrom(stored, count, learner.random('replay', ...placeOf(position)));
      if (replayed.indices.length === 0) return batches;
      return { ...batches, current: mix(batches.current, replayed, settings.mixing, position.task + 1) };
    },
    met(lesson, position) {
      last = lesson;
      buffer.met(lesson, position, learner);
    },
    ...(buffer.afterStep && {
      afterStep: (position: Position) => last && buffer.afterStep?.(last, position, learner),
    }),
    afterTask: (task) => buffer.taskEnded(task, learner),
    memoryBytes: bytes,
    inspect: (task) => [
      {
        ...memoryView(buffer.stored(learner.memory), task, learner, {
          policy: settings.buffer,
          ...(bufferPolicies[settings.buffer].sizedBy === 'size' && { capacity: settings.size }),
        }),
        bytes: bytes(),
      },
    ],
  };
}

const placeOf = ({ task, phase, step }: Position) => [task, phase, step];

function mix(current: Batch, replayed: ExampleList, mixing: ReplaySettings['mixing'], k: number): Batch {
  const [old, now] = [replayed.indices.length, current.indices.length];
  const weights = new Float32Array(now + old);
  const share = mixing === 'balanced' ? 1 / k : now / (now + old);
  current.weights.forEach((weight, i) => (weights[i] = weight * share));
  weights.fill((1 - share) / old, now);
  return {
    indices: joined(current.indices, replayed.indices),
    tasks: joined(current.tasks, replayed.tasks),
    weights,
  };
}
