import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rwalkForms, rwalkSettings, type RwalkSettings } from '../../src/core/methods/rwalk';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { Step } from '../../src/engine/contract/step';
import { createMethod } from '../../src/engine/methods/index';
import { createRwalk, fromZeroToOne, scoreAfter } from '../../src/engine/methods/rwalk';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** A walk in double precision: the loop of the authors' code, step by step. */
class Walk {
  readonly fisher: Float64Array;
  score: Float64Array;
  /** Updates so far. */
  updates = 0;
  private path: Float64Array;
  private squares: Float64Array;
  private start: Float64Array;

  constructor(
    size: number,
    private readonly settings: RwalkSettings,
  ) {
    [this.fisher, this.score, this.path, this.squares, this.start] = Array.from(
      { length: 5 },
      () => new Float64Array(size),
    ) as [Float64Array, Float64Array, Float64Array, Float64Array, Float64Array];
  }

  begin(theta: ArrayLike<number>): void {
    this.start = Float64Array.from(theta);
    for (const sum of [this.path, this.squares, this.score]) sum.fill(0);
  }

  /** @param iteration from 0, in its task */
  step(iteration: number, theta: ArrayLike<number>, gradient: ArrayLike<number>, next: ArrayLike<number>): void {
    const { every, alpha, xi, form } = this.settings;
    if ((iteration + 1) % every === 0) {
      this.updates++;
      this.score.forEach((score, i) => {
        const [now, fisher] = [theta[i] ?? NaN, this.fisher[i] ?? NaN];
        const moved = now - (this.start[i] ?? NaN);
        const divergence = (form === 'paper' ? 0.5 : 1) * fisher * moved * moved;
        this.score[i] = score + Math.max(0, (this.path[i] ?? NaN) / (xi + divergence));
        this.fisher[i] = (1 - alpha) * fisher + (alpha / every) * (this.squares[i] ?? NaN);
      });
      this.path.fill(0);
      if (form === 'paper') this.squares.fill(0);
      this.start = Float64Array.from(theta);
    }
    this.path.forEach((path, i) => {
      const g = gradient[i] ?? NaN;
      this.path[i] = path - g * ((next[i] ?? NaN) - (theta[i] ?? NaN));
      this.squares[i] = (this.squares[i] ?? NaN) + g * g;
    });
  }
}

const relative = (values: ArrayLike<number>) => {
  const all = Array.from(values);
  const [least, most] = [Math.min(...all), Math.max(...all)];
  return all.map((value) => (value - least) / (most - least));
};

/** Off by this share of the largest value at most. */
function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>, share = 1e-4) {
  const largest = Math.max(...Array.from(wanted, Math.abs));
  expect(largest).toBeGreaterThan(0);
  Array.from(wanted).forEach((value, i) => expect(Math.abs((found[i] ?? NaN) - value) / largest).toBeLessThan(share));
}

const momentum = { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 };

describe.each(rwalkForms.flatMap((form) => [3, 1].map((every) => ({ form, every }))))(
  'the walk of RWalk, as the $form has it, every $every steps',
  ({ form, every }) => {
    it('is that of the real steps and of the gradient without the penalty, step by step and over tasks', async () => {
      const settings = rwalkSettings.parse({ form, every, lambda: 2, alpha: 0.8, xi: 0.001 });
      const spec: ToySpec = { methods: { rwalk: settings }, training: { ...momentum, iterations: 8 } };
      const rwalk = createMethod(toyManifest(spec).spec.methods);
      let learner: Learner | undefined;
      let walk: Walk | undefined;
      let iteration = 0;
      let score = new Float64Array();
      let tasks = 0;
      let penalties = 0;
      const watched: Method = {
        ...rwalk,
        begin(own) {
          learner = own;
          rwalk.begin?.(own);
        },
        async beforePhase(position) {
          await rwalk.beforePhase?.(position);
          const theta = learner?.theta.dataSync() ?? [];
          walk ??= new Walk(theta.length, settings);
          walk.begin(theta);
          iteration = 0;
        },
        carry(next, slope, step) {
          const [theta, gradient, after] = [step.theta, slope.task, next].map((tensor) => tensor.dataSync());
          penalties += Number(slope.task.dataSync().some((g, i) => g !== slope.total.dataSync()[i]));
          walk?.step(iteration++, theta ?? [], gradient ?? [], after ?? []);
          return rwalk.carry?.(next, slope, step) ?? {};
        },
        async afterTask(task) {
          const { carried, memory } = learner as Learner;
          if (!walk) throw new Error('no step was taken');
          expectClose(carried.floats('rwalk/score'), walk.score);
          expectClose(carried.floats('rwalk/fisher'), walk.fisher);
          await rwalk.afterTask?.(task);
          const fresh = walk.score.map((value) => (task === 0 ? 2 * value : value));
          score = fresh.map((value, i) => {
            const old = score[i] ?? 0;
            return form === 'code' ? old + (old + value) / 2 : (old + value) / 2;
          });
          expectClose(memory.floats('rwalk/score'), score);
          expectClose(memory.floats('rwalk/fisher'), relative(walk.fisher));
          // The first task's score counts once, whatever the form.
          if (task === 0) expectClose(memory.floats('rwalk/score'), walk.score);
          tasks++;
        },
      };
      const run = await runToy({ ...spec, eager: true }, { method: watched });
      expect(run.error).toBeUndefined();
      expect([tasks, walk?.updates]).toEqual([3, every === 1 ? 24 : 6]);
      // Of later tasks all but the first step, in which θ is still θ*.
      expect(penalties).toBe(14);
    });
  },
);

