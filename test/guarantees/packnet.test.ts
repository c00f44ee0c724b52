import * as tf from '@tensorflow/tfjs-core';
import { afterAll, describe, expect, it, vi } from 'vitest';
import type { RunEvent } from '../../src/core/events';
import { createMethod } from '../../src/engine/methods/index';
import type { Learner } from '../../src/engine/contract/learner';
import { widthsWithRoom } from '../../src/engine/methods/packnetGrowth';
import { smallest } from '../../src/engine/methods/packnet';
import { requireLayers } from '../../src/engine/networks/network';
import { checksOfSettings, contractRuns, isNative } from './contractChecks';
import { headBits, lookedInto } from './looked';
import {
  ofType,
  parametersAfter,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  viewsOf,
  type ToySpec,
} from './toyRuns';

afterAll(() => {
  removeRunFolders();
  contractRuns.removeFolders();
});

interface Record_ {
  /** [learned][task]: bits of the logits of all test images of the task, its own head only. */
  readonly logits: Uint32Array[][];
  /** After each task: who owns what, and the parameters. */
  readonly owners: Uint8Array[];
  readonly theta: Float32Array[];
}

/** Runs PackNet and looks at it after every task. */
async function runObserved(spec: ToySpec): Promise<Record_ & { run: Awaited<ReturnType<typeof runToy>> }> {
  const seen: Record_ = { logits: [], owners: [], theta: [] };
  const observed = lookedInto(createMethod(toyManifest(spec).spec.methods), (at, task) => {
    seen.logits.push(Array.from({ length: task + 1 }, (_, old) => headBits(at, old)));
    seen.owners.push(at.learner.memory.bytes('packnet/owner'));
    seen.theta.push(Float32Array.from(at.learner.theta.dataSync()));
  });
  return { ...seen, run: await runToy(spec, { method: observed }) };
}

const recipes: Record<string, ToySpec['training']> = {
  Adam: { learningRate: 0.03 },
  momentum: { optimizer: 'sgd', momentum: 0.9, learningRate: 0.1 },
};
const scenarios = ['class', 'task'];

describe.each(Object.entries(recipes))('PackNet with %s', (_, training) => {
  it.each(scenarios)(
    'never changes the logits of a learned task again, bit for bit (%s-incremental)',
    async (scenario) => {
      const { logits, run } = await runObserved({ methods: { packnet: {} }, stream: { scenario }, training });
      expect(run.status).toBe('done');
      expect(logits.map((tasks) => tasks.length)).toEqual([1, 2, 3]);
      for (const task of [0, 1]) {
        const once = logits[task]?.[task];
        expect(new Set(once).size).toBeGreaterThan(20);
        for (const later of logits.slice(task + 1)) expect(later[task]).toEqual(once);
      }
    },
  );

  it('never moves a weight or a hidden bias of an earlier task, and trains those of the current one', async () => {
    const { owners, theta, run } = await runObserved({ methods: { packnet: {} }, training });
    for (const task of [1, 2]) {
      const [before, after, owner] = [theta[task - 1], theta[task], owners[task - 1]];
      if (!before || !after || !owner) throw new Error('not observed');
      const moved = [...after.keys()].filter((i) => !Object.is(after[i], before[i]));
      expect(moved.filter((i) => (owner[i] ?? 0) >= 1 && (owner[i] ?? 0) <= task)).toEqual([]);
      expect(moved.length).toBeGreaterThan(50);
      // What is not learned again after pruning stays exactly zero.
      if (task < 2) owners[task]?.forEach((own, i) => own === 0 && expect(after[i]).toBe(0));
    }
    const biases = [0, 1, 2].map((task) => parametersAfter(run.folder, task)['layer1.bias']?.values);
    expect(biases[1]).toEqual(biases[0]);
    expect(biases[2]).toEqual(biases[0]);
  });
});

