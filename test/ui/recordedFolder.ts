// A workspace with recorded runs: real ones, of full size, and short ones that show every kind of view.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { RunEvent } from '../../src/core/events';
import type { RunManifest } from '../../src/core/manifest';
import { parseExperiment } from '../../src/core/parse';
import { hashesOf } from '../../src/runs/index';
import { recordedEvents } from '../recordings/recordings';
import { foreignRun, insideRuns } from '../webview/insideRuns';
import { folderWith } from './recipes';
import { runsFolder } from './runsOnDisk';

/** Split MNIST, six methods of two seeds each. */
export const FILE = 'split-mnist.lethe.json';
export const NAME = 'Split MNIST, recorded';
export const RUNS = 12;
/** What runs without an experiment file have in common. */
export const OTHERS = 'Inside of methods';

export function recordedFolder(): string {
  const text = readFileSync(path.join(import.meta.dirname, '..', 'recordings', 'full', FILE), 'utf8');
  const { experiment } = parseExperiment(text);
  if (!experiment) throw new Error(`${FILE} has errors`);
  const folder = folderWith({ [FILE]: text });
  // Those of today: methods may have other revisions than when the runs were recorded.
  const hashes = hashesOf(experiment);
  for (const { manifest, events } of recordedEvents('full', '')) {
    const { variant } = manifest;
    writeRun(folder, { ...manifest, variant: { ...variant, hash: hashes.get(variant.key) ?? '' } }, events);
  }
  for (const { manifest, events } of otherRuns()) writeRun(folder, manifest, events);
  return folder;
}

/** Those without an experiment file: a run of each of some methods, and one of another program. */
export function otherRuns() {
  const runs = insideRuns();
  const [like] = runs;
  if (!like) throw new Error('No run was recorded');
  return [...runs, foreignRun(like)].map((run) => ({
    ...run,
    manifest: { ...run.manifest, experiment: { name: OTHERS } },
  }));
}

export function writeRun(workspace: string, manifest: RunManifest, events: readonly RunEvent[]): void {
  const folder = path.join(runsFolder(workspace), manifest.id);
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'run.json'), JSON.stringify(manifest));
  writeFileSync(path.join(folder, 'events.jsonl'), events.map((event) => `${JSON.stringify(event)}\n`).join(''));
}
