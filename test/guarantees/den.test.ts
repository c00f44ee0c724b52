import * as tf from '@tensorflow/tfjs-core';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { den as card } from '../../src/core/methods/den';
import { parseExperiment } from '../../src/core/parse';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method, Position } from '../../src/engine/contract/method';
import type { Step } from '../../src/engine/contract/step';
import { widthsOf } from '../../src/engine/networks/blocks';
import { requireLayers } from '../../src/engine/networks/network';
import { withWidths } from '../../src/engine/networks/wider';
import { createDen } from '../../src/engine/methods/den';
import { createMethod } from '../../src/engine/methods/index';
import { checksOfSettings, contractRuns, isNative } from './contractChecks';
import { cases } from './cases';
import { headBits, type Looked } from './looked';
import { ofType, removeRunFolders, runToy, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(() => {
  removeRunFolders();
  contractRuns.removeFolders();
});

const grows = cases['den'] as ToySpec;
const denWith = (settings: object, training: Record<string, unknown> = { learningRate: 0.02 }): ToySpec => ({
  methods: { den: { ...grows.methods?.den, ...settings } },
  training,
});

interface Look extends Looked {
  readonly when: Position;
}

/** Runs it and looks at it before each phase, twice: when the phase before it is over, and when it is prepared. */
async function runObserved(spec: ToySpec, look: { over?: (at: Look) => void; prepared?: (at: Look) => void }) {
  const method = createMethod(toyManifest(spec).spec.methods);
  let learner: Learner | undefined;
  const observed: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    async beforePhase(when) {
      if (!learner) throw new Error('not begun');
      look.over?.({ when, learner, method });
      const said = await method.beforePhase?.(when);
      look.prepared?.({ when, learner, method });
      return said;
    },
  };
  const run = await runToy(spec, { method: observed });
  if (run.error) throw run.error;
  return run;
}

/** Of the tasks before one. */
const oldLogits = (at: Look, task: number, theta = at.learner.theta) =>
  Array.from({ length: task }, (_, old) => headBits(at, old, theta));

const [RETRAIN, EXPAND, SPLIT] = [1, 2, 3];

describe.each(Object.entries({ Adam: {}, momentum: { optimizer: 'sgd', momentum: 0.9 } }))(
  'DEN with %s',
  (_, recipe) => {
    it('tests old tasks with the units of their time: an expansion changes none of their logits, bit for bit', async () => {
      let compared = 0;
      let before: Uint32Array[] = [];
      const run = await runObserved(denWith({}, { ...recipe, learningRate: 0.02 }), {
        over: (at) => {
          const { task, phase } = at.when;
          if (phase === EXPAND) before = oldLogits(at, task);
          if (task === 0 || phase !== SPLIT) return;
          // Trained with what is new, before anything is split.
          expect(oldLogits(at, task)).toEqual(before);
          compared += before.length;
        },
      });
      expect(compared).toBe(3);
      expect(ofType(run.events, 'network').length).toBeGreaterThanOrEqual(2);
    });
  },
);

it('whatever becomes of units that came later, old tasks do not notice', async () => {
  const seen: string[] = [];
  await runObserved(grows, {
    prepared: (at) => {
      const { when, learner } = at;
      if (when.task !== 2 || when.phase !== SPLIT) return;
      const { stream, theta, network } = learner;
      const now = requireLayers(network, 'the test');
      const first = requireLayers(at.method.networkFor?.(0) ?? network, 'the test');
      const [inputs = 0] = now.sizes;
      const { outputs } = stream;
      const [early, late] = [first, now].map((one) => [inputs, ...widthsOf(one), outputs]) as [number[], number[]];
      expect(late[1]).toBeGreaterThan(early[1] ?? NaN);
      const changed = Float32Array.from(theta.dataSync());
      now.views.forEach(({ role, offset, size }, i) => {
        const layer = Math.floor(i / 2);
        const width = late[layer + 1] ?? 1;
        for (let k = 0; k < size; k++) {
          const [input, output] = role === 'bias' ? [-1, k] : [Math.floor(k / width), k % width];
          if (input >= (early[layer] ?? 0) || output >= (early[layer + 1] ?? 0)) changed[offset + k] = 1e3 + k;
        }
      });
      expect(oldLogits(at, 1, tf.tensor1d(changed))).toEqual(oldLogits(at, 1));
      seen.push('compared');
    },
  });
  expect(seen).toEqual(['compared']);
});

