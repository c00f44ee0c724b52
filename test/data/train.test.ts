import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cifarFiles } from '../../scripts/make-cifar.mjs';
import { buildPrograms } from '../attack/programs';

/** The real programs: from files of the user's own to runs that are trained on them. */
const folder = mkdtempSync(path.join(tmpdir(), 'lethe-train-own-'));
const at = (...names: string[]) => path.join(folder, ...names);
beforeAll(async () => {
  await buildPrograms(at('dist'));
  mkdirSync(at('.lethe'));
}, 120_000);
afterAll(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));

const lethe = (...args: string[]) =>
  promisify(execFile)(process.execPath, [at('dist', 'cli.js'), ...args], {
    cwd: folder,
    env: { ...process.env, LETHE_DATA_DIR: at('data') },
  });

/** Two examples of each class: its number, and another value that tells it from the others. */
const table = (classes: number, value: (label: number) => number) =>
  `y,a,b\n${Array.from({ length: 2 * classes }, (_, i) => `${i % classes},${i % classes},${value(i % classes)}\n`).join('')}`;

interface Line extends Record<string, unknown> {
  readonly type: string;
}

/** The log of the run of a variant. */
function eventsOf(key: string): Line[] {
  const [name = ''] = readdirSync(at('.lethe/runs')).filter((one) => one.includes(`-${key}-seed`));
  return readFileSync(at('.lethe/runs', name, 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line) as Line);
}

it('floats, and more than 256 classes, are trained on in one stream of parts', async () => {
  writeFileSync(
    at('floats.csv'),
    table(4, (label) => -label / 3),
  );
  writeFileSync(
    at('many.csv'),
    table(300, (label) => label + 0.5),
  );
  for (const name of ['floats', 'many']) await lethe('data', 'add', name, at(`${name}.csv`), '--test-share', '0.5');
  const stream = { kind: 'parts', parts: [{ dataset: 'many' }, { dataset: 'floats', kind: 'split', tasks: 2 }] };
  writeFileSync(
    at('a.lethe.json'),
    JSON.stringify({
      ...{ name: 'Mine', stream: { ...stream, inputs: 'standardised' }, seeds: 1, bounds: false },
      ...{ network: { hidden: [8] }, training: { iterations: 4, batchSize: 8 }, evaluation: { points: 1 } },
      methods: [{ method: 'replay', perClass: 1 }],
    }),
  );
  await lethe('run', 'a.lethe.json', '--backend', 'wasm', '--no-report');
  const [name = ''] = readdirSync(at('.lethe/runs')).filter((one) => one.includes('replay'));
  const manifest = readFileSync(at('.lethe/runs', name, 'run.json'), 'utf8');
  expect(Object.keys((JSON.parse(manifest) as { spec: { data: object } }).spec.data)).toEqual(['many', 'floats']);
  const events = eventsOf('replay');
  const started = events.find(({ type }) => type === 'started') as { tasks: { classes: number[] }[] } | undefined;
  expect(started?.tasks.map(({ classes }) => [classes.length, classes.at(-1)])).toEqual([
    [300, 299],
    [2, 301],
    [2, 303],
  ]);
  expect(events.at(-1)).toMatchObject({ type: 'ended', status: 'done' });
});

it("colour images in CIFAR's binary format go through REMIND, whichever network is cut", async () => {
  mkdirSync(at('cifar'));
  for (const [name, bytes] of cifarFiles('cifar-10', 50, 20)) writeFileSync(at('cifar', name), bytes);
  await lethe('data', 'add', 'colours', at('cifar'));
  const remind = { method: 'remind', codebooks: 2, centroids: 8, replaySamples: 2 };
  writeFileSync(
    at('colours.lethe.json'),
    JSON.stringify({
      ...{ name: 'Colours', stream: { dataset: 'colours', kind: 'split', tasks: 2 }, seeds: 1, bounds: false },
      ...{ training: { iterations: 2, batchSize: 8 }, evaluation: { points: 1 } },
      methods: [
        { ...remind, network: { kind: 'cnn', conv: [2, 4], hidden: [6] } },
        { ...remind, network: { kind: 'resnet18', filters: 2 } },
      ],
    }),
  );
  await lethe('run', 'colours.lethe.json', '--backend', 'wasm', '--no-report');
  // Of an example a byte for each place and codebook, and one for its label; entries of the codebooks are floats.
  for (const [key, places, channels] of [
    ['remind', 8 * 8, 4],
    ['remind-2', 4 * 4, 16],
  ] as const) {
    const events = eventsOf(key);
    expect(events.at(-1), key).toMatchObject({ type: 'ended', status: 'done' });
    const bytes = events.filter(({ type }) => type === 'task-end').map(({ memoryBytes }) => memoryBytes);
    expect(bytes, key).toEqual([25, 50].map((examples) => examples * (2 * places + 1) + 4 * 8 * channels));
  }
});
