/** What a program is given as data is what a method of Lethe's meets with the same seed. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import { batchesOf } from '../../src/engine/program/batchFiles';
import { streamFileOf, type Indices } from '../../src/engine/program/streamFile';
import { isOwnStream } from '../../src/core/stream';
import {
  ofType,
  removeRunFolders,
  runToy,
  toyDataset,
  toyLearner,
  toyManifest,
  toyStream,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const all = (indices: Indices): number[] =>
  'first' in indices ? Array.from({ length: indices.count }, (_, i) => indices.first + i) : [...indices];

const cases: [string, ToySpec][] = [
  ['split', {}],
  ['split, the classes drawn by the seed', { seed: 3, stream: { classOrder: 'per-seed' } }],
  ['permuted', { seed: 2, stream: { kind: 'permuted', scenario: 'domain' } }],
  ['on drawn examples of each task', { training: { samplesPerTask: 20, sampling: 'drawn' } }],
  ['with validation examples', { training: { validation: { share: 0.25 } } }],
  ['in passes', { training: { iterations: undefined, epochs: 2 } }],
];

it.each(cases)('a program has the tasks, the examples and the batches of a method: %s', async (_, spec) => {
  const { spec: settings, seed } = toyManifest(spec);
  const stream = toyStream(spec);
  if (isOwnStream(settings.stream)) throw new Error('one of one’s own');
  const given = { datasets: [toyDataset()], stream, spec: settings.stream, training: settings.training, seed };
  const { tasks } = JSON.parse(JSON.stringify(streamFileOf(given))) as ReturnType<typeof streamFileOf>;

  const met: number[][][] = tasks.map(() => []);
  const method = createMethod(settings.methods);
  const run = await runToy(spec, {
    method: { ...method, met: (lesson, { task }) => void met[task]?.push(Array.from(lesson.indices)) },
  });
  expect(run.error).toBeUndefined();
  const [started] = ofType(run.events, 'started');
  const { examples } = await toyLearner(spec, createMethod(settings.methods));
  tasks.forEach((task, i) => {
    expect(task.classes).toEqual(started?.tasks[i]?.classes);
    expect(task.steps).toBe(started?.steps[i]);
    expect(all(task.train)).toEqual(Array.from(examples[i] ?? []));
    expect(all(task.test)).toEqual(Array.from(stream.tasks[i]?.test ?? []));
    expect(task.view).toEqual(stream.views && Array.from(stream.views[i] ?? []));
    expect(task.units).toEqual(stream.heads[i]);
    const { indices, shape } = batchesOf(stream, settings.training, seed, i);
    expect(shape[0]).toBe(task.steps);
    const rows = Array.from({ length: shape[0] }, (_, step) =>
      Array.from(indices.subarray(step * shape[1], (step + 1) * shape[1])),
    );
    expect(rows).toEqual(met[i]);
  });
});
