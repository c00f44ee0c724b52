import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siSettings, type SiSettings } from '../../src/core/methods/si';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import type { Step } from '../../src/engine/contract/step';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import { createSi, importanceOf } from '../../src/engine/methods/si';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

interface Walked {
  /** What the task's steps add up, in double precision, and the parameters before and after it. */
  readonly path: Float64Array;
  readonly before: Float32Array;
  readonly after: Float32Array;
  readonly omega: Float32Array;
}

type Variant = SiSettings['variant'];

/** A step as it was seen, a number of each for every parameter. */
interface Seen {
  /** Gradients of the loss alone, with the penalty, and that which the step took. */
  readonly task: ArrayLike<number>;
  readonly penalised: ArrayLike<number>;
  readonly taken: ArrayLike<number>;
  readonly change: ArrayLike<number>;
  readonly learningRate: number;
}

/** What a step adds for a parameter, by definition. */
const addedBy: Record<Variant, (seen: Seen, i: number) => number> = {
  zenke: ({ task, change }, i) => -(task[i] ?? NaN) * (change[i] ?? NaN),
  'van-de-ven': ({ penalised, change }, i) => -(penalised[i] ?? NaN) * (change[i] ?? NaN),
  buzzega: ({ penalised, learningRate }, i) => learningRate * Math.min(1, Math.abs(penalised[i] ?? NaN)) ** 2,
};

/** Off by at most so much, or by this share of the largest where that is more than 1. */
function expectClose(found: ArrayLike<number>, wanted: Float64Array, tolerance: number) {
  const largest = Math.max(1, ...wanted.map(Math.abs));
  wanted.forEach((value, i) => expect(Math.abs((found[i] ?? NaN) - value) / largest).toBeLessThan(tolerance));
}

