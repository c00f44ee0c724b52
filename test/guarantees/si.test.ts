import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { siSettings } from '../../src/core/methods/si';
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
  /** Σ −g · Δθ over the task's steps, added up in double precision, and the parameters before and after it. */
  readonly path: Float64Array;
  readonly before: Float32Array;
  readonly after: Float32Array;
  readonly omega: Float32Array;
}

/** Runs SI eagerly and adds up beside it, by definition, what it carries. */
async function walked(spec: ToySpec): Promise<{ tasks: Walked[]; losses: number[] }> {
  const si = createMethod(toyManifest(spec).spec.methods);
  const tasks: Walked[] = [];
  let learner: Learner | undefined;
  let path = new Float64Array();
  let before = new Float32Array();
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
    carry(next, slope, step) {
      const [g, now, then] = [slope.task, next, step.theta].map((tensor) => tensor.dataSync());
      path.forEach((sum, i) => (path[i] = sum - (g?.[i] ?? 0) * ((now?.[i] ?? 0) - (then?.[i] ?? 0))));
      return si.carry?.(next, slope, step) ?? {};
    },
    async afterTask(task) {
      const carried = learner?.carried.floats('si/path') ?? new Float32Array();
      carried.forEach((value, i) => expect(value).toBeCloseTo(path[i] ?? NaN, 5));
      expect(Math.max(...carried)).toBeGreaterThan(1e-4);
      await si.afterTask?.(task);
      const after = Float32Array.from(learner?.theta.dataSync() ?? []);
      tasks.push({ path, before, after, omega: learner?.memory.floats('si/omega') ?? new Float32Array() });
      expect([...(learner?.carried.floats('si/path') ?? [1])].every((value) => value === 0)).toBe(true);
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { tasks, losses: ofType(run.events, 'step').map(({ loss }) => loss) };
}

const momentum = { optimizer: 'sgd', momentum: 0.9, learningRate: 0.05 };

describe.each([
  ['Adam', {}],
  ['momentum', momentum],
])('the path integral of SI with %s', (_, training) => {
  it('is that of the real steps and of the gradient without the penalty; its importance is that of eq. 5, never negative', async () => {
    const xi = 0.01;
    const { tasks } = await walked({ methods: { si: { c: 3, xi } }, training });
    expect(tasks.length).toBe(3);
    let omega = new Float64Array(tasks[0]?.path.length ?? 0);
    for (const task of tasks) {
      omega = omega.map((sum, i) => {
        const change = (task.after[i] ?? 0) - (task.before[i] ?? 0);
        return Math.max(0, sum + (task.path[i] ?? 0) / (change * change + xi));
      });
      task.omega.forEach((value, i) => expect(value).toBeCloseTo(omega[i] ?? NaN, 3));
      expect(Math.min(...task.omega)).toBe(0);
    }
  });
});

describe('the importance of SI', () => {
  it('adds up over tasks and is clipped at 0 after each', () => {
    const found = importanceOf(
      Float32Array.of(1, 1, 0),
      Float32Array.of(2, -8, -1),
      Float32Array.of(1, 1, 1),
      Float32Array.of(0, 0, 0),
      1,
    );
    expect([...found]).toEqual([2, 0, 0]);
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
