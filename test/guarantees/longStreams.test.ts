import { readdirSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { foldEvents } from '../../src/core/runModel';
import {
  digestAfter,
  ofType,
  removeRunFolders,
  runToy,
  shownOf,
  toyDataset,
  type ToyRun,
  type ToySpec,
} from './toyRuns';

afterAll(removeRunFolders);

/** Just more than what is not long yet. */
const TASKS = 104;

/** A stream that is long, of which a row measures seven tasks at most, on four images each. */
const long: ToySpec = {
  dataset: toyDataset({ classes: 3, train: 8, test: 6 }),
  stream: { kind: 'permuted', tasks: TASKS, scenario: 'domain' },
  network: { hidden: [4] },
  training: { batchSize: 8, iterations: 2, learningRate: 0.01 },
  evaluation: { points: 1, samples: 4, matrixTasks: 7, matrixSamples: 4, keep: 'last' },
};
const withReplay: ToySpec = { ...long, methods: { replay: { perClass: 1 } } };

const rowsOf = (run: ToyRun) => ofType(run.events, 'task-end');
const resultOf = (run: ToyRun) => ({ shown: shownOf(run.events), last: digestAfter(run.folder, TASKS - 1) });
const lastCheckpoint = (run: ToyRun) => ofType(run.events, 'checkpoint').at(-1);

describe('a long stream', () => {
  let whole: ToyRun;
  beforeAll(async () => {
    whole = await runToy(withReplay);
    expect(whole.error).toBeUndefined();
  });

  it('measures the newest task and a spread of those before, and says which and on how many images', () => {
    const rows = rowsOf(whole);
    expect(rows).toHaveLength(TASKS);
    rows.forEach(({ task, tasks = [], accuracy, taskAware, samples }) => {
      expect(tasks.length).toBeLessThanOrEqual(7);
      expect(tasks.at(-1)).toBe(task);
      expect([accuracy.length, taskAware.length, samples]).toEqual([tasks.length, tasks.length, 4]);
      // Four images each.
      for (const value of accuracy) expect(4 * (value ?? NaN) - Math.round(4 * (value ?? NaN))).toBe(0);
    });
    expect(rows.at(-1)?.tasks).toEqual([0, 32, 64, 96, 103]);
    expect(ofType(whole.events, 'baseline')[0]?.tasks).toEqual([0, 32, 64, 96, 103]);
    expect(ofType(whole.events, 'eval').at(-1)?.tasks).toEqual([0, 32, 64, 96, 103]);
  });

  it('has no gap in what it measures of a task', () => {
    const rows = rowsOf(whole);
    for (let task = 0; task < TASKS; task++) {
      const after = rows.filter(({ tasks }) => tasks?.includes(task)).map((row) => row.task);
      expect(after[0]).toBe(task);
      expect(after.at(-1)).toBe(task + after.length - 1);
    }
  });

  it('keeps the parameters after the last task alone, and makes checkpoints and views after every other one', () => {
    expect(readdirSync(path.join(whole.folder, 'checkpoints')).sort()).toEqual([
      'latest.safetensors',
      'previous.safetensors',
      `task-${TASKS}.safetensors`,
    ]);
    expect(ofType(whole.events, 'checkpoint').map(({ task }) => task)).toEqual(
      Array.from({ length: TASKS / 2 }, (_, i) => 2 * (i + 1)),
    );
    expect(ofType(whole.events, 'mechanism')).toHaveLength(TASKS / 2);
  });

  it('tells the online accuracy of every step, and of each task', () => {
    const steps = ofType(whole.events, 'step');
    expect(steps.every(({ accuracy }) => accuracy !== undefined)).toBe(true);
    const { rows } = foldEvents(whole.events);
    for (const { task, online } of rows) {
      const own = steps.filter((step) => step.task === task);
      const mean = own.reduce((sum, { accuracy = NaN }) => sum + accuracy, 0) / own.length;
      expect(online).toBeCloseTo(mean, 12);
    }
  });

  it('goes on where it was stopped in the middle of a late task, as if it never had', async () => {
    const middles: number[] = [];
    // A task has two places where it may stop.
    for (const more of [0, 1]) {
      const stopped = await runToy(withReplay, { stopAt: Math.round(0.7 * whole.asked) + more });
      expect(stopped.status).toBe('stopped');
      const { task = 0, step = 0 } = lastCheckpoint(stopped) ?? {};
      expect(task).toBeGreaterThan(TASKS / 2);
      if (step > 0) middles.push(step);
      const resumed = await runToy(withReplay, { resume: stopped.folder });
      expect(resultOf(resumed)).toEqual(resultOf(whole));
    }
    expect(middles.length).toBeGreaterThan(0);
  });

  it('goes on from the last checkpoint where it was killed, some tasks back', async () => {
    const killed = await runToy(withReplay, { killAt: Math.round(0.7 * whole.asked) });
    expect(killed.status).toBe('killed');
    const resumed = await runToy(withReplay, { resume: killed.folder });
    expect(ofType(resumed.events, 'resumed')[0]).toMatchObject({ step: 0 });
    expect(resultOf(resumed)).toEqual(resultOf(whole));
  });

  it('is learned jointly with the same tasks measured, and a stop does not list all its examples', async () => {
    const joint: ToySpec = { ...long, methods: { joint: {} } };
    const run = await runToy(joint);
    expect(rowsOf(run).at(-1)?.tasks).toEqual([0, 32, 64, 96, 103]);
    expect(ofType(run.events, 'eval')[0]?.tasks).toEqual([0, 32, 64, 96, 103]);
    const stopped = await runToy(joint, { stopAt: Math.round(run.asked / 2) });
    const resumed = await runToy(joint, { resume: stopped.folder });
    expect(resultOf(resumed)).toEqual(resultOf(run));
  });
});

describe('rows of the tasks that are seen', () => {
  it('name them, and keep parameters after every third task and the last one', async () => {
    const run = await runToy({
      ...long,
      stream: { ...long.stream, tasks: 5 },
      evaluation: { points: 0, matrixTasks: 'seen', keep: 3 },
    });
    expect(rowsOf(run).map(({ tasks }) => tasks)).toEqual([[0], [0, 1], [0, 1, 2], [0, 1, 2, 3], [0, 1, 2, 3, 4]]);
    expect(rowsOf(run).every(({ samples }) => samples === undefined)).toBe(true);
    expect(readdirSync(path.join(run.folder, 'checkpoints')).filter((name) => name.startsWith('task-'))).toEqual([
      'task-3.safetensors',
      'task-5.safetensors',
    ]);
    expect(ofType(run.events, 'eval')).toEqual([]);
    // A short stream says nothing of its steps where nobody asks.
    expect(ofType(run.events, 'step').every(({ accuracy }) => accuracy === undefined)).toBe(true);
  });
});
