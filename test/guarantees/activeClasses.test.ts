import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cards, methodIds, type MethodId } from '../../src/core/methods/index';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import type { Network } from '../../src/engine/contract/network';
import type { Stream } from '../../src/engine/contract/stream';
import { createMethod } from '../../src/engine/methods/index';
import { ActiveOutputs } from '../../src/engine/steps/activeOutputs';
import { cases } from './cases';
import { lookedInto, testedLogits } from './looked';
import { suitable } from './suitable';
import { largestDifference, ofType, removeRunFolders, runToy, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const activeClasses = 'all-so-far';

/** Methods that have met all classes at once, or change weights of the output layer otherwise than by the loss, and how. */
const others: Partial<Record<MethodId, string>> = {
  joint: 'all classes are met in the first step',
  separate: 'a network for each task',
  progressive: 'outputs of each task at columns of their own',
  den: 'the network is replaced',
  branching: 'the network is replaced',
  net2net: 'a wider layer below has more weights to the outputs',
  sleep: 'sleep changes weights of all layers',
  'shrink-and-perturb': 'all weights shrink and are perturbed',
};

/** Where the method's own settings bring outputs of classes still to come in. */
const own: Partial<Record<MethodId, object>> = { lwf: { outputs: 'seen' } };

/** The bits of the weights and of the bias of one output. */
function bitsOf({ views }: Network, theta: Float32Array, unit: number): Uint32Array {
  const values = views
    .filter(({ isHead }) => isHead)
    .flatMap(({ offset, size, shape }) => {
      const outputs = shape.at(-1) ?? 1;
      return Array.from(theta.subarray(offset, offset + size)).filter((_, i) => i % outputs === unit);
    });
  return new Uint32Array(Float32Array.from(values).buffer);
}

/** Of each task the outputs of which anything is another bit after it than at first, and those of the classes met. */
async function changedOutputs(spec: ToySpec): Promise<{ readonly changed: number[]; readonly met: number[] }[]> {
  const found: { changed: number[]; met: number[] }[] = [];
  const method = lookedInto(createMethod(toyManifest(spec).spec.methods), ({ learner }, task) => {
    const { stream, beginning, network } = learner;
    const theta = Float32Array.from(learner.theta.dataSync());
    const units = Array.from({ length: stream.outputs }, (_, unit) => unit);
    const changed = units.filter(
      (unit) => bitsOf(network, theta, unit).join() !== bitsOf(network, beginning.theta, unit).join(),
    );
    found.push({
      changed,
      met: stream.heads
        .slice(0, task + 1)
        .flat()
        .sort((a, b) => a - b),
    });
  });
  const run = await runToy(spec, { method });
  expect(run.error).toBeUndefined();
  expect(ofType(run.events, 'warning')).toEqual([]);
  expect(found.length).toBe(3);
  return found;
}

const inClass = methodIds.filter((id) => cards[id].scenarios.class.fit !== 'undefined');

describe('where only outputs of the classes met take part', () => {
  it.each(inClass.filter((id) => !others[id]))('%s leaves the others as they were, bit for bit', async (id) => {
    const { methods, ...spec } = suitable(id, { activeClasses });
    const found = await changedOutputs({ ...spec, methods: { [id]: { ...methods?.[id], ...own[id] } } });
    for (const { changed, met } of found) expect(changed).toEqual(met);
  });

  it.each(Object.keys(others) as MethodId[])('%s trains with it', async (id) => {
    const run = await runToy(suitable(id, { activeClasses }));
    expect(run.error).toBeUndefined();
    expect(ofType(run.events, 'warning')).toEqual([]);
  });

  it('a class that comes again counts once', () => {
    const stream = { scenario: 'class' as const, heads: [[0, 1, 2], [0, 1], [3]] } as unknown as Stream;
    const active = new ActiveOutputs(stream, {}, { activeClasses });
    expect(active.of(0)).toEqual([0, 1, 2]);
    expect(active.of(2)).toEqual([0, 1, 2, 3]);
    expect(active.meet(1, { tasks: Int32Array.of(1, 0) })).toBe(true);
    expect(active.of(0)).toEqual([0, 1, 2]);
    // What is trained on may have examples of later tasks.
    expect(active.meet(1, { tasks: Int32Array.of(1, 2) })).toBe(true);
    expect(active.of(0)).toEqual([0, 1, 2, 3]);
    expect(active.meet(2, { tasks: Int32Array.of(2) })).toBe(false);
    const inDomain = new ActiveOutputs({ ...stream, scenario: 'domain' }, {}, { activeClasses });
    expect(inDomain.of(0)).toBeUndefined();
    expect(inDomain.meet(2, { tasks: Int32Array.of(2) })).toBe(false);
  });

  it('they all change from the first task on where nothing is said', async () => {
    const [first] = await changedOutputs({});
    expect(first?.changed).toEqual([0, 1, 2, 3, 4, 5]);
  });

  it('the loss of a step is −log of the softmax over them', async () => {
    // With no step size to speak of, losses are those of the initial weights.
    const training = { activeClasses, learningRate: 1e-12, iterations: 1, batchSize: 80 };
    const wanted: number[] = [];
    const spec: ToySpec = { training, network: { hidden: [5] }, evaluation: { answers: true } };
    const method = createMethod(toyManifest(spec).spec.methods);
    const looked = lookedInto(method, (at, task) => {
      const { stream } = at.learner;
      const { outputs, unitOf, dataset } = stream;
      const met = stream.heads.slice(0, task + 1).flat();
      const logits = testedLogits(at, task);
      const losses = Array.from(stream.tasks[task]?.test ?? [], (example, row) => {
        const own = logits.subarray(row * outputs, (row + 1) * outputs);
        const sum = met.reduce((total, unit) => total + Math.exp(own[unit] as number), 0);
        return Math.log(sum) - (own[unitOf[task]?.[dataset.test.labels[example] as number] as number] as number);
      });
      wanted.push(losses.reduce((total, loss) => total + loss, 0) / losses.length);
    });
    const { events } = await runToy(spec, { method: looked });
    const ends = ofType(events, 'task-end');
    expect(wanted.length).toBe(3);
    // The loss of the test is the one of training.
    wanted.forEach((loss, task) => expect(ends[task]?.loss?.[task]).toBeCloseTo(loss, 4));
    // Two, four and six classes that nobody knows yet.
    ofType(events, 'step').forEach(({ loss }, task) => expect(loss / Math.log(2 * (task + 1))).toBeCloseTo(1, 0));
  });

  it.each(['lwf', 'icarl'] as const)('%s comes to the same whether training or the method says so', async (id) => {
    const { methods, ...spec } = id === 'icarl' ? (cases['iCaRL'] as ToySpec) : suitable('lwf', {});
    const settings = { ...methods?.[id] };
    const byMethod = await runToy({ ...spec, methods: { [id]: { ...settings, activeClasses } } });
    const byTraining = { ...spec, training: { ...spec.training, activeClasses } };
    const all = await runToy({ ...spec, methods: { [id]: settings } });
    for (const said of [settings, { ...settings, activeClasses }]) {
      const run = await runToy({ ...byTraining, methods: { [id]: said } });
      expect(largestDifference(run, byMethod)).toBeLessThan(1e-4);
    }
    expect(largestDifference(all, byMethod)).toBeGreaterThan(1e-3);
  });

  it('EWC finds nothing important to outputs that have no part', async () => {
    const spec: ToySpec = { methods: { ewc: { lambda: 100 } }, training: { activeClasses } };
    const importances: (readonly boolean[])[] = [];
    const method = lookedInto(createMethod(toyManifest(spec).spec.methods), ({ learner }) => {
      const { network, stream, memory } = learner;
      const found = memory.floats('ewc/fisher');
      if (found.length === 0) return;
      const zeros = new Float32Array(found.length);
      importances.push(
        Array.from(
          { length: stream.outputs },
          (_, unit) => bitsOf(network, found, unit).join() !== bitsOf(network, zeros, unit).join(),
        ),
      );
    });
    await runToy(spec, { method });
    expect(importances.map((one) => one.filter(Boolean).length)).toEqual([2, 4, 6]);
  });
});