describe('the importance of RWalk', () => {
  it('averages scores over tasks as its form says', () => {
    const [before, fresh] = [Float32Array.of(4, 0), Float32Array.of(2, 6)];
    expect([...scoreAfter(before, fresh, 'code')]).toEqual([7, 3]);
    expect([...scoreAfter(before, fresh, 'paper')]).toEqual([3, 3]);
    expect([...scoreAfter(new Float32Array(), fresh, 'code')]).toEqual([1, 3]);
  });

  it('lies between 0 and 1, and is 0 where all are alike', () => {
    expect([...fromZeroToOne(Float32Array.of(3, 1, 2))]).toEqual([1, 0, 0.5]);
    expect([...fromZeroToOne(Float32Array.of(2, 2))]).toEqual([0, 0]);
  });

  it('gives the penalty λ Σ (F̂ + Ŝ) (θ − θ*)², without a ½, with its gradient; none in the first task', async () => {
    const rwalk = createRwalk(rwalkSettings.parse({ lambda: 5 }));
    const learner = await toyLearner({}, rwalk);
    expect(rwalk.constants?.()).toEqual({});
    const size = learner.network.parameterCount;
    const draw = (of: (i: number) => number) => Float32Array.from({ length: size }, (_, i) => of(i));
    const [fisher, score] = [draw((i) => (i % 7) / 6), draw((i) => 3 + (i % 5))];
    const [anchor, theta] = [draw(Math.sin), draw((i) => Math.cos(3 * i))];
    learner.memory.set('fisher', fisher);
    learner.memory.set('score', score);
    learner.memory.set('anchor', anchor);
    const found = rwalk.penalty?.(tf.tensor1d(theta), { constants: rwalk.constants?.() ?? {} } as Step);
    const importance = fisher.map((value, i) => value + ((score[i] ?? 0) - 3) / 4);
    const value = theta.reduce((sum, t, i) => sum + 5 * (importance[i] ?? 0) * (t - (anchor[i] ?? 0)) ** 2, 0);
    expect((found?.value.dataSync()[0] ?? NaN) / value).toBeCloseTo(1, 5);
    found?.gradient
      .dataSync()
      .forEach((g, i) => expect(g).toBeCloseTo(10 * (importance[i] ?? 0) * ((theta[i] ?? 0) - (anchor[i] ?? 0)), 4));
  });
});

describe('training with RWalk', () => {
  it('is that without a remedy in the first task, with λ = 0 ever, and another in later tasks otherwise', async () => {
    const losses = async (spec: ToySpec) => ofType((await runToy(spec)).events, 'step').map(({ loss }) => loss);
    const recipe = { training: { ...momentum, iterations: 10 } };
    const none = await losses(recipe);
    expect(await losses({ ...recipe, methods: { rwalk: { lambda: 0 } } })).toEqual(none);
    const held = await losses({ ...recipe, methods: { rwalk: { every: 2 } } });
    expect(held.slice(0, 10)).toEqual(none.slice(0, 10));
    expect(held.slice(11)).not.toEqual(none.slice(11));
  });
});