describe('the state of the optimiser', () => {
  it('starts anew in every phase: a first step of Adam has the size of the learning rate', async () => {
    const spec: ToySpec = { methods: { packnet: {} } };
    const packnet = createMethod(toyManifest(spec).spec.methods);
    const sizes: number[] = [];
    let fresh = false;
    const run = await runToy(spec, {
      method: {
        ...packnet,
        async beforePhase(position) {
          await packnet.beforePhase?.(position);
          fresh = true;
        },
        update(proposed, slope, step) {
          // Largest change: with old moments the corrections of a first step would blow it up.
          if (fresh) sizes.push(tf.max(tf.abs(tf.sub(proposed.theta, step.theta))).dataSync()[0] as number);
          fresh = false;
          return packnet.update?.(proposed, slope, step) ?? {};
        },
      },
    });
    expect(run.status).toBe('done');
    // Train and retrain of two tasks, and the last one.
    const expected = [0.01, 0.001, 0.01, 0.001, 0.01];
    expect(sizes.length).toBe(expected.length);
    sizes.forEach((size, i) => expect(size / (expected[i] ?? NaN)).toBeCloseTo(1, 3));
  });
});

describe('the capacity of PackNet', () => {
  const occupancies = (events: readonly RunEvent[]) => viewsOf(events, 'capacity').map(({ layers }) => layers);

  it.each([0.5, 0.75, 0])(
    'after task k is 1 − p^k of each hidden layer; the last task is not pruned (p = %s)',
    async (prune) => {
      // Layers of 64 · 16 and 16 · 16 weights: the shares are whole numbers. Small steps: units that die leave ties at 0.
      // Two weights may still be equally small by chance of rounding, and are pruned together.
      const spec: ToySpec = {
        methods: { packnet: { prune } },
        network: { hidden: [16, 16] },
        training: { learningRate: 0.003 },
      };
      const { run } = await runObserved(spec);
      const layers = occupancies(run.events);
      expect(layers.length).toBe(3);
      layers.forEach((views, task) => {
        for (const { free, perTask } of views.slice(0, 2)) {
          const size = free + perTask.reduce((sum, n) => sum + n, 0);
          const share = task === 2 ? 0 : size * prune ** (task + 1);
          expect(free).toBeGreaterThanOrEqual(share);
          expect(free).toBeLessThanOrEqual(share === 0 ? 0 : share + 1);
        }
        // Heads are the output columns of each task's classes, and are never pruned.
        expect(views[2]).toMatchObject({ free: 0, perTask: [32, 32, 32] });
      });
    },
  );

  it('is that of filters too, and the head alone belongs to the tasks from the start', async () => {
    // 9 · 8 and 9 · 8 · 8 weights of filters, 4 · 8 · 6 of the head.
    const { run, logits } = await runObserved({
      methods: { packnet: { prune: 0.5 } },
      network: { kind: 'cnn', conv: [8, 8], hidden: [] },
    });
    expect(run.error).toBeUndefined();
    const last = occupancies(run.events).at(-1);
    expect(last).toEqual([
      { name: 'conv1.weights', free: 0, perTask: [36, 18, 18] },
      { name: 'conv2.weights', free: 0, perTask: [288, 144, 144] },
      { name: 'layer3.weights', free: 0, perTask: [64, 64, 64] },
    ]);
    expect(logits[2]?.[0]).toEqual(logits[0]?.[0]);
    expect(logits[2]?.[1]).toEqual(logits[1]?.[1]);
  });

  it('takes one share for each task from a list, and retrains as long as asked at a tenth of the rate', async () => {
    const spec: ToySpec = { methods: { packnet: { prune: [0.5, 0.25], retrain: 0.5 } }, network: { hidden: [16, 16] } };
    const { run } = await runObserved(spec);
    const [first, second] = occupancies(run.events).map(([layer]) => layer);
    expect(first?.free).toBe(512);
    expect(second?.free).toBe(128);
    expect(ofType(run.events, 'started')[0]?.steps).toEqual([9, 9, 6]);
    const phases = createMethod(toyManifest(spec).spec.methods);
    expect(phases.taskAwareOnly).toBe(true);
  });

  it('is the same without retraining, where pruning comes at the end of the task', async () => {
    const { run, logits } = await runObserved({
      methods: { packnet: { prune: 0.5, retrain: 0 } },
      network: { hidden: [16, 16] },
    });
    expect(ofType(run.events, 'started')[0]?.steps).toEqual([6, 6, 6]);
    const free = occupancies(run.events).map(([first]) => first?.free);
    expect(free).toEqual([512, 256, 0]);
    expect(logits[2]?.[0]).toEqual(logits[0]?.[0]);
  });

  it('prunes too where the share of steps to retrain comes to less than one', async () => {
    const spec: ToySpec = { methods: { packnet: { prune: 0.5, retrain: 0.01 } }, network: { hidden: [16, 16] } };
    const { run } = await runObserved(spec);
    expect(ofType(run.events, 'started')[0]?.steps).toEqual([7, 7, 6]);
    const free = occupancies(run.events).map(([first]) => first?.free);
    expect(free).toEqual([512, 256, 0]);
  });

  it('has no class-incremental accuracy, and a task-aware one that is never forgotten', async () => {
    const { run } = await runObserved({ methods: { packnet: {} }, training: { learningRate: 0.03, iterations: 20 } });
    const rows = ofType(run.events, 'task-end');
    expect(rows.flatMap(({ accuracy }) => accuracy)).toEqual(Array.from({ length: 9 }, () => null));
    expect(rows[2]?.taskAware[0]).toBe(rows[0]?.taskAware[0]);
    expect(rows[2]?.taskAware[1]).toBe(rows[1]?.taskAware[1]);
    expect(rows[0]?.taskAware[0]).toBeGreaterThan(0.9);
  });
});

