import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Batches, Method } from '../../src/engine/contract/method';
import { dualVariables } from '../../src/engine/methods/gem';
import { createMethod } from '../../src/engine/methods/index';
import { ofKind, ofType, removeRunFolders, runToy, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

type Vector = Float32Array;
const dot = (a: Vector, b: Vector) => a.reduce((sum, value, i) => sum + value * (b[i] ?? 0), 0);
const norm = (a: Vector) => Math.sqrt(dot(a, a));

interface Seen {
  readonly task: number;
  readonly batches: Batches;
  readonly own: Vector;
  /** Of each old task. */
  readonly old: readonly Vector[];
  readonly taken: Vector;
}

/** Runs GEM eagerly, behind other methods, and looks at every step. */
async function steps(settings: object, before: ToySpec['methods'] = {}) {
  const spec: ToySpec = {
    // Tasks that share their outputs agree in some steps and not in others.
    stream: { scenario: 'domain' },
    training: { optimizer: 'sgd', learningRate: 0.2, iterations: 10 },
    methods: { ...before, gem: { perTask: 12, ...settings } },
  };
  const gem = createMethod(toyManifest(spec).spec.methods);
  const seen: Seen[] = [];
  let learner: Learner | undefined;
  let batches: Batches | undefined;
  let gradients: Vector[] = [];
  let own: Vector = new Float32Array();
  const read = (tensor: { dataSync(): ArrayLike<number> }) => Float32Array.from(tensor.dataSync());
  const watched: Method = {
    ...gem,
    begin(given) {
      learner = given;
      gem.begin?.(given);
    },
    batches(given, position, lesson) {
      batches = gem.batches?.(given, position, lesson) ?? given;
      return batches;
    },
    gradient(theta, differentiate, step) {
      own = read(differentiate(theta, ['current']).total);
      gradients = Object.keys(step.batches)
        .filter((name) => name !== 'current')
        .map((name) => read(differentiate(theta, [name]).task));
      return gem.gradient?.(theta, differentiate, step) ?? differentiate(theta);
    },
    carry(next, slope, step) {
      seen.push({
        task: learner?.task ?? -1,
        batches: batches as Batches,
        own,
        old: gradients,
        taken: read(slope.total),
      });
      return gem.carry?.(next, slope, step) ?? {};
    },
  };
  const run = await runToy({ ...spec, eager: true }, { method: watched });
  expect(run.error).toBeUndefined();
  return { seen, run };
}

/** How far a step points against an old task, as a cosine; 0 where it does not. */
const harm = ({ taken, old }: Seen) =>
  Math.max(0, ...old.map((gradient) => -dot(taken, gradient) / (norm(taken) * norm(gradient))));
const isAgainst = ({ own, old }: Seen) => old.some((gradient) => dot(own, gradient) < 0);

describe('a step of GEM', () => {
  it.each<[string, ToySpec['methods']]>([
    ['alone', {}],
    // The step has the penalty, and the gradients of old tasks have not.
    ['beside EWC', { ewc: { lambda: 50 } }],
  ])(
    'raises the loss of no old task to first order, and is unchanged to the bit where the gradient did not either: %s',
    async (_, before) => {
      const { seen } = await steps({ margin: 0, ridge: 0 }, before);
      const later = seen.filter(({ task }) => task > 0);
      let projected = 0;
      for (const step of later) {
        expect(step.old.length).toBe(step.task);
        if (!isAgainst(step)) expect(step.taken).toEqual(step.own);
        else {
          projected += 1;
          expect(harm(step)).toBeLessThan(1e-5);
        }
      }
      expect(projected).toBeGreaterThan(2);
      expect(projected).toBeLessThan(later.length);
    },
  );

  it('is the nearest such step: a sum of the gradient and of old ones that it is orthogonal to, each with a share of 0 or more', async () => {
    const { seen } = await steps({ margin: 0, ridge: 0 });
    for (const step of seen.filter((one) => one.old.length > 0 && isAgainst(one))) {
      const removed = step.taken.map((value, i) => value - (step.own[i] ?? 0));
      // ‖g̃ − g‖² = (g̃ − g) · Σ v_k g_k with g̃ · g_k = 0 wherever v_k > 0.
      expect(Math.abs(dot(removed, step.taken)) / (norm(removed) * norm(step.taken))).toBeLessThan(1e-4);
    }
  });

  it('with a margin has dual variables of at least the margin, for all old tasks, once one constraint is violated', async () => {
    const { seen } = await steps({ margin: 0.5, ridge: 0 });
    let pushed = 0;
    for (const step of seen.filter(({ task }) => task > 0)) {
      if (!isAgainst(step)) {
        expect(step.taken).toEqual(step.own);
        continue;
      }
      pushed += 1;
      expect(harm(step)).toBeLessThan(1e-5);
      const products = productsOf([step.own, ...step.old]);
      const [v] = dualVariables(products, { margin: 0.5, ridge: 0 });
      expect(Math.min(...v)).toBeGreaterThanOrEqual(0.5);
      const wanted = step.own.map(
        (value, i) => value + step.old.reduce((sum, g, k) => sum + (v[k] ?? NaN) * (g[i] ?? NaN), 0),
      );
      const off = step.taken.map((value, i) => value - (wanted[i] ?? NaN));
      expect(norm(off) / norm(wanted)).toBeLessThan(1e-4);
    }
    expect(pushed).toBeGreaterThan(2);
  });

  it('with the ridge of the authors may miss a constraint by ridge times its dual variable, and no more', async () => {
    const ridge = 0.01;
    const { seen } = await steps({ margin: 0, ridge });
    for (const step of seen.filter((one) => one.old.length > 0 && isAgainst(one))) {
      const [v] = dualVariables(productsOf([step.own, ...step.old]), { margin: 0, ridge });
      step.old.forEach((gradient, k) => {
        const rounding = 1e-5 * norm(step.taken) * norm(gradient);
        expect(dot(step.taken, gradient)).toBeGreaterThanOrEqual(-ridge * (v[k] ?? NaN) - rounding);
      });
    }
  });

  it('asks all of the last examples of each old task, and of the present task none', async () => {
    const { seen } = await steps({});
    const met = new Map<number, number[]>();
    for (const { task, batches } of seen) {
      const { current, ...old } = batches;
      expect(Object.keys(old).length).toBe(task);
      Object.values(old).forEach(({ indices, tasks, apart, weights }, k) => {
        expect(apart).toBe(true);
        expect([...indices]).toEqual(met.get(k)?.slice(-12));
        expect(new Set(tasks)).toEqual(new Set([k]));
        // A mean: how long g_k is counts where there is a margin.
        for (const weight of weights) expect(weight).toBeCloseTo(1 / 12, 7);
      });
      // The first pass alone: 80 examples are 5 batches of 16.
      const so = met.get(task) ?? [];
      if (so.length < 80) met.set(task, [...so, ...current.indices]);
    }
  });

  it('says in its views how often it was projected', async () => {
    const { seen, run } = await steps({});
    const angles = ofType(run.events, 'mechanism').map(({ views }) => ofKind(views, 'angle')[0]);
    expect(angles[0]).toBeUndefined();
    for (const task of [1, 2]) {
      const own = seen.filter((step) => step.task === task);
      expect(angles[task]?.pairs[0]?.steps).toBe(own.length);
      expect(angles[task]?.pairs[0]?.event?.share).toBeCloseTo(own.filter(isAgainst).length / own.length, 6);
      const least = Math.min(
        ...own.flatMap((step) => step.old.map((g) => dot(step.own, g) / (norm(step.own) * norm(g)))),
      );
      expect(angles[task]?.pairs[0]?.least).toBeCloseTo(least, 4);
    }
    expect(viewsOf(run.events, 'memory').map(({ perTask }) => perTask)).toEqual([
      [12, 0, 0],
      [12, 12, 0],
      [12, 12, 12],
    ]);
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [12, 24, 36].map((n) => n * 65),
    );
  });
});

