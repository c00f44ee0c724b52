/** Experiments with any number of made-up runs of five tasks. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../src/core/events';
import { experimentSchema, resolveExperiment } from '../../src/core/experiment';
import { RUN_FORMAT, type RunManifest } from '../../src/core/manifest';
import { specHash, specOf } from '../../src/runs/index';

const METHODS = ['none', 'ewc', 'si', 'replay', 'agem'];
export const TASKS = 5;
export const FILE = 'load.lethe.json';

const settings = (runs: number) => ({
  name: 'load',
  seeds: Math.max(1, Math.ceil(runs / METHODS.length)),
  bounds: false,
  methods: METHODS.map((method) => ({ method })),
});

function* manifestsOf(runs: number): Generator<RunManifest> {
  const experiment = resolveExperiment(experimentSchema.parse(settings(runs)));
  const at = Date.UTC(2026, 0, 5);
  let made = 0;
  for (const seed of experiment.seeds)
    for (const variant of experiment.variants) {
      if (made++ >= runs) return;
      const spec = specOf(experiment, variant);
      yield {
        ...{ lethe: RUN_FORMAT, trainer: 'lethe', id: `${variant.key}-s${seed}`, created: at + made, seed, spec },
        experiment: { name: 'load', file: FILE },
        variant: { key: variant.key, label: variant.label, hash: specHash(spec) },
        backend: 'native',
      };
    }
}

/** The first event of a made-up run with so many steps, or evaluations, in each task. */
export const startedWith = (steps: number): RunEvent => ({
  ...{ type: 'started', at: 0, schema: 1, backend: { name: 'native', version: '2.19.0' }, parameters: 270_000 },
  tasks: Array.from({ length: TASKS }, (_, i) => ({
    ...{ name: `${2 * i}, ${2 * i + 1}`, classes: [2 * i, 2 * i + 1], train: 12_000, test: 2000 },
  })),
  steps: Array<number>(TASKS).fill(steps),
});

/** A log with so many evaluations, and a step between two of them. */
function eventsOf(seed: number, points: number): RunEvent[] {
  const steps = points / TASKS;
  const events: RunEvent[] = [startedWith(steps)];
  let at = 0;
  for (let task = 0; task < TASKS; task++) {
    events.push({ type: 'task-start', at, task, steps });
    for (let step = 1; step <= steps; step++) {
      at += 3;
      const accuracy = Array.from({ length: task + 1 }, (_, k) =>
        Number((k === task ? 1 - Math.exp(-step / 50) : 0.5 + 0.2 * Math.sin(seed + k + step / 99)).toFixed(4)),
      );
      const taskAware = accuracy.map((value) => Math.min(1, value + 0.1));
      events.push({ type: 'step', at, task, step, loss: Math.exp(-step / 90) });
      events.push({ type: 'eval', at, task, step, accuracy, taskAware, samples: 200 });
    }
    const accuracy = Array.from({ length: TASKS }, (_, k) => (k > task ? 0 : 0.9 - 0.1 * (task - k)));
    events.push({ type: 'task-end', at, task, accuracy, taskAware: accuracy, memoryBytes: 0 });
  }
  return [...events, { type: 'ended', at, status: 'done', seconds: at / 1000 }];
}

const textOf = (events: readonly RunEvent[]): string => events.map((event) => `${JSON.stringify(event)}\n`).join('');

/** A run whose log goes on. */
export interface GoingOn {
  /** Appends so many of the events that are still to come. */
  append(events: number): void;
}

/**
 * Writes the experiment file and its runs.
 *
 * @param share of its log that each run has already; less than 1: the runs go on
 */
export function prepare(folder: string, runs: number, points: number, share = 1): GoingOn[] {
  writeFileSync(path.join(folder, FILE), JSON.stringify(settings(runs), undefined, 2));
  return [...manifestsOf(runs)].map((manifest) => {
    const own = path.join(folder, '.lethe', 'runs', manifest.id);
    mkdirSync(own, { recursive: true });
    writeFileSync(path.join(own, 'run.json'), JSON.stringify(manifest));
    const events = eventsOf(manifest.seed, points);
    const log = path.join(own, 'events.jsonl');
    let written = Math.floor(share * events.length);
    writeFileSync(log, textOf(events.slice(0, written)));
    return {
      append(count) {
        appendFileSync(log, textOf(events.slice(written, written + count)));
        written += count;
      },
    };
  });
}
