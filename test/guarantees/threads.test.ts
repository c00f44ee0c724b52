/**
 * Cores that no run waits for are used by large steps (src/runs/idleCores.ts): for every method that may, several threads
 * give the numbers of one, to the bit. TensorFlow makes its threads once in a process, so each run has one of its own.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { firstDifference } from '../../src/core/difference';
import { whyNoNative } from '../../src/engine/backend/testBackends';
import { cardOf, methodIds, type MethodId } from '../../src/core/methods/index';
import { buildPrograms } from '../attack/programs';

const folder = mkdtempSync(path.join(tmpdir(), 'lethe-threads-'));
const counts = [1, 2, 4];
const mayHaveSeveral = methodIds.filter((id) => cardOf(id).oneThread === undefined);
/** Of each number of threads the logs of all methods. */
const logs = new Map<number, ReadonlyMap<MethodId, string>>();

beforeAll(async () => {
  if (whyNoNative() !== undefined) return;
  const dist = path.join(folder, 'dist');
  await buildPrograms(dist);
  for (const threads of counts) logs.set(threads, logsWith(threads, dist));
}, 1_200_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

/** Large enough that operations are split: a step multiplies 128 images with 478,000 weights. */
function logsWith(threads: number, dist: string): ReadonlyMap<MethodId, string> {
  const place = path.join(folder, String(threads));
  mkdirSync(place);
  const experiment = {
    ...{ name: 'Threads', seeds: 1, bounds: false },
    stream: { kind: 'split', tasks: 2, classesPerTask: [2, 2], scenario: 'class' },
    network: { kind: 'mlp', hidden: [400, 400] },
    training: { batchSize: 128, samplesPerTask: 384, epochs: 1, optimizer: 'sgd', learningRate: 0.05 },
    methods: mayHaveSeveral.map((method) => ({ method })),
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
      const { variant } = JSON.parse(of('run.json')) as { variant: { key: MethodId } };
      return [variant.key, of('events.jsonl')];
    }),
  );
}

describe('two threads, and four,', () => {
  it.each(mayHaveSeveral)('give the numbers of one: %s', (method) => {
    const log = (threads: number) => logs.get(threads)?.get(method) ?? '';
    expect(log(1)).toContain('"status":"done"');
    for (const threads of counts.slice(1)) expect(firstDifference(log(1), log(threads))).toBeUndefined();
  });
});
