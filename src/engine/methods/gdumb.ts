import type { GdumbSettings } from '../../core/methods/gdumb';
import { GreedySampler } from '../buffers/greedy';
import { keptExamples, store, storedExamples } from '../buffers/buffer';
import type { Learner } from '../contract/learner';
import type { ExampleList, Method } from '../contract/method';
import { bytesOf, memoryView } from '../exampleBuffer';
import { shuffle } from '../random';
import { beginAnew } from './beginAnew';

/**
 * GDumb (Prabhu, Torr & Dokania 2020). The greedy sampler meets every example of a task once, in random order, and keeps a
 * memory balanced over the classes met so far (algorithm 1); nothing is learned meanwhile. When the examples of the task are
 * over, the dumb learner trains the network from its initial weights, with a fresh optimiser, on the memory alone.
 *
 * So the steps of a task are those of the dumb learner: it trains after each task, for the accuracy matrix has a row then,
 * and what a task's accuracy curves show is that training, from untrained on. How it trains is the recipe, as the authors' code
 * has it: SGD with momentum 0.9, weight decay 1e-6, batches of 16, gradients of norm 10 at most, one pass at a tenth of the
 * step size and then cosines from 0.05 to 0.0005 over 1, 2, 4 … 64 passes. CutMix is for other data than MNIST and is not
 * done here.
 *
 * A class is that of a task: where classes come again, the same one in another task is another. Deviations from the authors'
 * code: the sampler is that of the paper (the code takes the first of each class in an unstable order); images are not
 * cropped at random (the code does so on MNIST too: `"augment": { "crop": 4 }`) and not standardised, unless the stream says
 * so; in the task-incremental scenario the outputs of an example's own head count alone (the authors' task accuracies are
 * those of the class-incremental network, told the task at test); a pass leaves out what fills no batch; each training
 * starts from the same initial weights, without batch normalisation unless the network has it; the accuracy is that of the
 * end, not the best over passes.
 */
export function createGdumb({ size }: GdumbSettings): Method {
  let learner: Learner;
  /** The memory after a task: what its training is of. */
  const sampled = (task: number): ExampleList => {
    const { memory, examples, random } = learner;
    const sampler = new GreedySampler(storedExamples(memory), size, learner);
    const order = shuffle(Int32Array.from(examples[task] ?? []), random('gdumb stream', task));
    const draws = random('gdumb', task);
    for (const index of order) sampler.offer(index, task, draws);
    return sampler.stored;
  };
  return {
    id: 'gdumb',
    begin(own) {
      learner = own;
    },
    keeps: () => keptExamples(learner),
    lesson: sampled,
    beforePhase({ task, phase }) {
      if (phase > 0) return;
      store(sampled(task), learner.memory);
      beginAnew(learner);
    },
    memoryBytes: () => bytesOf(storedExamples(learner.memory), learner),
    inspect: (task) => [
      memoryView(storedExamples(learner.memory), task, learner, { policy: 'greedy', capacity: size }),
    ],
  };
}
