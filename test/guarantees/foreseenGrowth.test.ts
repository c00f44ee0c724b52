import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { growthOf } from '../../src/core/memoryNeeds';
import { isOwnNetwork } from '../../src/core/recipe';
import { openTestBackend, testBackend } from '../../src/engine/backend/testBackends';
import { ofType, removeRunFolders, runToy, toyLearner, toyManifest, type ToySpec } from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

/** What is foreseen of a run, and what came of it: parameters at the end, bytes that its method keeps. */
async function foreseenAndSeen(spec: ToySpec) {
  const { stream } = await toyLearner(spec);
  const { network, methods } = toyManifest(spec).spec;
  if (isOwnNetwork(network)) throw new Error('a network of the user');
  const heads = stream.heads.map(({ length }) => length);
  const growth = growthOf(methods, { network, image: stream.dataset.shape, outputs: stream.outputs, heads });
  if (!growth) throw new Error('no growth');
  const { events, error } = await runToy(spec);
  expect(error).toBeUndefined();
  const [started] = ofType(events, 'started');
  const parameters = ofType(events, 'network').at(-1)?.parameters ?? started?.parameters;
  return { growth, parameters, bytes: ofType(events, 'task-end').at(-1)?.memoryBytes };
}

const convolutional = { kind: 'cnn', conv: [4, 6], hidden: [8] };

it.each<[string, ToySpec]>([
  ['progressive networks', { methods: { progressive: {} } }],
  ['those without biases', { methods: { progressive: {} }, network: { bias: false } }],
  ['those of convolutions', { methods: { progressive: {} }, network: convolutional }],
  ['PackNet', { methods: { packnet: {} } }],
  ['PackNet that grows', { methods: { packnet: { growBelow: 0.7, growBy: 0.4 } } }],
  ['that of convolutions', { methods: { packnet: { growBelow: 0.7 } }, network: convolutional }],
  ['that pruned otherwise', { methods: { packnet: { growBelow: 0.35, prune: [0.3, 0.6] } } }],
])('parameters at the end are foreseen: %s', async (_, spec) => {
  const { growth, parameters } = await foreseenAndSeen(spec);
  expect(parameters).toBe(growth.parameters);
});

it('DEN stays within what is foreseen', async () => {
  const { growth, parameters } = await foreseenAndSeen({ methods: { den: { units: 3, lossThreshold: 0 } } });
  expect(growth.atMost).toBe(true);
  expect(parameters).toBeLessThanOrEqual(growth.parameters);
});

it('bytes of separate networks beside the present one are foreseen', async () => {
  const { growth, bytes } = await foreseenAndSeen({ methods: { separate: {} } });
  expect(growth.beside).toBeGreaterThan(1000);
  expect(bytes).toBe(growth.beside);
});

it('so are those of a tree by hand, besides what the method measures', async () => {
  const byHand = { branching: [1, 2], parents: [0, 2], directions: 4 };
  const { growth } = await foreseenAndSeen({ methods: { branching: byHand } });
  // 64-12-10 and two outputs for each task: the trunk; a task that shares one layer, one that shares two; three heads.
  expect(growth.beside).toBe(4 * (64 * 12 + 12 + 12 * 10 + 10 + (12 * 10 + 10) + 3 * 22));
});

it('progressive networks that would not fit after the last task never begin', async () => {
  const machine = vi.spyOn(process, 'constrainedMemory').mockReturnValue(30_000);
  await expect(runToy({ methods: { progressive: {} } })).rejects.toThrow(
    /^Out of memory: training the network as it is after the last task, of 3,430 parameters, takes at least [\d.]+ kB, and this machine has 30\.0 kB\. Make the network smaller/,
  );
  machine.mockRestore();
});

it.runIf(testBackend === 'native')('separate networks that would not fit beside each other never begin', async () => {
  const machine = vi.spyOn(process, 'constrainedMemory').mockReturnValue(20_000);
  await expect(runToy({ methods: { separate: {} } })).rejects.toThrow(
    /of 976 parameters with 7\.81 kB beside them, takes at least 23\.4 kB, and this machine has 20\.0 kB/,
  );
  machine.mockRestore();
});
