// Experiments small enough to train for real while a test waits.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll } from 'vitest';

/** All of MNIST's five tasks, a small network and few steps: a run takes one to three seconds on a quiet machine. */
const QUICK = {
  name: 'Quick look',
  stream: { dataset: 'mnist', tasks: 5, scenario: 'class' },
  network: { hidden: [30] },
  training: { iterations: 40, batchSize: 32 },
  evaluation: { points: 4, samples: 50 },
  seeds: 2,
  methods: [{ method: 'ewc', samples: 200 }, { method: 'packnet' }, { method: 'replay', perClass: 20 }],
};

/** Text of an experiment file: the quick recipe with some of its parts replaced. */
export const recipe = (parts: Readonly<Record<string, unknown>> = {}): string =>
  `${JSON.stringify({ ...QUICK, ...parts }, undefined, 2)}\n`;

/** A run with the quick recipe's network that goes on for `iterations` steps in each of five tasks, about 1 ms each. */
export const longRecipe = (iterations: number, parts: Readonly<Record<string, unknown>> = {}): string =>
  recipe({ name: 'Long look', training: { iterations, batchSize: 32 }, bounds: false, ...parts });

const folders: string[] = [];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

/** A folder with the given files, also in folders below, to be copied by a host as its workspace. It is gone after the tests of the file. */
export function folderWith(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(path.join(tmpdir(), 'lethe-files-'));
  folders.push(folder);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
    writeFileSync(path.join(folder, name), text);
  }
  return folder;
}
