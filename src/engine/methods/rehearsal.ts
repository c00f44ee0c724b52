import type { RehearsalSettings } from '../../core/methods/rehearsal';
import type { Learner } from '../contract/learner';
import type { ExampleList, Method } from '../contract/method';
import { keptExamples, store, storedExamples } from '../buffers/buffer';
import { chosenOfEach } from '../coresets/chosen';
import { joinedLists, listsInTask, listsOf } from '../coresets/exemplarLists';
import { bytesOf, drawnFrom, memoryView, withOld } from '../exampleBuffer';
import { pastExamples } from '../steps/pastExamples';

/**
 * Rehearsal (Robins 1995): the training set of a task is its own examples and some of those before it. All count alike; a
 * recipe in passes takes as many more steps. As the authors of sleep replay consolidation have it beside sleep (Tadros et al.
 * 2022), in two ways:
 *
 * - A share of all past examples, drawn anew without replacement for each task (`run_sleep_with_replay`). All of them have to
 *   be there to draw from, and count as memory.
 * - K exemplars in all (`run_icarl_mnist`, which they call iCaRL: labels, and the network's own answers): m = round(K / classes
 *   so far) of each class, chosen when its task ends; the lists of old classes keep their first m. Deviation: herding goes by
 *   features of length 1, as in iCaRL; theirs goes by them as they are, with the dropout of training,
 *   drawn once, and begins with the image that is least like the mean.
 */
export function createRehearsal(settings: RehearsalSettings): Method {
  const { exemplars } = settings;
  return exemplars === undefined ? ofShare(settings) : ofExemplars(settings, exemplars);
}

/** The examples of tasks that may be rehearsed. */
const poolOf = ({ examples, stream }: Learner, from: RehearsalSettings['from']): readonly Int32Array[] =>
  from === 'trained' ? examples : stream.tasks.map(({ train }) => train);

function ofShare({ share, from, roundTo }: RehearsalSettings): Method {
  let learner: Learner;
  const past = (task: number): ExampleList => pastExamples(poolOf(learner, from), task);
  return {
    id: 'rehearsal',
    begin(own) {
      learner = own;
    },
    lesson(task) {
      const pool = past(task);
      const count = roundTo * Math.round((share * pool.indices.length) / roundTo);
      return withOld(task, ownOf(learner, task), drawnFrom(pool, count, learner.random('rehearsal', task)));
    },
    memoryBytes: () => bytesOf(past(learner.task + 1), learner),
    inspect: (task) => [memoryView(past(task + 1), task, learner, { policy: 'everything, a share of it drawn' })],
  };
}

function ofExemplars({ from, selection = 'herding' }: RehearsalSettings, capacity: number): Method {
  let learner: Learner;
  const kept = (): ExampleList => storedExamples(learner.memory);
  return {
    id: 'rehearsal',
    begin(own) {
      learner = own;
      const classes = own.stream.tasks.reduce((sum, one) => sum + one.classes.length, 0);
      if (Math.round(capacity / classes) < 1)
        throw new Error(`The stream has ${classes} classes, and "exemplars": ${capacity} leave none for some of them.`);
    },
    keeps: () => keptExamples(learner),
    lesson: (task) => withOld(task, ownOf(learner, task), kept()),
    async afterTask(task) {
      const old = listsOf(kept(), learner.stream.dataset.train.labels);
      const own = listsInTask(learner, task, poolOf(learner, from)[task]);
      const most = Math.round(capacity / (old.length + own.length));
      store(joinedLists([...old, ...(await chosenOfEach(learner, selection, own, most))], most), learner.memory);
    },
    memoryBytes: () => bytesOf(kept(), learner),
    inspect: (task) => [memoryView(kept(), task, learner, { policy: selection, capacity })],
  };
}

const ownOf = ({ examples }: Learner, task: number): Int32Array => examples[task] ?? new Int32Array();
