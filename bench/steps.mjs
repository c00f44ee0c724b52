// Time of a training step by backend, network and batch: several real training processes each, one at a time.
//   npm run build && node bench/steps.mjs [backend …]
// Prints minimum and median over the repeats of the mean step time of the last task (ms); the first task warms up.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const train = fileURLToPath(new URL('../dist/train.js', import.meta.url));
const REPEATS = 3;
const cases = [
  {
    name: '784-400-400-10, batch 128, Adam',
    hidden: [400, 400],
    batchSize: 128,
    optimizer: 'adam',
    learningRate: 0.001,
    iterations: 100,
  },
  {
    name: '784-100-100-10, batch 128, Adam',
    hidden: [100, 100],
    batchSize: 128,
    optimizer: 'adam',
    learningRate: 0.001,
    iterations: 300,
  },
  {
    name: '784-100-100-10, batch 10, SGD',
    hidden: [100, 100],
    batchSize: 10,
    optimizer: 'sgd',
    learningRate: 0.03,
    iterations: 500,
  },
];

function stepTime(backend, { hidden, batchSize, optimizer, learningRate, iterations }) {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-bench-'));
  try {
    const spec = {
      stream: { tasks: 2 },
      network: { hidden },
      training: { batchSize, optimizer, learningRate, iterations },
      evaluation: { points: 1, samples: 10 },
      methods: [{ method: 'none', settings: {} }],
    };
    const fill = {
      stream: { dataset: 'mnist', kind: 'split', scenario: 'class', classOrder: 'fixed' },
      network: { kind: 'mlp', bias: true, dropout: 0, output: 'softmax', init: 'fan-in' },
      training: { momentum: 0 },
    };
    for (const part of Object.keys(fill)) spec[part] = { ...fill[part], ...spec[part] };
    const manifest = {
      lethe: 1,
      id: 'bench',
      created: 0,
      experiment: { name: 'bench' },
      variant: { key: 'none', label: 'None', hash: '' },
      seed: 1,
      backend,
      spec,
    };
    writeFileSync(path.join(folder, 'run.json'), JSON.stringify(manifest));
    const { status, stderr } = spawnSync(process.execPath, [train, folder], { encoding: 'utf8' });
    if (status !== 0) throw new Error(stderr);
    const events = readFileSync(path.join(folder, 'events.jsonl'), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    return (1000 * events.findLast(({ type }) => type === 'task-end').seconds.train) / iterations;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

console.log(`${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.versions.node}, ${REPEATS} repeats`);
for (const backend of process.argv.length > 2 ? process.argv.slice(2) : ['wasm']) {
  for (const setting of cases) {
    const times = Array.from({ length: REPEATS }, () => stepTime(backend, setting)).sort((a, b) => a - b);
    console.log(
      `${backend.padEnd(6)} ${setting.name.padEnd(32)} min ${times[0].toFixed(2)} ms, median ${times[Math.floor(REPEATS / 2)].toFixed(2)} ms`,
    );
  }
}
