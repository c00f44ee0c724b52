import type { Learner } from '../contract/learner';
import type { MethodMemory } from '../contract/memory';
import type { ExampleList } from '../contract/method';
import { lastLayerGradients, likeness, meanGradient } from '../coresets/lastLayerGradients';
import { replacements } from '../coresets/replacements';
import { samplePlaces, type Random } from '../random';
import {
  fromSteps,
  isFirstMeeting,
  keptExamples,
  placesIn,
  roomIn,
  store,
  storedExamples,
  type Buffer,
} from './buffer';

/** Mini-batches of the buffer that what is offered is compared with: n of the paper, as in the authors' scripts. */
const COMPARED = 10;
/** The score of what comes into an empty buffer: there is nothing to compare it with. */
const FIRST_SCORE = 0.1;

/**
 * Greedy gradient-based sample selection, GSS-greedy (Aljundi, Lin, Goujon & Bengio 2019, algorithm 2), as in the authors'
 * code: the score of an example is the largest cosine of its gradient with the mean gradients of up to n random mini-batches
 * of the buffer. While there is room everything is stored, with its score. Then the examples of a step are offered only
 * where their mean gradient points away from all of those (largest cosine below 0), and `replacements` says who gives way.
 *
 * It looks at each step once it is taken, at the parameters after it, in the first pass over a task.
 *
 * Deviations: gradients are those of the last layer's weights and biases, not of all parameters, so that each example's own
 * is there for every network at the cost of a pass forward; a mini-batch is as large as one of training, and of a step whose
 * examples do not all fit into a buffer the first are stored, so that it never holds more than `size`.
 */
export const gssGreedyBuffer = (size: number): Buffer => ({
  ...fromSteps,
  keeps: (learner) => ({
    ...keptExamples(learner, size),
    scores: { initial: new Float32Array(placesIn(learner, size)), asLongAs: 'indices' },
    count: { initial: new Int32Array(1), lengths: [1], below: size + 1 },
  }),
  stored: filled,
  bytesBeside: Float32Array.BYTES_PER_ELEMENT,
  met() {
    // Gradients are those of the parameters after the step.
  },
  afterStep(lesson, position, learner) {
    if (!isFirstMeeting(position, learner)) return;
    const random = learner.random('gss-greedy', position.task, position.phase, position.step);
    const { memory } = learner;
    const offered = gradientsOf(learner, lesson);
    const stored = filled(memory);
    const count = stored.indices.length;
    const compared = comparedWith(learner, stored, random);
    const scores = Float32Array.from(offered, (gradient) => (count === 0 ? FIRST_SCORE : likeness(gradient, compared)));
    const left = roomIn(memory) - count;
    if (left > 0) {
      const room = Math.min(left, lesson.indices.length);
      put(
        memory,
        lesson,
        scores,
        Array.from({ length: room }, (_, i) => ({ place: count + i, offered: i })),
      );
      memory.set('count', Int32Array.of(count + room));
    } else if (likeness(meanGradient(offered), compared) < 0)
      put(memory, lesson, scores, replacements(memory.floats('scores'), scores, random));
  },
});

function filled(memory: MethodMemory): ExampleList {
  const { indices, tasks } = storedExamples(memory);
  const [count = 0] = memory.integers('count');
  return { indices: indices.subarray(0, count), tasks: tasks.subarray(0, count) };
}

/** Puts some of the examples of a step, with their scores, at places of the buffer. */
function put(
  memory: MethodMemory,
  lesson: ExampleList,
  scores: Float32Array,
  which: readonly { readonly place: number; readonly offered: number }[],
): void {
  const [indices, tasks] = [memory.integers('indices').slice(), memory.integers('tasks').slice()];
  const all = memory.floats('scores').slice();
  for (const { place, offered } of which) {
    indices[place] = lesson.indices[offered] as number;
    tasks[place] = lesson.tasks[offered] as number;
    all[place] = scores[offered] as number;
  }
  store({ indices, tasks }, memory);
  memory.set('scores', all);
}

/** The mean gradients of up to n random mini-batches of the buffer, which have no example in common. */
function comparedWith(learner: Learner, stored: ExampleList, random: Random): Float64Array[] {
  const rows = Math.min(learner.training.batchSize, stored.indices.length);
  const places = samplePlaces(stored.indices.length, Math.min(stored.indices.length, COMPARED * rows), random);
  const gradients = gradientsOf(learner, {
    indices: places.map((place) => stored.indices[place] as number),
    tasks: places.map((place) => stored.tasks[place] as number),
  });
  const batches = Array.from({ length: Math.ceil(gradients.length / Math.max(1, rows)) }, (_, i) =>
    gradients.slice(i * rows, (i + 1) * rows),
  );
  return batches.map(meanGradient);
}

/** The gradient of each example, seen as its task has it. */
function gradientsOf(learner: Learner, { indices, tasks }: ExampleList): Float64Array[] {
  const found = new Array<Float64Array>(indices.length);
  for (const task of new Set(tasks)) {
    const places = [...tasks.keys()].filter((place) => tasks[place] === task);
    const ofTask = Int32Array.from(places, (place) => indices[place] as number);
    lastLayerGradients(learner, { task, indices: ofTask }).forEach((gradient, i) => {
      found[places[i] as number] = gradient;
    });
  }
  return found;
}