/** Runs SI eagerly and adds up beside it, by definition, what it carries. */
async function walked(
  variant: Variant,
  spec: ToySpec,
): Promise<{ tasks: Walked[]; losses: number[]; beyondOne: number; penalties: number }> {
  const si = createMethod(toyManifest(spec).spec.methods);
  const tasks: Walked[] = [];
  let learner: Learner | undefined;
  let path = new Float64Array();
  let before = new Float32Array();
  let [beyondOne, penalties] = [0, 0];
  let penalised: ArrayLike<number> = [];
  const watched: Method = {
    ...si,
    begin(own) {
      learner = own;
      si.begin?.(own);
    },
    async beforePhase(position) {
      await si.beforePhase?.(position);
      before = Float32Array.from(learner?.theta.dataSync() ?? []);
      path = new Float64Array(before.length);
    },
    gradient(theta, differentiate, step) {
      penalised = Float32Array.from(differentiate(theta).total.dataSync());
      return si.gradient?.(theta, differentiate, step) ?? differentiate(theta);
    },
    carry(next, slope, step) {
      const [task, taken, now, then] = [slope.task, slope.total, next, step.theta].map((tensor) =>
        Float32Array.from(tensor.dataSync()),
      ) as [Float32Array, Float32Array, Float32Array, Float32Array];
      const change = now.map((value, i) => value - (then[i] ?? NaN));
      const seen = { task, penalised, taken, change, learningRate: step.learningRate.dataSync()[0] ?? NaN };
      path.forEach((sum, i) => (path[i] = sum + addedBy[variant](seen, i)));
      taken.forEach((value, i) => {
        const wanted = penalised[i] ?? NaN;
        expect(value).toBe(variant === 'buzzega' ? Math.max(-1, Math.min(1, wanted)) : wanted);
        beyondOne += Number(Math.abs(wanted) > 1);
        penalties += Number(wanted !== task[i]);
      });
      return si.carry?.(next, slope, step) ?? {};
    },
    async afterTask(task) {
      const carried = learner?.carried.floats('si/path') ?? new Float32Array();
      expectClose(carried, path, 5e-6);
      expect(Math.max(...carried)).toBeGreaterThan(1e-4);
      await si.afterTask?.(task);
      const after = Float32Array.from(learner?.theta.dataSync() ?? []);
      tasks.push({ path, before, after, omega: learner?.memory.floats('si/omega') ?? new Float32Array() });
      expect([...(learner?.carried.floats('si/path') ?? [1])].every((value) => value === 0)).toBe(true);
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { tasks, losses: ofType(run.events, 'step').map(({ loss }) => loss), beyondOne, penalties };
}

const momentum = { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 };

const optimisers = [
  ['Adam', {}],
  ['momentum', momentum],
] as const;

describe.each(
  (['zenke', 'van-de-ven', 'buzzega'] as const).flatMap((variant) =>
    optimisers.map(([name, o]) => ({ variant, name, o })),
  ),
)('the path integral of SI, $variant, with $name', ({ variant, o }) => {
  it('is what its steps add up; its importance is that of eq. 5, clipped at 0 in the first variant', async () => {
    const xi = 0.01;
    const strong = variant === 'buzzega' ? { c: 300, xi } : { c: 3, xi };
    const { tasks, beyondOne, penalties } = await walked(variant, {
      methods: { si: { variant, ...strong, resetOptimizer: false } },
      training: o,
    });
    expect(tasks.length).toBe(3);
    expect(penalties).toBeGreaterThan(0);
    // There is something to clip.
    if (variant === 'buzzega') expect(beyondOne).toBeGreaterThan(0);
    let omega = new Float64Array(tasks[0]?.path.length ?? 0);
    for (const task of tasks) {
      omega = omega.map((sum, i) => {
        const change = (task.after[i] ?? 0) - (task.before[i] ?? 0);
        const next = sum + (task.path[i] ?? 0) / (change * change + xi);
        return variant === 'zenke' ? Math.max(0, next) : next;
      });
      expectClose(task.omega, omega, 5e-4);
      if (variant === 'zenke') expect(Math.min(...task.omega)).toBe(0);
    }
  });
});

describe('the importance of SI', () => {
  it.each([
    ['zenke', 0],
    ['van-de-ven', -2],
    ['buzzega', -2],
  ] as const)(
    'that comes out negative is 0 in the first variant and stays in the others (%s)',
    async (variant, wanted) => {
      const si = createSi(siSettings.parse({ variant, xi: 0.5 }));
      const learner = await toyLearner({}, si);
      await si.beforePhase?.({ task: 0, phase: 0, step: 0 });
      const { parameterCount } = learner.network;
      learner.carried.set('path', new Float32Array(parameterCount).fill(-1));
      await si.afterTask?.(0);
      expect([...learner.memory.floats('omega')]).toEqual(new Array(parameterCount).fill(wanted));
    },
  );

  it('adds up over tasks and is clipped at 0 after each', () => {
    const [omega, path] = [Float32Array.of(1, 1, 0), Float32Array.of(2, -8, -1)];
    const walk = { theta: Float32Array.of(1, 1, 1), before: Float32Array.of(0, 0, 0), xi: 1 };
    expect([...importanceOf(omega, path, { ...walk, least: 0 })]).toEqual([2, 0, 0]);
    expect([...importanceOf(omega, path, { ...walk, least: -Infinity })]).toEqual([2, -3, -0.5]);
  });
});

describe('the penalty of SI', () => {
  it('is c Σ Ω (θ − θ*)², without a ½, with its gradient; none in the first task', async () => {
    const si = createSi(siSettings.parse({ c: 5 }));
    const learner = await toyLearner({}, si);
    expect(si.constants?.()).toEqual({});
    const size = learner.network.parameterCount;
    const omega = Float32Array.from({ length: size }, (_, i) => (i % 7) / 7);
    const anchor = Float32Array.from({ length: size }, (_, i) => Math.sin(i));
    const theta = Float32Array.from({ length: size }, (_, i) => Math.cos(3 * i));
    learner.memory.set('omega', omega);
    learner.memory.set('anchor', anchor);
    const found = si.penalty?.(tf.tensor1d(theta), { constants: si.constants?.() ?? {} } as Step);
    const value = theta.reduce((sum, t, i) => sum + 5 * (omega[i] ?? 0) * (t - (anchor[i] ?? 0)) ** 2, 0);
    expect((found?.value.dataSync()[0] ?? NaN) / value).toBeCloseTo(1, 5);
    found?.gradient
      .dataSync()
      .forEach((g, i) => expect(g).toBeCloseTo(10 * (omega[i] ?? 0) * ((theta[i] ?? 0) - (anchor[i] ?? 0)), 4));
  });

  it('changes nothing in the first task, nor with c = 0 ever, and the losses of later tasks otherwise', async () => {
    const recipe = { training: { ...momentum, iterations: 10 } };
    const losses = async (spec: ToySpec) => ofType((await runToy(spec)).events, 'step').map(({ loss }) => loss);
    const none = await losses(recipe);
    expect(await losses({ ...recipe, methods: { si: { c: 0, resetOptimizer: false } } })).toEqual(none);
    const held = await losses({ ...recipe, methods: { si: { c: 1, resetOptimizer: false } } });
    expect(held.slice(0, 10)).toEqual(none.slice(0, 10));
    expect(held.slice(11)).not.toEqual(none.slice(11));
  });

  it('starts with a new optimiser in each task where asked to', async () => {
    const losses = async (resetOptimizer: boolean) =>
      ofType((await runToy({ methods: { si: { c: 0, resetOptimizer } } })).events, 'step').map(({ loss }) => loss);
    const [anew, on] = [await losses(true), await losses(false)];
    expect(anew.slice(0, 7)).toEqual(on.slice(0, 7));
    expect(anew.slice(7)).not.toEqual(on.slice(7));
  });
});
