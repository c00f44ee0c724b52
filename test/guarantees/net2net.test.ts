import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { growthOf } from '../../src/core/memoryNeeds';
import { parseExperiment } from '../../src/core/parse';
import { isOwnNetwork } from '../../src/core/recipe';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Learner } from '../../src/engine/contract/learner';
import type { Method } from '../../src/engine/contract/method';
import { createMethod } from '../../src/engine/methods/index';
import { widthsOf } from '../../src/engine/networks/blocks';
import { requireLayers } from '../../src/engine/networks/network';
import { checksOfSettings, contractRuns, isNative } from './contractChecks';
import { testedLogits } from './looked';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, viewsOf, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(() => {
  removeRunFolders();
  contractRuns.removeFolders();
});

/** What a run is right before its network grows, and right after. */
interface Grown {
  readonly task: number;
  readonly widths: readonly (readonly number[])[];
  readonly logits: readonly Float32Array[];
}

/** Runs it, and looks at it before and after each growth. */
async function runObserved(spec: ToySpec) {
  const grown: Grown[] = [];
  const method = createMethod(toyManifest(spec).spec.methods);
  let learner: Learner | undefined;
  const look = (own: Method) => {
    if (!learner) throw new Error('not begun');
    const at = { learner, method: own };
    return { widths: widthsOf(requireLayers(learner.network, 'the test')), logits: testedLogits(at, 0) };
  };
  const observed: Method = {
    ...method,
    begin(own) {
      learner = own;
      method.begin?.(own);
    },
    async beforePhase(position) {
      const before = look(method);
      await method.beforePhase?.(position);
      const after = look(method);
      if (before.widths.join() === after.widths.join()) return;
      const [widths, logits] = [
        [before.widths, after.widths],
        [before.logits, after.logits],
      ];
      grown.push({ task: position.task, widths, logits });
    },
  };
  return { grown, run: await runToy(spec, { method: observed }) };
}

const convolutional = { kind: 'cnn', conv: [4, 6], hidden: [8] };
const grows: ToySpec = { methods: { net2net: {} } };