describe('the dual variables of GEM', () => {
  // g = (1, −2) and one old task with g_1 = (0, 2): g · g_1 = −4, g_1 · g_1 = 4.
  const products = Float32Array.of(5, -4, -4, 4);

  it.each([
    [{ margin: 0, ridge: 0 }, 1],
    [{ margin: 0, ridge: 1 }, 0.8],
    [{ margin: 0.5, ridge: 0 }, 1],
    [{ margin: 3, ridge: 0 }, 3],
  ])('are −g · g_1 / (g_1 · g_1 + ridge) of one old task, and at least the margin: %o', (settings, v) => {
    const [found, violated] = dualVariables(products, settings);
    expect(violated).toBe(true);
    expect(found[0]).toBeCloseTo(v, 6);
  });

  it('are 0 where no constraint is violated, whatever the margin', () => {
    expect(dualVariables(Float32Array.of(5, 4, 4, 4), { margin: 3, ridge: 1 })).toEqual([Float32Array.of(0), false]);
  });
});

/** Inner products of all with all, as a step computes them. */
const productsOf = (vectors: readonly Vector[]) =>
  Float32Array.from(vectors.flatMap((a) => vectors.map((b) => dot(a, b))));

describe('training with GEM', () => {
  it('is that without a remedy in the first task, bit for bit, and not in later ones', async () => {
    const losses = async (toy: ToySpec) => ofType((await runToy(toy)).events, 'step').map(({ loss }) => loss);
    const spec: ToySpec = { stream: { scenario: 'domain' }, eager: true };
    const [gem, none] = [await losses({ ...spec, methods: { gem: { perTask: 12 } } }), await losses(spec)];
    expect(gem.slice(0, 6)).toEqual(none.slice(0, 6));
    expect(gem.slice(7)).not.toEqual(none.slice(7));
  });
});
