import type { RehearsalSettings } from '../../core/methods/rehearsal';
import type { Learner } from '../contract/learner';
import type { ExampleList, Method } from '../contract/method';
import { bytesOf, drawnFrom, joined, memoryView } from '../exampleBuffer';
import { pastExamples } from '../steps/pastExamples';

/**
 * Rehearsal (Robins 1995) as the authors of sleep replay consolidation have it beside sleep (Tadros et al. 2022,
 * `run_sleep_with_replay`): the training set of a task is its own examples and a share of those of all tasks before it, drawn
 * anew without replacement for each task. All count alike; a recipe in passes takes as many more steps.
 *
 * All past examples have to be there to draw from, and count as memory.
 */
export function createRehearsal({ share, from, roundTo }: RehearsalSettings): Method {
  let learner: Learner;

  const past = (task: number): ExampleList => {
    const { examples, stream } = learner;
    return pastExamples(from === 'trained' ? examples : stream.tasks.map(({ train }) => train), task);
  };

  return {
    id: 'rehearsal',
    begin(own) {
      learner = own;
    },
    lesson(task) {
      const own = learner.examples[task] ?? new Int32Array();
      const pool = past(task);
      const count = roundTo * Math.round((share * pool.indices.length) / roundTo);
      const drawn = drawnFrom(pool, count, learner.random('rehearsal', task));
      return {
        indices: joined(own, drawn.indices),
        tasks: joined(new Int32Array(own.length).fill(task), drawn.tasks),
      };
    },
    memoryBytes: () => bytesOf(past(learner.task + 1), learner),
    inspect: (task) => [memoryView(past(task + 1), task, learner, { policy: 'everything, a share of it drawn' })],
  };
}