it('trains in each phase what the paper says, and leaves all else as it was, bit for bit', async () => {
  let start: { phase: number; theta: Float32Array; roles: Uint8Array } | undefined;
  const seen: number[] = [];
  await runObserved(grows, {
    over: ({ when, learner }) => {
      if (!start || when.task !== 2) return;
      const now = learner.theta.dataSync();
      let [held, moved] = [0, 0];
      start.roles.forEach((role, i) => {
        const isSame = Object.is(now[i], start?.theta[i]);
        if (role === 0) expect(isSame).toBe(true);
        if (role === 0) held++;
        else if (!isSame) moved++;
      });
      expect(held).toBeGreaterThan(0);
      expect(moved).toBeGreaterThan(0);
      seen.push(start.phase);
    },
    prepared: ({ when, learner }) => {
      if (when.task !== 2) return;
      const roles = learner.memory.bytes('den/roles');
      start = { phase: when.phase, theta: Float32Array.from(learner.theta.dataSync()), roles };
      const { views } = learner.network;
      const trained = views.map(({ offset, size }) => roles.subarray(offset, offset + size).filter(Boolean).length);
      const own = learner.stream.heads[2]?.length ?? 0;
      // The head alone, in every phase no column of another.
      if (when.phase === 0) expect(trained.slice(0, -2)).toEqual([0, 0, 0, 0]);
      expect(trained.at(-1)).toBe(own);
      expect(trained.at(-2)).toBeLessThanOrEqual((own * (views.at(-2)?.size ?? 0)) / learner.stream.outputs);
    },
  });
  expect(seen).toEqual([0, RETRAIN, EXPAND]);
});

describe('a step', () => {
  const vector = (...values: number[]) => tf.tensor1d(values);
  const method = createDen(card.settings.parse({ l2: 0.3, lambda: 0.7, l1: 0.05 }));
  const tensors = () => ({
    theta: vector(2, -1, 5, 0.5),
    constants: { trained: vector(1, 1, 0, 1), before: vector(1, -1, 4, 2), anchored: vector(1, 0, 0, 1) },
  });

  it('has half of L2 of what is trained, and λ/2 of the squared way of old weights in it', () => {
    const found = method.penalty?.(tensors().theta, tensors() as unknown as Step);
    const size = (0.3 / 2) * (2 ** 2 + 1 + 0.5 ** 2);
    const drift = (0.7 / 2) * ((2 - 1) ** 2 + (0.5 - 2) ** 2);
    expect(found?.value.dataSync()[0]).toBeCloseTo(size + drift, 5);
    [0.3 * 2 + 0.7, -0.3, 0, 0.15 - 0.7 * 1.5].forEach((value, i) =>
      expect(found?.gradient.dataSync()[i]).toBeCloseTo(value, 5),
    );
  });

  it('shrinks what is trained by μ, and keeps the rest', () => {
    const proposed = { theta: vector(3, -0.04, 9, -0.25), slots: {} };
    const next = method.update?.(proposed, undefined as never, tensors() as unknown as Step).theta?.dataSync() ?? [];
    [3 - 0.05, 0, 5, -0.2].forEach((value, i) => expect(next[i]).toBeCloseTo(value, 6));
    expect(next[1]).toBe(0);
  });
});