describe('what is pruned', () => {
  const theta = new Float32Array([9, 0.5, -0.1, 0.3, -0.3, 0.3, -2, 0.2]);
  const owner = new Uint8Array([1, 1, 1, 1, 1, 1, 2, 1]);

  it('are the smallest magnitudes of the owner within the layer', () => {
    expect(smallest(theta, owner, 1, 1, 7, 2 / 6)).toEqual([2, 7]);
    expect(smallest(theta, owner, 2, 1, 7, 1)).toEqual([6]);
  });

  it('includes all ties with the last one', () => {
    expect(smallest(theta, owner, 1, 1, 7, 3 / 6)).toEqual([2, 3, 4, 5, 7]);
  });

  it('is nothing when the share rounds to no weight', () => {
    expect(smallest(theta, owner, 1, 1, 7, 0.08)).toEqual([]);
    expect(smallest(theta, owner, 3, 1, 7, 0.9)).toEqual([]);
  });
});

it('says in the log where it trains, prunes and trains again', async () => {
  const { events } = await runToy({ methods: { packnet: { retrain: 0.5 } }, training: { iterations: 8 } });
  const said = ofType(events, 'phase').filter(({ task }) => task === 0);
  expect(said.map(({ name, step, steps }) => [name, step, steps])).toEqual([
    ['train', 0, 8],
    ['prune', 8, undefined],
    ['retrain', 8, 4],
  ]);
});

