/** What it takes to read runs and to tell a page of them, in a process of its own that does nothing else. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { answerTo } from '../../src/dashboard/answers';
import { ExperimentSource } from '../../src/dashboard/source';
import { RunStore } from '../../src/runs/index';
import { FILE } from './madeUpRuns';
import { taken } from './usage';

/** Bytes in use, garbage aside. */
function heapNow(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

/** Reads all runs, as the extension does when it starts. */
export async function read(folder: string): Promise<object> {
  const store = new RunStore(folder, { dist: '' });
  const before = heapNow();
  const { cpu } = await taken(() => store.list());
  return { cpu, heap: heapNow() - before };
}

/** The bytes that go from here to the page. */
const bytesOf = (message: unknown): number => {
  let columns = 0;
  const text = JSON.stringify(message, (_, value: unknown) => {
    if (!ArrayBuffer.isView(value)) return value;
    columns += value.byteLength;
    return 0;
  });
  return text.length + columns;
};

/** Reads all runs, and measures what it takes then to tell a page how they stand and to answer what it asks for its curves. */
export async function tell(folder: string): Promise<object> {
  const reader = new RunStore(folder, { dist: '' });
  await reader.list();
  let bytes = 0;
  const { cpu } = await taken(async () => {
    const source = new ExperimentSource({
      ...{ reader, file: FILE, uri: `file://${path.join(folder, FILE)}`, isTrusted: () => true },
      readText: () => Promise.resolve(readFileSync(path.join(folder, FILE), 'utf8')),
      thumbnails: () => Promise.resolve({}),
    });
    const content = await source.snapshot();
    bytes += bytesOf(content);
    const sources = { reader, shown: (id: string) => source.shown(id), places: { shipped: '', own: '' } };
    for (const { hash } of content.view.variants) {
      const runs = content.runs.filter(({ manifest }) => manifest.variant.hash === hash);
      const ids = runs.map(({ manifest }) => manifest.id);
      const request = { kind: 'curve', runs: ids, measure: 'accuracy', points: 400 } as const;
      bytes += bytesOf(await answerTo(request, sources, new AbortController().signal));
    }
  });
  return { cpu, bytes };
}
