import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testBackend } from '../../src/engine/backend/testBackends';
import { digestAfter, ofType, shownOf, toyManifest, type ToySpec } from './toyRuns';
import { eventsIn, logIn, TrainingProgram, type Training } from './trainingProcesses';

/** Real training processes on real MNIST, stopped and killed. */
const program = new TrainingProgram();
beforeAll(() => program.build(), 60_000);
afterAll(() => program.remove());

const spec: ToySpec = {
  methods: { packnet: {} },
  network: { hidden: [20, 20] },
  stream: { dataset: 'mnist', tasks: 5 },
  // Long enough to be stopped in the middle: a compiled step takes a tenth of a millisecond.
  training: { iterations: testBackend === 'native' ? 4000 : 60, batchSize: 64 },
};

const runFolder = (name: string, own: ToySpec) => program.runFolder(name, own);
const train = (folder: string, flags: string[] = [], interrupt?: Training['interrupt']) =>
  program.train(folder, flags, interrupt && { interrupt });

const numbersOf = (folder: string) => ({
  shown: shownOf(eventsIn(folder)),
  parameters: [0, 1, 2, 3, 4].map((task) => digestAfter(folder, task)),
});

describe('a training process', () => {
  let whole = '';
  beforeAll(async () => {
    whole = runFolder('whole', spec);
    expect(await train(whole)).toEqual({ code: 0, signal: null, output: '' });
  }, 120_000);

  it('says from start to end what it does, and where its numbers come from', () => {
    const events = eventsIn(whole);
    expect(logIn(whole).split('\n').length).toBe(events.length + 1);
    const [first] = ofType(events, 'started');
    expect(Object.keys(first?.data ?? {}).length).toBe(4);
    expect(first).toMatchObject({ backend: { name: testBackend, threads: 1 }, parameters: 784 * 20 + 20 + 420 + 210 });
    expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'done' });
  });

  it('stopped by SIGTERM in the middle of a task ends politely, and goes on to the same numbers bit for bit', async () => {
    const folder = runFolder('terminated', spec);
    expect((await train(folder, [], (child) => child.kill('SIGTERM'))).code).toBe(3);
    const events = eventsIn(folder);
    expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'stopped' });
    expect(ofType(events, 'checkpoint').at(-1)).toMatchObject({ task: 2 });
    expect(ofType(events, 'checkpoint').at(-1)?.step).toBeGreaterThanOrEqual(20);
    expect((await train(folder, ['--resume'])).code).toBe(0);
    expect(ofType(eventsIn(folder), 'resumed').length).toBe(1);
    expect(numbersOf(folder)).toEqual(numbersOf(whole));
  }, 120_000);

  it('killed in the middle of a task, with a torn line left, goes on from the task before to the same numbers', async () => {
    const folder = runFolder('killed', spec);
    expect((await train(folder, [], (child) => child.kill('SIGKILL'))).signal).toBe('SIGKILL');
    expect(ofType(eventsIn(folder), 'ended')).toEqual([]);
    appendFileSync(path.join(folder, 'events.jsonl'), '{"type":"step","task":2,"st');
    expect((await train(folder, ['--resume'])).code).toBe(0);
    expect(ofType(eventsIn(folder), 'resumed')[0]).toMatchObject({ task: 2, step: 0 });
    expect(numbersOf(folder)).toEqual(numbersOf(whole));
  }, 120_000);

  it('stopped by a file named "stop" ends politely and takes the file away', async () => {
    const folder = runFolder('asked', { ...spec, training: { ...spec.training, iterations: 600 } });
    const { code } = await train(folder, [], () => writeFileSync(path.join(folder, 'stop'), ''));
    expect(code).toBe(3);
    expect(existsSync(path.join(folder, 'stop'))).toBe(false);
  }, 120_000);
});

describe('a training process that cannot go on', () => {
  it('ends as failed at the step where training diverges, with the cause, and keeps its log', async () => {
    const folder = runFolder('diverging', {
      stream: { dataset: 'mnist', tasks: 5 },
      network: { hidden: [400, 400], output: 'relu' },
      training: { optimizer: 'sgd', learningRate: 10, momentum: 0.9, iterations: 200 },
    });
    const { code, output } = await train(folder);
    expect(code).toBe(1);
    expect(output).toMatch(/training diverged/);
    const events = eventsIn(folder);
    expect(events.map(({ type }) => type).slice(0, 3)).toEqual(['started', 'baseline', 'task-start']);
    const ended = ofType(events, 'ended');
    expect(ended.length).toBe(1);
    expect(ended[0]?.status).toBe('failed');
    expect(ended[0]?.error).toMatch(
      /^The .* became .* in step \d+ of task 1: training diverged\. Try a smaller learning rate/,
    );
  }, 60_000);

  it.runIf(testBackend === 'wasm')(
    'says how much memory its network would take, and how much there is',
    async () => {
      const folder = runFolder('vast', {
        ...spec,
        methods: { none: {} },
        network: { hidden: Array<number>(8).fill(8192) },
      });
      expect((await train(folder)).code).toBe(1);
      expect(ofType(eventsIn(folder), 'ended')[0]?.error).toMatch(
        /^Out of memory: training a network of 476,332,042 parameters takes at least 13\.3 GB, and .* [\d.]+ GB\./,
      );
    },
    60_000,
  );

  it('says what is wrong with its run.json', async () => {
    const folder = runFolder('misspelt', spec);
    const manifest = JSON.parse(readFileSync(path.join(folder, 'run.json'), 'utf8')) as Record<string, unknown>;
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify({ ...manifest, seed: -1 }));
    expect((await train(folder)).code).toBe(1);
    expect(ofType(eventsIn(folder), 'ended')[0]?.error).toMatch(/run\.json is not as specified: seed/);
  }, 60_000);

  it('says which method or data set it does not have, and which method its network does not suit', async () => {
    const cnn = {
      kind: 'cnn',
      conv: [2],
      kernel: 3,
      hidden: [],
      bias: true,
      dropout: 0,
      output: 'softmax',
      init: 'he',
    };
    for (const [name, change, message] of [
      ['method', { methods: [{ method: 'memory-palace', settings: {} }] }, /no method "memory-palace"/],
      ['data', { stream: { dataset: 'omniglot', tasks: 5 } }, /no data set "omniglot"/],
      [
        'network',
        { methods: [{ method: 'sleep', settings: {} }], network: cnn },
        /sleep is for fully connected networks/,
      ],
    ] as const) {
      const folder = runFolder(`unknown-${name}`, spec);
      const manifest = toyManifest(spec);
      writeFileSync(
        path.join(folder, 'run.json'),
        JSON.stringify({ ...manifest, backend: testBackend, spec: { ...manifest.spec, ...change } }),
      );
      expect((await train(folder)).code).toBe(1);
      expect(ofType(eventsIn(folder), 'ended')[0]?.error).toMatch(message);
    }
  }, 60_000);
});