describe('PackNet that grows when it is full', () => {
  const grows: ToySpec = { methods: { packnet: { prune: 0.4, growBelow: 0.7 } } };
  const convolutional: ToySpec = {
    ...grows,
    network: { kind: 'cnn', conv: [4, 6], hidden: [8] },
    stream: { kind: 'permuted', scenario: 'task' },
  };

  it.each(Object.entries({ 'a dense network': grows, 'a convolutional one': convolutional }))(
    'never changes the logits of a learned task again, bit for bit: %s',
    async (_, spec) => {
      const { logits, run } = await runObserved({ ...spec, training: { learningRate: 0.03 } });
      expect(run.error).toBeUndefined();
      expect(ofType(run.events, 'network').map(({ task }) => task)).toEqual([1, 2]);
      for (const task of [0, 1]) {
        const once = logits[task]?.[task];
        expect(new Set(once).size).toBeGreaterThan(20);
        for (const later of logits.slice(task + 1)) expect(later[task]).toEqual(once);
      }
      const rows = ofType(run.events, 'task-end');
      for (const task of [0, 1]) expect(rows[2]?.taskAware[task]).toBe(rows[task]?.taskAware[task]);
    },
  );

  it('is the same function before and after, and learns with the new units', async () => {
    const packnet = createMethod(toyManifest(grows).spec.methods);
    const found: { before: number; after: number; parameters: number }[] = [];
    let learner: Learner | undefined;
    const lossOf = (task: number) =>
      learner?.loss({ task, indices: learner.examples[task] ?? new Int32Array() }) ?? NaN;
    const run = await runToy(grows, {
      method: {
        ...packnet,
        begin(own) {
          learner = own;
          packnet.begin?.(own);
        },
        async beforePhase(position) {
          // The network as it is, its untrained heads too: what is tested is that of each task.
          const before = lossOf(position.task);
          await packnet.beforePhase?.(position);
          if (position.phase === 0)
            found.push({ before, after: lossOf(position.task), parameters: learner?.network.parameterCount ?? 0 });
        },
      },
    });
    expect(run.error).toBeUndefined();
    expect(found.map(({ parameters }) => parameters)).toEqual(
      [...found.map(({ parameters }) => parameters)].sort((a, b) => a - b),
    );
    expect(found.length).toBe(3);
    for (const { before, after } of found) expect(Math.abs(after - before)).toBeLessThan(1e-6);
    const [, second, third] = [0, 1, 2].map((task) => parametersAfter(run.folder, task)['layer2.weights']);
    // Weights from new units to old ones are 0 when they come, and are not when the task was learned.
    const fromNew = second?.values.subarray(12 * (second.shape[1] ?? 0)) ?? new Float32Array();
    expect(fromNew.filter((value) => value !== 0).length).toBeGreaterThan(10);
    expect(third?.shape).toEqual([24, 20]);
  });

  it('says so in the log: the size of the network over time, in its views too', async () => {
    const { events } = await runToy(grows);
    const sizes = ofType(events, 'network').map(({ parameters }) => parameters);
    const started = ofType(events, 'started')[0]?.parameters ?? NaN;
    const shown = viewsOf(events, 'layers').map(({ layers }) =>
      layers.reduce((sum, { value }) => sum + (value ?? 0), 0),
    );
    expect(shown).toEqual([started, ...sizes]);
    expect(ofType(events, 'phase').filter(({ name }) => name === 'grow').length).toBe(2);
    expect(viewsOf(events, 'capacity').length).toBe(3);
  });

  it.each(Object.entries({ 'a dense network': grows, 'a convolutional one': convolutional }))(
    'stopped or killed at every chance, in the middle of growing too, it comes to the same numbers: %s',
    async (_, spec) => {
      const checks = checksOfSettings(spec);
      await checks.sameInPieces();
      if (isNative) await checks.sameEagerly();
    },
  );

  it('is refused before it starts where the network would not fit into memory, with its size', async () => {
    const machine = vi.spyOn(process, 'constrainedMemory').mockReturnValue(2 ** 16);
    const run = await runToy({ ...grows, methods: { packnet: { growBelow: 0.7, growBy: 10 } } });
    machine.mockRestore();
    expect(run.error?.message).toMatch(
      /^Out of memory: training a network of [\d,]+ parameters takes at least .+65\.5 kB/,
    );
    expect(ofType(run.events, 'network')).toEqual([]);
    expect(ofType(run.events, 'task-end').length).toBe(1);
  });

  it('widens the layers of which too little is free, by a share of what they began with', async () => {
    const network = requireLayers((await toyLearner(grows)).network, 'the test');
    const owner = new Uint8Array(network.parameterCount).fill(1);
    const [first, second] = network.views.filter(({ role }) => role === 'weights');
    owner.fill(0, second?.offset, (second?.offset ?? 0) + (second?.size ?? 0) / 2);
    const widths = (below: number, by: number) => widthsWithRoom(network, owner, [10, 10], { below, by });
    expect(first?.shape[1]).toBe(12);
    expect(widths(0.4, 0.5)).toEqual([17, 10]);
    expect(widths(0.5, 0.04)).toEqual([13, 10]);
    expect(widths(0.6, 1)).toEqual([22, 20]);
    expect(
      widthsWithRoom(network, new Uint8Array(network.parameterCount), [10, 10], { below: 1, by: 1 }),
    ).toBeUndefined();
  });
});
