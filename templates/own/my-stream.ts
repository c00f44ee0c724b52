import { defineStream, sample, z } from 'lethe';

/**
 * A stream of your own to start from: classes in pairs, of which the second one of each is rare.
 *
 * A task has all examples of its first class, and of its second one only a share, drawn anew for each seed. Old knowledge
 * of a rare class rests on few examples: which methods keep it?
 */
export default defineStream({
  title: 'Uneven pairs',
  summary: 'Two classes in each task, of which the second one is rare.',
  settings: z.object({
    pairs: z.int().min(1).max(500).default(5).describe('Number of tasks: pairs of classes, in their order.'),
    share: z.number().positive().max(1).default(0.05).describe('Share of the training examples that a rare class has.'),
  }),

  // Known before any data is: plans, checks and the dashboard need it. A number, or the names of the tasks.
  tasks: ({ pairs }) => pairs,

  create({ pairs, share }, { dataset, random }) {
    const { labels } = dataset.train;
    const examplesOf = (label: number) => Int32Array.from(labels.keys()).filter((index) => labels[index] === label);
    return Array.from({ length: pairs }, (_, pair) => {
      const [common, rare] = [2 * pair, 2 * pair + 1];
      if (rare >= dataset.classes)
        throw new Error(`${pairs} pairs need ${2 * pairs} classes: there are ${dataset.classes}.`);
      const all = examplesOf(rare);
      // Random numbers come from here, by name and place: the same seed gives the same stream, to every method.
      const few = sample(all, Math.max(1, Math.round(share * all.length)), random('rare', pair));
      return {
        name: `${common}, few ${rare}`,
        classes: [common, rare],
        train: Int32Array.from([...examplesOf(common), ...few]).sort(),
        // Left out: all test examples of its classes, and images as they lie ("view": another order of their pixels).
      };
    });
  },
});
