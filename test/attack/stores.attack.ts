import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Random } from '../../src/engine/random';
import { RunStore } from '../../src/runs/index';
import { fuzzerOf, isFiniteThroughout } from './fuzzer';
import { mutatedLog } from './logs.attack';
import { mutatedBytes } from './mutations';
import { chance, pick } from './draws';
import { mutatedText } from './runFiles.attack';
import { sampleEvents, sampleManifest, sampleMarker, sampleProcess, sampleQueue } from './samples';

/** Files of a run folder, and of the store around it (`../../queue.json`), as latin1 text. */
export type Files = Readonly<Record<string, string>>;

const wholeLog = sampleEvents.map((event) => `${JSON.stringify(event)}\n`).join('');

/** A run folder of a given name in which some of the files are mutated. */
export function mutatedFolder(random: Random, id: string): Files {
  const manifest = sampleManifest(pick(random, [0, 1, 2, 3, 4]), pick(random, [1, 2, 3]), id);
  const maybe = (share: number, name: string, make: () => string) => (chance(random, share) ? { [name]: make() } : {});
  return {
    'run.json': chance(random, 0.4) ? mutatedText(random, manifest) : JSON.stringify(manifest),
    'events.jsonl': chance(random, 0.5) ? mutatedLog(random).toString('latin1') : wholeLog,
    ...maybe(0.5, 'process.json', () => mutatedText(random, sampleProcess)),
    ...maybe(0.1, 'queued', () => mutatedText(random, sampleMarker)),
    ...maybe(0.1, 'claimed', () => mutatedText(random, sampleMarker)),
    ...maybe(0.1, 'stop', () => mutatedText(random, sampleMarker)),
    ...maybe(0.4, 'output.log', () =>
      mutatedBytes(random, Buffer.from('Out of cheese\n'.repeat(20))).toString('latin1'),
    ),
  };
}

/** Writes the files of one mutated folder into a store that holds a good run, and reads the store as every view does. */
export const attackStores = fuzzerOf(
  'store',
  (random) => ({ files: mutatedFolder(random, 'mutated'), queue: mutatedText(random, sampleQueue) }),
  async ({ files, queue }) => {
    const workspace = mkdtempSync(join(tmpdir(), 'lethe-attack-store-'));
    const write = (id: string, content: Files) => {
      const folder = join(workspace, '.lethe/runs', id);
      mkdirSync(folder, { recursive: true });
      for (const [name, text] of Object.entries(content)) writeFileSync(join(folder, name), text, 'latin1');
    };
    try {
      write('good', { 'run.json': JSON.stringify(sampleManifest(0, 1, 'good')), 'events.jsonl': wholeLog });
      write('mutated', files);
      writeFileSync(join(workspace, '.lethe/queue.json'), queue);
      return await read(new RunStore(workspace, { dist: workspace }));
    } finally {
      rmSync(workspace, { recursive: true, force: true });
    }
  },
);

async function read(store: RunStore): Promise<string[]> {
  const runs = await store.list();
  const damaged = await store.damaged();
  const found: string[] = [];
  if (!runs.some(({ manifest, status }) => manifest.id === 'good' && status === 'done'))
    found.push('a good run is not shown any more');
  if (runs.length + damaged.length !== 2) found.push('a run folder is neither shown nor said to be damaged');
  if (damaged.some(({ reason }) => reason === '')) found.push('a run is damaged for no reason');
  if (!isFiniteThroughout(runs)) found.push('a run holds a number that is not finite');
  for (const { manifest } of runs) {
    await store.eventsOf(manifest.id);
    await store.outputTail(manifest.id, 10);
  }
  return found;
}
