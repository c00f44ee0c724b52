/**
 * Cores that no run waits for are used by large steps (src/runs/idleCores.ts): for every method that may, several threads
 * give the numbers of one, to the bit, and so they do at the rule's bounds. A sum that is divided among threads often comes out
 * the same in spite of it, so methods take 30 steps on each task: with three, EWC and SI differed in none.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { cardOf, methodIds } from '../../src/core/methods/index';
import { whyNoNative } from '../../src/engine/backend/testBackends';
import { TESTED } from '../../src/runs/idleCores';
import { buildPrograms } from '../attack/programs';

const folder = mkdtempSync(path.join(tmpdir(), 'lethe-threads-'));
const counts = [1, ...TESTED.threads];
const mayHaveSeveral = methodIds.filter((id) => cardOf(id).oneThread === undefined);
const { batchSize, hidden, together } = TESTED;
const widest = Array.from({ length: hidden.layers }, () => hidden.units);
const optimizers = {
  SGD: { optimizer: 'sgd', learningRate: 0.05 },
  momentum: { optimizer: 'sgd', learningRate: 0.05, momentum: 0.9 },
  Adam: { optimizer: 'adam' },
};

/** At the bounds of the rule, with few steps where they are large. */
const atBounds = [
  ...Object.entries(optimizers).flatMap(([name, optimizer]) => [
    { label: `${name}, ${batchSize.least}`, training: { ...optimizer, batchSize: batchSize.least } },
    { label: `${name}, ${batchSize.most}`, training: { ...optimizer, batchSize: batchSize.most, iterations: 3 } },
  ]),
  ...[256, 512].map((size) => ({
    label: `SGD, ${size}`,
    training: { ...optimizers.SGD, batchSize: size, iterations: 3 },
  })),
  { label: 'one layer', network: { hidden: [hidden.units] } },
  { label: 'a narrow layer', network: { hidden: [hidden.units, 10] } },
].map((more) => ({ method: 'none', ...more }));

const variants = [
  ...mayHaveSeveral.map((method) => ({ label: method, entry: { method, label: method } })),
  ...atBounds.map((entry) => ({ label: entry.label, entry })),
  ...together.map((ids) => {
    const label = ids.join(' and ');
    return { label, entry: ids.map((method, i) => ({ method, ...(i === 0 && { label }) })) };
  }),
];

/** Of each number of threads the logs of all variants by their labels. */
const logs = new Map<number, ReadonlyMap<string, string>>();

beforeAll(async () => {
  if (whyNoNative() !== undefined) return;
  const dist = path.join(folder, 'dist');
  await buildPrograms(dist);
  for (const threads of counts) logs.set(threads, logsWith(threads, dist));
}, 1_200_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Large enough that operations are split: a step multiplies 128 images with 478,000 weights. */
function logsWith(threads: number, dist: string): ReadonlyMap<string, string> {
  const place = path.join(folder, String(threads));
  mkdirSync(place);
  const experiment = {
    ...{ name: 'Threads', seeds: 1, bounds: false },
    stream: { kind: 'split', tasks: 2, classesPerTask: [2, 2], scenario: 'class' },
    network: { kind: 'mlp', hidden: widest },
    training: { batchSize: batchSize.least, samplesPerTask: 384, iterations: 30 },
    evaluation: { points: 1, samples: 50, dense: 0 },
    methods: variants.map(({ entry }) => entry),
  };
  writeFileSync(path.join(place, 'x.lethe.json'), JSON.stringify(experiment));
  const args = ['run', 'x.lethe.json', '--backend', 'native', '--threads', String(threads), '--parallel', '2'];
  execFileSync(process.execPath, [path.join(dist, 'cli.js'), ...args, '--no-report', '--yes'], {
    cwd: place,
    stdio: 'pipe',
  });
  const runs = path.join(place, '.lethe/runs');
  return new Map(
    readdirSync(runs).map((run) => {
      const of = (file: string) => readFileSync(path.join(runs, run, file), 'utf8');
      const { variant } = JSON.parse(of('run.json')) as { variant: { label: string } };
      return [variant.label, of('events.jsonl')];
    }),
  );
}

describe('two threads', () => {
  it.each(variants)('give the numbers of one: $label', ({ label }) => {
    const log = (threads: number) => logs.get(threads)?.get(label) ?? '';
    expect(log(1)).toContain('"status":"done"');
    for (const threads of counts.slice(1)) expect(firstDifference(log(1), log(threads))).toBeUndefined();
  });
});
