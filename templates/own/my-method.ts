import { anchored, anchoredPenalty, defineMethod, importanceViews, tf, z, type Learner } from 'lethe';

/**
 * A method of your own to start from: weights that travelled far while earlier tasks were learned are held where they
 * came to rest.
 *
 * While a task is learned each parameter adds up the length of its way, step by step:
 *
 *     ω ← ω + |Δθ|
 *
 * After the task it becomes importance, as a share of the mean way, and the next task begins with ω = 0:
 *
 *     Ω ← Ω + ω / mean(ω),   θ* ← θ
 *
 * and later tasks are learned with the loss L + strength/2 · Σ Ω (θ − θ*)².
 */
export default defineMethod({
  title: 'Travel',
  summary: 'Holds weights that travelled far for old tasks near where they came to rest.',
  settings: z.object({
    strength: z.number().min(0).default(0.1).describe('Strength of the penalty strength/2 · Σ Ω (θ − θ*)².'),
  }),
  create({ strength }) {
    let learner: Learner;
    const parameters = () => learner.network.parameterCount;
    return {
      begin(own) {
        learner = own;
      },

      // What is kept from task to task: it is in every checkpoint, and counted as memory. Empty at first.
      keeps: () => ({
        importance: { initial: new Float32Array(), lengths: [0, parameters()] },
        anchor: { initial: new Float32Array(), lengths: [0, parameters()] },
      }),

      // What each step hands to the next, and how it is at first.
      carries: () => ({ way: { shape: [parameters()], values: new Float32Array(parameters()) } }),
      carry: (next, _slope, { theta, carried }) => ({ way: tf.add(carried.way, tf.abs(tf.sub(next, theta))) }),

      // Tensors for the steps, made of the memory; the penalty takes them from there.
      constants: () => anchored(learner.memory.floats('importance'), strength, learner.memory.floats('anchor')),
      penalty: anchoredPenalty,

      afterTask() {
        const way = learner.carried.floats('way');
        const mean = way.reduce((sum, value) => sum + value, 0) / way.length;
        const before = learner.memory.floats('importance');
        const importance = way.map((value, i) => (before[i] ?? 0) + value / Math.max(mean, 1e-12));
        learner.memory.set('importance', importance);
        learner.memory.set('anchor', Float32Array.from(learner.theta.dataSync()));
        learner.carried.set('way', new Float32Array(way.length));
      },

      // Its inside after each task, drawn in the dashboard: how much the weights of each layer matter.
      inspect: () => importanceViews(learner.network, learner.memory.floats('importance'), 'travel'),
    };
  },
});
