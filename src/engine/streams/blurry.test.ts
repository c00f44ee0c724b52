import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { trainingSchema } from '../../core/recipe';
import { BlurryOrder } from './blurry';

/** Tasks of so many examples each: those of task t are 1000 t, 1000 t + 1, … */
const examplesOf = (counts: readonly number[]) =>
  counts.map((count, task) => Int32Array.from({ length: count }, (_, i) => 1000 * task + i));

const orderOf = ({ counts = [200, 200, 200], blurry = 0.5, steps = 40, batchSize = 10, seed = 1 } = {}) =>
  new BlurryOrder({
    blurry,
    seed,
    training: trainingSchema.parse({ batchSize, iterations: steps }),
    examples: examplesOf(counts),
  });

const batchesOf = (order: BlurryOrder, task: number, steps = 40) =>
  Array.from({ length: steps }, (_, step) => {
    const { indices, tasks } = order.batch(task, step);
    return { indices: [...indices], tasks: [...tasks] };
  });

describe('the order of a stream with blurry boundaries', () => {
  it('meets examples of a neighbour within half of the share on each side, and nowhere else', () => {
    for (const [task, batches] of [0, 1, 2].map((of) => [of, batchesOf(orderOf(), of)] as const))
      batches.forEach(({ indices, tasks }, step) => {
        indices.forEach((index, row) => expect(Math.floor(index / 1000)).toBe(tasks[row]));
        const isLeft = step < 10 && task > 0;
        const isRight = step >= 30 && task < 2;
        const may = [task, ...(isLeft ? [task - 1] : []), ...(isRight ? [task + 1] : [])];
        expect(tasks.every((of) => may.includes(of))).toBe(true);
      });
  });

  it('changes over in a straight line: in the i-th of 2f steps the next task has the share (i + ½) / 2f', () => {
    const seeds = Array.from({ length: 200 }, (_, seed) => orderOf({ seed }));
    const f = 10;
    for (let i = 0; i < 2 * f; i++) {
      const met = seeds.flatMap((order) => [...(i < f ? order.batch(0, 30 + i) : order.batch(1, i - f)).tasks]);
      const share = met.filter((task) => task === 1).length / met.length;
      const expected = (i + 0.5) / (2 * f);
      // Of 2000 draws within five standard deviations.
      expect(Math.abs(share - expected)).toBeLessThan(5 * Math.sqrt((expected * (1 - expected)) / met.length) + 1e-9);
    }
  });

  it('goes through the examples of a task in passes, each example once in each, wherever they are met', () => {
    const order = orderOf({ blurry: 1 });
    const met = [0, 1, 2].flatMap((task) => batchesOf(order, task)).flatMap(({ indices }) => indices);
    expect(met.length).toBe(1200);
    for (const task of [0, 1, 2]) {
      const own = met.filter((index) => Math.floor(index / 1000) === task);
      const whole = Math.floor(own.length / 200);
      for (let pass = 0; pass < whole; pass++) expect(new Set(own.slice(200 * pass, 200 * (pass + 1))).size).toBe(200);
      const rest = own.slice(200 * whole);
      expect(new Set(rest).size).toBe(rest.length);
    }
  });

  it('is the same asked for in any order (property), for the same seed, and another for another', () => {
    const counts = [70, 40, 55, 61];
    const of = (seed = 1) => orderOf({ counts, blurry: 0.8, steps: 11, batchSize: 16, seed });
    const sequence = [0, 1, 2, 3].flatMap((task) => batchesOf(of(), task, 11));
    fc.assert(
      fc.property(fc.array(fc.nat(43), { minLength: 1, maxLength: 20 }), (asked) => {
        const order = of();
        for (const at of asked) {
          const { indices, tasks } = order.batch(Math.floor(at / 11), at % 11);
          expect({ indices: [...indices], tasks: [...tasks] }).toEqual(sequence[at]);
        }
      }),
    );
    expect([0, 1, 2, 3].flatMap((task) => batchesOf(of(2), task, 11))).not.toEqual(sequence);
  });

  it('of the first tasks does not depend on how many follow, up to where the next begins to be met', () => {
    const [short, long] = [orderOf({ counts: [200, 200] }), orderOf({ counts: [200, 200, 200] })];
    expect(batchesOf(short, 0)).toEqual(batchesOf(long, 0));
    expect(batchesOf(short, 1, 30)).toEqual(batchesOf(long, 1, 30));
  });

  it('of tasks too short to be blurred is sharp, and a step beyond a task is refused', () => {
    const order = orderOf({ blurry: 0.1, steps: 5 });
    for (const task of [0, 1, 2])
      for (const { tasks } of batchesOf(order, task, 5)) expect(new Set(tasks)).toEqual(new Set([task]));
    expect(() => order.batch(0, 5)).toThrow('step 6 of a task that has 5');
    expect(() => order.batch(3, 0)).toThrow('no task 4');
  });
});