describe('the network', () => {
  const grown = (run: Awaited<ReturnType<typeof runToy>>) => ofType(run.events, 'network').length;
  const widthsIn = (run: Awaited<ReturnType<typeof runToy>>) =>
    viewsOf(run.events, 'layers')
      .filter(({ quantity }) => quantity === 'units')
      .map(({ layers }) => layers.map(({ value }) => value));

  it('grows in every task where τ is 0, and in none where no loss is as large as τ or no unit may come', async () => {
    const still = { driftThreshold: 1e6 };
    expect(grown(await runToy(denWith({ ...still, lossThreshold: 0 })))).toBeGreaterThanOrEqual(2);
    expect(grown(await runToy(denWith({ ...still, lossThreshold: 1e6 })))).toBe(0);
    expect(grown(await runToy(denWith({ ...still, units: 0 })))).toBe(0);
  });

  it('drops all new units where the group lasso leaves them nothing', async () => {
    const run = await runToy(denWith({ groupLasso: 10, driftThreshold: 1e6 }));
    expect(widthsIn(run)).toEqual([
      [12, 10],
      [12, 10],
      [12, 10],
    ]);
    // It grew and shrank, twice.
    expect(ofType(run.events, 'network').map(({ parameters }) => parameters)).toHaveLength(4);
  });

  it('splits without expanding, unless as released', async () => {
    const still = { lossThreshold: 1e6, driftThreshold: 0.01 };
    expect(widthsIn(await runToy(denWith(still)))).toEqual([
      [12, 10],
      [15, 13],
      [18, 16],
    ]);
    expect(grown(await runToy(denWith({ ...still, splitOnlyIfExpanded: true })))).toBe(0);
  });

  it('is counted: what stays between tasks are widths, and what the newest selected', async () => {
    const run = await runToy(grows);
    expect(ofType(run.events, 'task-end').map(({ memoryBytes }) => memoryBytes)).toEqual(
      [0, 1, 2].map(() => 4 * (3 * 2 + 2)),
    );
    const sizes = ofType(run.events, 'network').map(({ parameters }) => parameters);
    const [last = [NaN, NaN]] = widthsIn(run).slice(-1);
    const [a = NaN, b = NaN] = last.map((width) => width ?? NaN);
    expect(sizes.at(-1)).toBe(64 * a + a + a * b + b + b * 6 + 6);
  });

  it('is refused before it starts to grow where it would not fit into memory, with its size', async () => {
    const machine = vi.spyOn(process, 'constrainedMemory').mockReturnValue(2 ** 16);
    const run = await runToy(denWith({ units: 300 }));
    machine.mockRestore();
    expect(run.error?.message).toMatch(/^Out of memory: training a network of [\d,]+ parameters/);
    expect(ofType(run.events, 'network')).toEqual([]);
    expect(ofType(run.events, 'task-end').length).toBe(1);
  });

  it('of a task is that of its widths', async () => {
    await runObserved(grows, {
      prepared: ({ when, learner, method }) => {
        if (when.task !== 2) return;
        const [present, then] = [learner.network, method.networkFor?.(0)].map((one) =>
          requireLayers(one ?? learner.network, 'the test'),
        );
        if (!present || !then) throw new Error('no networks');
        expect(then.architecture).toEqual(withWidths(present, [12, 10]).architecture);
        expect(method.networkFor?.(0)).toBe(then);
        expect(method.networkFor?.(2)).toBe(learner.network);
      },
    });
  });
});

// What every method must keep to is tried with defaults; here as the authors' code has it.
it('as released it is resumed at every chance, or where steps are compiled they are as eager ones', async () => {
  const checks = checksOfSettings(cases['DEN as released, permuted, with sigmoid outputs and dropout'] as ToySpec);
  if (isNative) await checks.sameEagerly();
  else await checks.sameInPieces();
});

describe('an experiment', () => {
  const problemsOf = (stream: object, network: object = {}, entry: object = {}) =>
    parseExperiment(
      JSON.stringify({
        name: 'DEN',
        stream: { dataset: 'mnist', kind: 'permuted', tasks: 10, ...stream },
        network: { kind: 'mlp', hidden: [312, 128], ...network },
        methods: [{ method: 'den', ...entry }],
      }),
    ).problems.map(({ message }) => message);

  it('is refused where DEN is not defined, with the reason', () => {
    expect(problemsOf({ scenario: 'task' })).toEqual([]);
    expect(problemsOf({ scenario: 'domain' }).join()).toContain('DEN needs a head per task');
    expect(problemsOf({ scenario: 'task' }, { kind: 'cnn', hidden: [10] }).join()).toContain('dense layers');
    expect(problemsOf({ scenario: 'task' }, {}, { units: 500 })).toEqual([
      'Over 10 tasks a hidden layer can grow to 9312 units, and it can have 8192 at most.',
    ]);
    expect(card.scenarios.class.fit).toBe('task-aware only');
  });

  it('has the five switches of the released code under one name', () => {
    const { experiment } = parseExperiment(
      JSON.stringify({
        name: 'DEN',
        stream: { dataset: 'mnist', kind: 'permuted', tasks: 2, scenario: 'task' },
        methods: [{ method: 'den', preset: 'released' }],
      }),
    );
    const { settings } = experiment?.variants.find(({ methods }) => methods[0]?.method === 'den')?.methods[0] ?? {};
    expect(settings).toMatchObject({ ...card.presets?.['released'], lambda: 0.5, l1: 1e-5, units: 10 });
    expect(Object.values(card.presets?.['released'] ?? {})).toEqual(Array(5).fill(true));
  });
});
