/**
 * A cluster without machines: a thousand workers that drain one store. Workers, claims, run folders and logs are the real
 * ones, and each run has a process; what trains is a shell script that writes a log and waits between its lines.
 */
import fs, { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import promises from 'node:fs/promises';
import path from 'node:path';
import { parseExperiment } from '../../src/core/parse';
import { readBatch } from '../../src/runs/batches/batchFile';
import { planBatch, readBatchStates, startWorkers, type BatchRequest } from '../../src/runs/batches/batches';
import { Worker, type WorkerEnd } from '../../src/runs/batches/worker';
import type { Executor, JobState } from '../../src/runs/executors/executor';
import { planRuns, RunStore } from '../../src/runs/index';
import { FILE } from './madeUpRuns';
import { taken } from './usage';

const SEEDS = 200;
const TASKS = 5;
const POINTS = 2;

/** As many variants as there have to be for so many runs. */
export const settings = (runs: number) => {
  const seeds = Math.min(SEEDS, runs);
  const steps = Math.max(2, Math.ceil(runs / seeds) - 1);
  return {
    ...{ name: 'load', seeds, bounds: false },
    methods: [{ method: 'none' }, { method: 'ewc', lambda: { sweep: { from: 1, to: 1e5, steps, scale: 'log' } } }],
  };
};

/** What stands for training: `sh SCRIPT FOLDER … --token TOKEN`. @param pause seconds between two lines */
const script = (pause: number) => `folder=$1
while [ "$1" != --token ]; do shift; done
token=$2
at=$(date +%s)000
log() { printf '{"at":%s,%s}\\n' "$at" "$1" >> "$folder/events.jsonl"; }
wait_a_while() { sleep ${pause}; at=$((at + ${1000 * pause})); }
echo $$ >> "$folder/starts.txt"
log '"type":"started","schema":1,"pid":'$$',"host":"'$(hostname)'","token":"'$token'","backend":{"name":"native","version":"2.19.0"},"parameters":270000,"tasks":[${Array.from(
  { length: TASKS },
  (_, i) => `{"name":"${2 * i}, ${2 * i + 1}","classes":[${2 * i},${2 * i + 1}],"train":12000,"test":2000}`,
).join(',')}],"steps":[${Array<number>(TASKS).fill(POINTS).join(',')}]'
${Array.from({ length: TASKS }, (_, task) => {
  const row = Array.from({ length: TASKS }, (_, k) => (k > task ? 0 : 0.9 - 0.1 * (task - k)));
  const seen = row.slice(0, task + 1);
  return [
    `log '"type":"task-start","task":${task},"steps":${POINTS}'`,
    ...Array.from(
      { length: POINTS },
      (_, i) => `wait_a_while
log '"type":"eval","task":${task},"step":${i + 1},"accuracy":${JSON.stringify(seen)},"taskAware":${JSON.stringify(seen)},"samples":200'`,
    ),
    `log '"type":"task-end","task":${task},"accuracy":${JSON.stringify(row)},"taskAware":${JSON.stringify(row)},"memoryBytes":0'`,
  ].join('\n');
}).join('\n')}
log '"type":"ended","status":"done","token":"'$token'","seconds":${TASKS * POINTS * pause}'
`;

/** A cluster that gives every worker a machine at once. */
const cluster = (workers: number): Executor => ({
  name: 'slurm',
  check: () => Promise.resolve(undefined),
  cluster: () => Promise.resolve(undefined),
  start: () => Promise.resolve({ job: '1' }),
  look: () => {
    const running = new Set(Array.from({ length: workers }, (_, i) => i));
    return Promise.resolve(new Map<string, JobState>([['1', { running, waiting: 0 }]]));
  },
  find: () => Promise.resolve(['1']),
  cancel: () => Promise.resolve(),
  again: () => Promise.resolve(),
});

const distOf = (folder: string) => path.join(folder, 'dist');
const storeOf = (folder: string) => new RunStore(folder, { dist: distOf(folder) });

/** Gives the runs of an experiment to workers that are still to be started. @returns the batch, and what it took */
export async function give(folder: string, runs: number, workers: number, pause: number) {
  const text = settings(runs);
  writeFileSync(path.join(folder, FILE), JSON.stringify(text, undefined, 2));
  mkdirSync(distOf(folder));
  writeFileSync(path.join(distOf(folder), 'train.js'), script(pause));
  const { experiment } = parseExperiment(JSON.stringify(text));
  if (!experiment) throw new Error('the experiment is not one');
  const request: BatchRequest = {
    experiment: 'load',
    workers,
    parallel: 1,
    threads: 1,
    seconds: 3600,
    devices: {},
    options: [],
  };
  const { cpu, clock, result } = await taken(async () => {
    const plan = (existing: Parameters<typeof planRuns>[1]) =>
      planRuns(experiment, existing, { file: FILE, backend: 'native' });
    const { batch } = await planBatch(storeOf(folder), plan, request, cluster(workers));
    if (!batch) throw new Error('nothing to do');
    const program = { node: '/bin/sh', dist: distOf(folder), store: path.join(folder, '.lethe') };
    await startWorkers(batch, request, cluster(workers), program);
    return batch;
  });
  return { batch: result.id, runs: result.runs.length, cpu, clock };
}

/** What workers ask of the file system, by the names of Node.js: at once while the disk is quick, else later. */
const REQUESTS = [
  'access',
  'close',
  'lstat',
  'mkdir',
  'open',
  'readdir',
  'readFile',
  'realpath',
  'rename',
  'rm',
  'stat',
  'unlink',
];

/** Counts what is asked of the file system from now on. */
function countRequests(): () => number {
  let requests = 0;
  for (const [module, suffix] of [[promises, ''] as const, [fs, 'Sync'] as const, [fs, ''] as const]) {
    const functions = module as unknown as Record<string, ((...args: unknown[]) => unknown) | undefined>;
    for (const name of REQUESTS.map((request) => `${request}${suffix}`)) {
      const original = functions[name];
      if (!original) continue;
      functions[name] = (...args) => {
        requests += 1;
        return original.apply(module, args);
      };
    }
  }
  return () => requests;
}

/** Workers of a batch from one place on, in this process, until they have nothing to do any more. */
export async function work(folder: string, id: string, first: number, count: number) {
  const requests = countRequests();
  const store = path.join(folder, '.lethe');
  const batch = await readBatch(store, id);
  if (!batch) throw new Error(`no batch ${id}`);
  const programs = { node: '/bin/sh', dist: distOf(folder) };
  const { cpu, clock, result } = await taken(() =>
    Promise.all(
      Array.from({ length: count }, (_, i) => {
        const seat = { job: '1', index: first + i, restarts: 0 };
        return new Worker(store, batch, { seat }, cluster(batch.workers), programs).work();
      }),
    ),
  );
  const ends: Partial<Record<WorkerEnd, number>> = {};
  for (const end of result) ends[end] = (ends[end] ?? 0) + 1;
  return { cpu, clock, requests: requests(), ends };
}

/** What `lethe batch` asks for. */
export async function state(folder: string, workers: number) {
  const { cpu, clock, result } = await taken(() => readBatchStates(storeOf(folder), cluster(workers)));
  return { cpu, clock, counts: result[0]?.counts };
}

/** How often runs were started: more than once each means that two workers had the same. */
export function starts(folder: string) {
  const runs = path.join(folder, '.lethe', 'runs');
  const counts = readdirSync(runs).map((id) => {
    try {
      return readFileSync(path.join(runs, id, 'starts.txt'), 'utf8')
        .trim()
        .split('\n').length;
    } catch {
      return 0;
    }
  });
  const left = readdirSync(runs).filter((id) =>
    readdirSync(path.join(runs, id)).some((name) => name.startsWith('claimed') || name === 'queued'),
  );
  return {
    once: counts.filter((count) => count === 1).length,
    more: counts.filter((count) => count > 1).length,
    left: left.length,
  };
}
