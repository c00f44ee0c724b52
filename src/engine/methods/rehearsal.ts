import type { RehearsalSettings } from '../../core/methods/rehearsal';
import type { Learner } from '../contract/learner';
import type { ExampleList, Method } from '../contract/method';
import { chosenOf } from '../coresets/chosen';
import { joinedLists, listsOf, type ExemplarList } from '../coresets/exemplarLists';
import { bytesOf, drawnFrom, joined, memoryView } from '../exampleBuffer';
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
 *   features of length 1, as in iCaRL; theirs goes by them as they are, and begins with the image that is least like the mean.
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
      return withOld(learner, task, drawnFrom(pool, count, learner.random('rehearsal', task)));
    },
    memoryBytes: () => bytesOf(past(learner.task + 1), learner),
    inspect: (task) => [memoryView(past(task + 1), task, learner, { policy: 'everything, a share of it drawn' })],
  };
}

function ofExemplars({ from, selection = 'herding' }: RehearsalSettings, capacity: number): Method {
  let learner: Learner;
  const kept = (): ExampleList => ({
    indices: learner.memory.integers('indices'),
    tasks: learner.memory.integers('tasks'),
  });
  return {
    id: 'rehearsal',
    begin(own) {
      learner = own;
      const classes = own.stream.tasks.reduce((sum, one) => sum + one.classes.length, 0);
      if (Math.round(capacity / classes) < 1)
        throw new Error(`The stream has ${classes} classes, and "exemplars": ${capacity} leave none for some of them.`);
    },
    keeps: () => ({
      indices: { initial: new Int32Array(), below: learner.stream.dataset.train.count },
      tasks: { initial: new Int32Array(), below: learner.stream.tasks.length, asLongAs: 'indices' },
    }),
    lesson: (task) => withOld(learner, task, kept()),
    async afterTask(task) {
      const { labels } = learner.stream.dataset.train;
      const old = listsOf(kept(), labels);
      const pool = poolOf(learner, from)[task] ?? new Int32Array();
      const { classes = [] } = learner.stream.tasks[task] ?? {};
      const most = Math.round(capacity / (old.length + classes.length));
      const chosen: ExemplarList[] = [];
      for (const label of classes) {
        const indices = pool.filter((index) => labels[index] === label);
        chosen.push({ task, label, indices: await chosenOf(learner, selection, { task, label, indices, most }) });
      }
      const { indices, tasks } = joinedLists([...old, ...chosen], most);
      learner.memory.set('indices', indices);
      learner.memory.set('tasks', tasks);
    },
    memoryBytes: () => bytesOf(kept(), learner),
    inspect: (task) => [memoryView(kept(), task, learner, { policy: selection, capacity })],
  };
}

/** The examples of a task, and old ones behind them. */
const withOld = ({ examples }: Learner, task: number, old: ExampleList): ExampleList => {
  const own = examples[task] ?? new Int32Array();
  return { indices: joined(own, old.indices), tasks: joined(new Int32Array(own.length).fill(task), old.tasks) };
};
