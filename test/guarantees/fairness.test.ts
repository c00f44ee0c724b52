import * as tf from '@tensorflow/tfjs-core';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openTestBackend } from '../../src/engine/backend/testBackends';
import { createMethod } from '../../src/engine/methods/index';
import type { Method } from '../../src/engine/contract/method';
import {
  ofType,
  removeRunFolders,
  runToy,
  toyLearner,
  toyManifest,
  withoutVolatile,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

beforeAll(() => openTestBackend());
afterAll(removeRunFolders);

const remedies: ToySpec['methods'][] = [
  { ewc: { lambda: 100 } },
  { replay: { perClass: 4 } },
  { replay: { buffer: 'reservoir', size: 20 } },
  { ewc: { lambda: 100 }, replay: { perClass: 4 } },
  { 'generative-replay': { generatorHidden: [12], latent: 4 } },
];

describe('the methods of a comparison', () => {
  const firstTask = ({ events }: ToyRun) =>
    withoutVolatile(
      events.filter((event) =>
        event.type === 'step' || event.type === 'eval' ? event.task === 0 : event.type === 'baseline',
      ),
    );

  it.each(['class', 'task', 'domain'])(
    'start alike: the first task is the same bit for bit (%s-incremental)',
    async (scenario) => {
      const none = firstTask(await runToy({ stream: { scenario } }));
      expect((none as unknown[]).length).toBeGreaterThan(6);
      for (const methods of remedies) {
        expect(firstTask(await runToy({ methods, stream: { scenario } })), Object.keys(methods ?? {}).join()).toEqual(
          none,
        );
      }
    },
  );

  it('all measure the same untrained network, PackNet and the upper bound too', async () => {
    const baselines = [];
    for (const methods of [{ none: {} }, { joint: {} }, { packnet: {} }, { replay: {} }]) {
      baselines.push(ofType((await runToy({ methods })).events, 'baseline')[0]?.taskAware);
    }
    expect(new Set(baselines.map((values) => JSON.stringify(values))).size).toBe(1);
  });

  it('meet the same examples in the same order in every task', async () => {
    const met = async (methods: ToySpec['methods']) => {
      const method = createMethod(toyManifest({ methods }).spec.methods);
      const steps: number[][] = [];
      const watching: Method = {
        ...method,
        met(lesson, position) {
          steps.push([position.task, ...lesson.indices]);
          method.met?.(lesson, position);
        },
      };
      await runToy({ methods }, { method: watching });
      return steps;
    };
    const none = await met({ none: {} });
    expect(none.length).toBe(18);
    for (const methods of remedies) expect(await met(methods)).toEqual(none);
  });
});

describe('joint training', () => {
  it('meets the classes of all tasks from the first steps, each example once in an epoch, in as many steps', async () => {
    const steps: number[][] = [];
    const spec = { methods: { joint: {} }, training: { iterations: 10 } };
    const joint = createMethod(toyManifest(spec).spec.methods);
    const run = await runToy(spec, {
      method: { ...joint, met: ({ indices }) => void steps.push([...indices]) },
    });
    const { labels } = (await toyLearner(spec)).stream.dataset.train;
    expect(
      new Set(
        steps
          .slice(0, 2)
          .flat()
          .map((index) => labels[index]),
      ).size,
    ).toBe(6);
    // 240 examples in batches of 16: an epoch is 15 of the 30 steps.
    expect(steps.length).toBe(30);
    expect(new Set(steps.slice(0, 15).flat()).size).toBe(240);
    expect(new Set(steps.slice(15).flat()).size).toBe(240);
    expect(ofType(run.events, 'started')[0]?.steps).toEqual([10, 10, 10]);
  });
});

describe('a run that diverges', () => {
  const steep: ToySpec['training'] = { optimizer: 'sgd', learningRate: 10, momentum: 0.9, iterations: 100 };

  it('fails at that step with the cause, and keeps its log', async () => {
    const run = await runToy({ network: { output: 'relu' }, training: steep });
    expect(run.status).toBe('failed');
    const cause =
      /^The (?:loss|sum of the parameters) became -?(?:Infinity|NaN) in step (\d+) of task 1: training diverged\./;
    const step = Number(cause.exec(run.error?.message ?? '')?.[1]);
    expect(step).toBeGreaterThan(2);
    const losses = ofType(run.events, 'step');
    expect(losses.length).toBe(Math.floor((step - 1) / 2));
    for (const { loss } of losses) expect(Number.isFinite(loss)).toBe(true);
    expect(run.events.map(({ type }) => type).slice(0, 3)).toEqual(['started', 'baseline', 'task-start']);
    expect(run.events.at(-1)).toMatchObject({ type: 'ended', status: 'failed', error: run.error?.message });
  });

  it('fails although its units died and the loss looks harmless', async () => {
    const run = await runToy({
      network: { output: 'relu', init: 1, hidden: [400, 400] },
      training: { ...steep, learningRate: 1 },
    });
    expect(run.status).toBe('failed');
    expect(run.error?.message).toMatch(/^The sum of the parameters became -?(?:Infinity|NaN) in step \d+ of task 1/);
  });
});

describe('memory', () => {
  const sleep = { steps: 20, stepsGrowth: 0, thresholds: [1, 1, 1], window: 5 };
  const methods: Record<string, ToySpec['methods']> = {
    none: { none: {} },
    joint: { joint: {} },
    EWC: { ewc: { lambda: 10 } },
    PackNet: { packnet: {} },
    replay: { replay: { buffer: 'reservoir', size: 20, mixing: 'concatenate' } },
    sleep: { sleep },
    'EWC and replay': { ewc: { lambda: 10, fisher: 'sampled' }, replay: { perClass: 3 } },
  };

  it.each(Object.entries(methods))('does not grow with the steps: %s', async (_, chosen) => {
    const spec: ToySpec = {
      methods: chosen,
      training: { optimizer: 'adam', iterations: 100 },
      network: { dropout: 0.2, bias: false },
    };
    const method = createMethod(toyManifest(spec).spec.methods);
    const tensors: number[][] = [[], [], []];
    const run = await runToy(spec, {
      method: {
        ...method,
        met(lesson, position) {
          tensors[position.task]?.push(tf.memory().numTensors);
          method.met?.(lesson, position);
        },
      },
    });
    expect(run.status).toBe('done');
    expect(tensors.flat().length).toBeGreaterThanOrEqual(300);
    // The first task may allocate, and what is kept of it. The others leave what they found, at their middle and their end.
    const halves = tensors.flatMap((counted) => {
      const middle = counted.length / 2;
      return [counted.slice(0, middle), counted.slice(middle)];
    });
    const most = halves.slice(2).map((counted) => Math.max(...counted));
    expect(most).toEqual(most.map(() => most[0]));
  });
});

describe('the log of a run', () => {
  it('is a line for each event, in the order of training, and the checkpoint is as its checksum says', async () => {
    const run = await runToy({ methods: { ewc: { lambda: 10 } } });
    const types = run.events.map(({ type }) => type);
    expect(types.slice(0, 3)).toEqual(['started', 'baseline', 'task-start']);
    expect(types.slice(-4)).toEqual(['mechanism', 'task-end', 'checkpoint', 'ended']);
    const last = ofType(run.events, 'checkpoint').at(-1);
    const bytes = readFileSync(path.join(run.folder, last?.file ?? ''));
    const { createHash } = await import('node:crypto');
    expect(createHash('sha256').update(bytes).digest('hex')).toBe(last?.sha256);
    expect(last).toMatchObject({ task: 3, step: 0 });
  });
});