describe('Net2Net', () => {
  it.each<[string, ToySpec, (readonly number[])[]]>([
    [
      'wider',
      grows,
      [
        [12, 10],
        [18, 15],
        [24, 20],
      ],
    ],
    [
      'wider by equal shares',
      { methods: { net2net: { asymmetry: 0 } } },
      [
        [12, 10],
        [18, 15],
        [24, 20],
      ],
    ],
    [
      'deeper',
      { methods: { net2net: { widen: 0, deepen: 1 } } },
      [
        [12, 10],
        [12, 10, 10],
        [12, 10, 10, 10],
      ],
    ],
    [
      'both, once',
      { methods: { net2net: { deepen: 2, after: [2] } } },
      [
        [12, 10],
        [18, 15, 15, 15],
      ],
    ],
    [
      'convolutions',
      { methods: { net2net: { deepen: 1 } }, network: convolutional },
      [
        [4, 6, 8],
        [6, 9, 12, 12],
        [8, 12, 16, 18, 18],
      ],
    ],
    [
      'with dropout',
      { methods: { net2net: { deepen: 1 } }, network: { dropout: 0.3 } },
      [
        [12, 10],
        [18, 15, 15],
        [24, 20, 23, 23],
      ],
    ],
  ])('stays the same function when it grows, within 1e-6: %s', async (_, spec, widths) => {
    const { grown, run } = await runObserved({ ...spec, training: { learningRate: 0.03 } });
    expect(run.error).toBeUndefined();
    expect([grown[0]?.widths[0], ...grown.map((one) => one.widths[1])]).toEqual(widths);
    for (const { logits } of grown) {
      const [before = new Float32Array(), after] = logits;
      const largest = Math.max(...before.map(Math.abs));
      expect(largest).toBeGreaterThan(0.1);
      before.forEach((value, i) => expect(Math.abs(value - (after?.[i] ?? NaN)) / largest).toBeLessThan(1e-6));
    }
    expect(ofType(run.events, 'network').map(({ task }) => task)).toEqual(grown.map(({ task }) => task));
  });

  it('comes to the parameters that are foreseen, and shows those of each layer', async () => {
    for (const spec of [grows, { methods: { net2net: { deepen: 1 } }, network: convolutional }]) {
      const { stream } = await toyLearner(spec);
      const { network, methods } = toyManifest(spec).spec;
      if (isOwnNetwork(network)) throw new Error('a network of the user');
      const heads = stream.heads.map(({ length }) => length);
      const growth = growthOf(methods, { network, image: stream.dataset.shape, outputs: stream.outputs, heads });
      const { events } = await runToy(spec);
      const { parameters } = ofType(events, 'network').at(-1) ?? {};
      expect(parameters).toBe(growth?.parameters);
      const shown = viewsOf(events, 'layers').filter(({ title }) => title === 'Parameters of each layer');
      expect(shown.at(-1)?.layers.reduce((sum, { value }) => sum + (value ?? 0), 0)).toBe(parameters);
    }
  });

  it.each([0, 0.1])(
    'with plain SGD copies part where they are heard in unequal shares alone: asymmetry %d',
    async (asymmetry) => {
      const training = { optimizer: 'sgd', momentum: 0, learningRate: 0.1 };
      const spec: ToySpec = { methods: { net2net: { asymmetry, after: [2] } }, training };
      let same = NaN;
      const method = createMethod(toyManifest(spec).spec.methods);
      let learner: Learner | undefined;
      await runToy(spec, {
        method: {
          ...method,
          begin(own) {
            learner = own;
            method.begin?.(own);
          },
          afterTask(task) {
            if (task < 2 || !learner) return;
            const [view] = learner.network.views;
            const [inputs = 0, units = 0] = view?.shape ?? [];
            const theta = learner.theta.dataSync();
            const unit = (at: number) => Array.from({ length: inputs }, (_, i) => theta[i * units + at]).join();
            same = units - new Set(Array.from({ length: units }, (_, at) => unit(at))).size;
          },
        },
      });
      // A unit that never fires gets no gradient, and neither do its copies.
      if (asymmetry === 0) expect(same).toBe(6);
      else expect(same).toBeLessThan(4);
    },
  );

  it('learns as no remedy does until it grows', async () => {
    const losses = async (spec: ToySpec) => ofType((await runToy(spec)).events, 'step').map(({ loss }) => loss);
    const [none, grown] = [await losses({}), await losses({ methods: { net2net: { after: [2] } } })];
    const before = (2 * none.length) / 3;
    expect(grown.slice(0, before)).toEqual(none.slice(0, before));
    expect(grown.slice(before + 1)).not.toEqual(none.slice(before + 1));
  });

  it.each(
    Object.entries({
      'a dense network': grows,
      'a convolutional one, deeper too': { methods: { net2net: { deepen: 1 } }, network: convolutional },
    }),
  )('stopped or killed at every chance it comes to the same numbers: %s', async (_, spec: ToySpec) => {
    const checks = checksOfSettings(spec);
    await checks.sameInPieces();
    if (isNative) await checks.sameEagerly();
  });

  it('is refused where it cannot grow so', () => {
    const problemsOf = (settings: object, network: object = {}) =>
      parseExperiment(
        JSON.stringify({ name: 'x', stream: { tasks: 5 }, network, methods: [{ method: 'net2net', ...settings }] }),
      ).problems.map(({ path, message }) => `${path.slice(2).join('.')}: ${message}`);
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ widen: 0 })).toEqual(['widen: With "widen": 0 and "deepen": 0 the network never grows.']);
    expect(problemsOf({ after: [1, 5] })[0]).toContain('after: The stream has 5 tasks');
    expect(problemsOf({ deepen: 2 })[0]).toContain('deepen: The network comes to 10 fully connected hidden layers');
    expect(problemsOf({ widen: 10 })[0]).toContain('widen: A hidden layer comes to 16400 units');
    expect(problemsOf({ deepen: 1 }, { kind: 'cnn', hidden: [] })[0]).toContain('deepen: A layer comes after a fully');
    expect(problemsOf({}, { kind: 'resnet18' })[0]).toContain('"kind": "mlp" or "cnn"');
  });
});
